import { type Reply, text } from '../contract/exchange.ts';
import { actionTask, isRefusal, type Refusal, refuse } from '../contract/task-type.ts';
import { deliver } from './lib/docker/env.ts';
import { type Inside, notStarted, runInside } from './lib/docker/exec.ts';
import { commandWords } from './lib/docker/words.ts';

interface Desired {
  readonly inside: Inside;
  readonly words: readonly string[];
  readonly stdin: string | null;
  readonly guard: Guard | null;
}

/** What is asked inside first; needless if it answers so. */
interface Guard {
  readonly words: readonly string[];
  readonly needlessIf: 'succeeds' | 'fails';
  readonly because: string;
  /** It is the user's own code. */
  readonly users: boolean;
}

const path = { type: 'string', pattern: '^/' } as const;

/** Exit status of a command that could not be started, as docker has it. */
const NEVER_RUN = 125;

/** Runs a command inside a running container. */
export default actionTask({
  name: 'docker_exec',
  schema: {
    type: 'object',
    description: 'Runs a command inside a running container.',
    additionalProperties: false,
    required: ['container'],
    exactlyOne: [['command', 'shell']],
    properties: {
      container: {
        type: 'string',
        pattern: '^[a-zA-Z0-9][a-zA-Z0-9_.-]*$',
        description: "The container's name.",
      },
      command: {
        type: ['string', 'array'],
        items: { type: ['string', 'integer'] },
        aliases: ['argv', 'cmd'],
        description: 'A list of words, or a text that is split as a shell would (nothing in it is expanded).',
      },
      shell: { type: 'string', description: "Code for the container's own `sh`." },
      user: {
        type: ['string', 'integer'],
        description: "The user inside; the container's own unless given.",
      },
      workdir: { type: 'string', aliases: ['chdir'], description: 'The directory inside to run it in.' },
      env: {
        type: 'object',
        additionalProperties: { type: ['string', 'integer'] },
        description: 'Environment variables. Values arrive exactly, and stand in no argument list.',
      },
      stdin: { type: 'string', description: 'What it reads on its stdin; nothing unless given.' },
      privileged: {
        type: 'boolean',
        default: false,
        description: 'Whether it may do everything that root may.',
      },
      creates: { ...path, description: 'A path inside: it is not run if that exists.' },
      removes: { ...path, description: 'A path inside: it is not run unless that exists.' },
      unless: {
        type: 'string',
        description: 'Shell code run inside, which must only read: it is not run if that succeeds.',
      },
      onlyif: {
        type: 'string',
        description: 'Shell code run inside, which must only read: it is run only if that succeeds.',
      },
    },
  },
  fields: {
    rc: { type: 'integer', description: 'Exit status of the command.' },
    stdout: { type: 'string', description: 'What it wrote to stdout, without line breaks at the end.' },
    stderr: { type: 'string', description: 'What it wrote to stderr, without line breaks at the end.' },
  },

  desire(params): Desired | Refusal {
    const env = deliver(
      Object.fromEntries(Object.entries(params.env ?? {}).map(([name, value]) => [name, String(value)])),
    );
    if (isRefusal(env)) return env;
    const words =
      params.shell === undefined ? commandWords(params.command ?? []) : ['sh', '-c', params.shell];
    if (isRefusal(words)) return words;
    if (words.length === 0) return refuse('the command is empty');
    const guards = guardsOf(params);
    if (guards.length > 1) {
      return refuse(
        'creates, removes, unless and onlyif: one at most',
        'join several conditions in unless or onlyif',
      );
    }
    const options = [
      ...(params.user === undefined ? [] : ['--user', String(params.user)]),
      ...(params.workdir === undefined ? [] : ['--workdir', params.workdir]),
      ...(params.privileged ? ['--privileged'] : []),
    ];
    return {
      inside: { container: params.container, options, env },
      words,
      stdin: params.stdin ?? null,
      guard: guards[0] ?? null,
    };
  },

  guard: ({ guard, inside }) => guard && { script: runInside(inside, guard.words, null), users: guard.users },

  needless(reply, { guard, inside }, world) {
    const trouble = notStarted(reply, inside.container);
    if (trouble) {
      return world.predicted(`container:${inside.container}`) === undefined ? trouble : null;
    }
    if (isAbsent(reply, guard!)) {
      return refuse(`the question before it can't be asked in ${inside.container}: ${lastLine(reply)}`);
    }
    const succeeds = reply.code === 0;
    return succeeds === (guard!.needlessIf === 'succeeds') ? { because: guard!.because } : null;
  },

  perform: ({ inside, words, stdin }) => runInside(inside, words, stdin),

  read(reply, { inside, words }) {
    const trouble = notStarted(reply, inside.container);
    const result = {
      rc: trouble ? NEVER_RUN : reply.code,
      stdout: trimmed(reply.out),
      stderr: trouble ? '' : trimmed(reply.err),
    };
    if (trouble) {
      return {
        changed: false,
        result,
        failed: trouble.refusal,
        ...(trouble.hint ? { hint: trouble.hint } : {}),
      };
    }
    if (reply.code === 0) return { changed: true, result };
    const what = words[0] === 'sh' && words[1] === '-c' ? 'the shell code' : words[0];
    const said = lastLine(reply);
    return { changed: true, result, failed: `${what} exited ${reply.code}${said ? `: ${said}` : ''}` };
  },
});

interface Conditions {
  readonly creates?: string;
  readonly removes?: string;
  readonly unless?: string;
  readonly onlyif?: string;
}

function guardsOf({ creates, removes, unless, onlyif }: Conditions): Guard[] {
  const asked = (given: string | undefined, guard: (given: string) => Guard) =>
    given === undefined ? [] : [guard(given)];
  return [
    ...asked(creates, (at) => ({
      words: ['test', '-e', at],
      needlessIf: 'succeeds',
      because: `${at} exists`,
      users: false,
    })),
    ...asked(removes, (at) => ({
      words: ['test', '-e', at],
      needlessIf: 'fails',
      because: `${at} does not exist`,
      users: false,
    })),
    ...asked(unless, (code) => ({
      words: ['sh', '-c', code],
      needlessIf: 'succeeds',
      because: 'unless succeeds',
      users: true,
    })),
    ...asked(onlyif, (code) => ({
      words: ['sh', '-c', code],
      needlessIf: 'fails',
      because: 'onlyif fails',
      users: true,
    })),
  ];
}

/** The container has no `test` or no `sh` to answer with. Shell code of the user's may well say 127 itself. */
function isAbsent(reply: Reply, { users }: Guard): boolean {
  if (reply.code !== 126 && reply.code !== 127) return false;
  return !users || /OCI runtime/.test(text(reply.out) + text(reply.err));
}

function trimmed(bytes: Uint8Array): string {
  return text(bytes).replace(/[\r\n]+$/, '');
}

function lastLine(reply: Reply): string {
  const lines = (trimmed(reply.err) || trimmed(reply.out)).split('\n');
  return lines.at(-1)?.trim() ?? '';
}
