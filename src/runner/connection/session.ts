import { randomBytes } from 'node:crypto';
import type { Identity, Trouble } from '../contract/exchange.ts';
import type { Ending, Line, Pipe } from './line.ts';
import { GAVE_UP, loaderCommand } from './loader.ts';
import { type Heard, type Ready, ReplyReader } from './reply.ts';
import type { Slots } from './slots.ts';
import {
  type Attempt,
  attempts,
  type BecomePassword,
  isWrongPassword,
  type SudoEnd,
  sudoTrouble,
  wrap,
} from './sudo.ts';
import { trouble } from './trouble.ts';

/** A standing shell that has said that it is ready. */
export interface Session {
  readonly pipe: Pipe;
  readonly token: string;
  readonly info: Ready;
}

export interface SessionRequest {
  readonly line: Line;
  readonly identity: Identity;
  readonly becomePassword: BecomePassword | undefined;
  /** Milliseconds from the start of the command until the shell must be ready. */
  readonly timeout: number;
  /** Waited for before the shell is started. */
  readonly starts?: Slots | undefined;
  /** Settles when the shell is waited for no longer. */
  readonly abandoned?: Promise<void>;
  /**
   * From now on requests may be written, though the shell may not be ready. Called once per attempt: what was written
   * before went to a sudo that refused, and must be written again.
   */
  writable(pipe: Pipe, token: string): void;
  readonly heard: Pick<Heard, 'reply' | 'live' | 'done'>;
  /** stderr of the shell, once it is ready. */
  stderr?(chunk: Buffer): void;
  /** It was started, and nothing was heard of it: where the line was lost it may stand on the host all the same. */
  unheard?(token: string): void;
  /** It was ready and has ended; `gaveUp` is set if it said why. */
  ended(ending: Ending, gaveUp: Trouble | null): void;
}

/** Starts a shell, trying one way to become the user after the other. */
export async function openSession(request: SessionRequest): Promise<Session | Trouble> {
  const ways = attempts(request.identity, request.line.user, request.becomePassword);
  if (!Array.isArray(ways)) return ways;
  const begun = await request.starts?.take();
  let result: Session | Trouble | 'again' = 'again';
  for (const [i, way] of ways.entries()) {
    result = await tryOnce(request, way, i < ways.length - 1);
    if (result !== 'again') break;
  }
  begun?.();
  if (result === 'again') throw new Error('the last attempt always settles');
  return result;
}

/** `mayRetry`: a refusal of sudo is answered 'again'. */
async function tryOnce(
  request: SessionRequest,
  way: Attempt,
  mayRetry: boolean,
): Promise<Session | Trouble | 'again'> {
  const { line } = request;
  const token = randomBytes(16).toString('hex');
  const pipe = await line.open(wrap(way, loaderCommand(token)));
  if ('kind' in pipe) {
    // The host may have got the command all the same: only the answer need have been lost.
    if (pipe.trouble === 'lost') request.unheard?.(token);
    return pipe;
  }

  let info: Ready | null = null;
  let gaveUp: Trouble | null = null;
  let settle: (how: 'ready' | 'ended' | 'late' | 'second-prompt' | 'abandoned') => void = () => {};
  const settled = new Promise<Parameters<typeof settle>[0]>((resolve) => {
    settle = resolve;
  });

  const reader = new ReplyReader(token, {
    ...request.heard,
    ready: (said) => {
      info = said;
      settle('ready');
    },
    unfit: (what) => {
      gaveUp = unfit(line.name, what);
    },
    garbled: () => {
      gaveUp = garbled(line.name);
    },
  });
  pipe.stdout.on('data', (chunk: Buffer) => reader.feed(chunk));

  const said = new EarlyStderr(way, pipe, () => settle('second-prompt'));
  pipe.stderr.on('data', (chunk: Buffer) => {
    said.feed(chunk);
    request.stderr?.(chunk);
  });
  void pipe.ended.then((ending) => {
    if (info) request.ended(ending, gaveUp ?? gaveUpByStatus(line.name, ending));
    else settle('ended');
  });
  const timer = setTimeout(() => settle('late'), request.timeout);
  void request.abandoned?.then(() => settle('abandoned'));
  if (way.kind !== 'sudo-password') request.writable(pipe, token);

  const how = await settled;
  clearTimeout(timer);
  said.stop();
  if (info) {
    if (way.kind === 'sudo-password') request.writable(pipe, token);
    return { pipe, token, info };
  }
  if (how !== 'ended') pipe.destroy();
  const ending = how === 'ended' ? await pipe.ended : { code: null, signal: null };
  if (ending.code === null && ending.signal === null) request.unheard?.(token);
  return gaveUp ?? explain();

  function explain(): Trouble | 'again' {
    const known = how === 'ended' ? line.explain?.(ending, said.text) : null;
    if (known) return known;
    if (how === 'abandoned') return trouble('lost', `the shell on ${line.name} was not ready yet`);
    if (how === 'ended' && ending.code === null && ending.signal === null) {
      return trouble('lost', `the connection to ${line.name} was lost before its shell was ready`);
    }
    if (way.kind === 'plain') return neverReady(line, how === 'late', ending, said.text, reader.noise);
    if (mayRetry && how === 'ended') return 'again';
    if (how === 'late') return sudoIsLate(line.name, way, said.text, request.timeout);
    const kept = request.becomePassword?.refused ? 'kept' : 'none';
    const end: SudoEnd = {
      host: line.name,
      user: way.user,
      login: line.user,
      code: ending.code,
      stderr: said.text,
      prompts: said.prompts,
      password: way.kind === 'sudo-password' ? 'told' : kept,
    };
    if (request.becomePassword && isWrongPassword(end)) request.becomePassword.refused = true;
    return sudoTrouble(end);
  }
}

/** What comes on stderr before the shell is ready: sudo's prompt, which is answered once, and reasons for a refusal. */
class EarlyStderr {
  text = '';
  prompts = 0;
  readonly #way: Attempt;
  readonly #pipe: Pipe;
  readonly #secondPrompt: () => void;
  #stopped = false;

  constructor(way: Attempt, pipe: Pipe, secondPrompt: () => void) {
    this.#way = way;
    this.#pipe = pipe;
    this.#secondPrompt = secondPrompt;
  }

  stop(): void {
    this.#stopped = true;
  }

  feed(chunk: Buffer): void {
    if (this.#stopped || this.text.length > 64 * 1024) return;
    this.text += chunk.toString('utf8');
    if (this.#way.kind !== 'sudo-password') return;
    const seen = this.text.split(this.#way.prompt).length - 1;
    if (seen === this.prompts) return;
    this.prompts = seen;
    if (seen === 1) this.#pipe.stdin.write(`${this.#way.password}\n`);
    else this.#secondPrompt();
  }
}

function unfit(host: string, what: string): Trouble {
  const hint = /folder|room/.test(what)
    ? 'make room in one of them, or let the user write there'
    : 'a host needs a POSIX shell and the tools of coreutils or busybox';
  return trouble('unfit', `${host} lacks ${what}`, hint);
}

function garbled(host: string): Trouble {
  const hint =
    "look in the user's startup files there (.bashrc, .zshenv …) for a command that reads its input, or that starts another shell";
  return trouble('unfit', `something on ${host} swallowed what was sent to the shell`, hint);
}

function gaveUpByStatus(host: string, ending: Ending): Trouble | null {
  if (ending.code !== GAVE_UP.folder) return null;
  return trouble('lost', `the temporary folder of the session on ${host} is gone or full`);
}

function sudoIsLate(host: string, way: Attempt, stderr: string, timeout: number): Trouble {
  const asked = stderr.trim().split('\n').at(-1) ?? '';
  const user = way.kind === 'plain' ? '' : way.user;
  const said = asked === '' ? '' : `; it said: ${asked}`;
  return trouble(
    'become',
    `sudo to ${user} on ${host} did not answer within ${Math.round(timeout / 1000)} s${said}`,
  );
}

function neverReady(line: Line, late: boolean, ending: Ending, stderr: string, stdout: string): Trouble {
  const words = (stderr.trim() || stdout.trim()).split('\n').at(-1) ?? '';
  const said = words === '' ? '' : `: ${words}`;
  if (late) {
    const slow = `what do the startup files of ${line.user ?? 'the user'} wait for? --timeout gives them longer`;
    return trouble('unreachable', `the login shell on ${line.name} did not start sh in time${said}`, slow);
  }
  if (ending.code === GAVE_UP.garbled) return garbled(line.name);
  if (ending.code === 127) return trouble('unfit', `${line.name} has no sh${said}`);
  const how = ending.signal ? `was ended by ${ending.signal}` : `exited ${ending.code}`;
  const hint = `try: ssh … ${line.name} true; is the login shell of ${line.user ?? 'the user'} one that may run commands?`;
  return trouble('unreachable', `the login shell on ${line.name} ${how} before it started sh${said}`, hint);
}
