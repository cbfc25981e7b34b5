import { randomBytes } from 'node:crypto';
import type { Answers, Fragment, Identity, Trouble } from '../contract/exchange.ts';
import { type Line, type Pipe, send } from './line.ts';
import type { Ready } from './reply.ts';
import { exchangeRequest } from './request.ts';
import { openSession, type Session } from './session.ts';
import type { Slots } from './slots.ts';
import type { BecomePassword } from './sudo.ts';
import { trouble } from './trouble.ts';
import type { CutOff } from './unsettled.ts';

export interface ShellOptions {
  readonly line: Line;
  readonly identity: Identity;
  readonly becomePassword: BecomePassword | undefined;
  readonly timeout: number;
  /** How many shells of the run may be starting at once. */
  readonly starts?: Slots | undefined;
  /** The shell has ended, and not because it was let. */
  cutOff?(cut: CutOff): void;
}

interface Waiting {
  readonly nonce: string;
  readonly fragments: readonly Fragment[];
  readonly resolve: (answer: Answers | Trouble) => void;
}

/**
 * The standing shell of one identity. Exchanges are written as they come and answered in their order; the shell is
 * started by the first one, and again by the next one after it has died.
 */
export class Shell {
  readonly #options: ShellOptions;
  readonly #waiting: Waiting[] = [];
  #pipe: { readonly pipe: Pipe; readonly token: string } | null = null;
  #session: Promise<Session | Trouble> | null = null;
  #info: Ready | null = null;
  #isLet = false;
  #abandon: () => void = () => {};
  readonly #abandoned = new Promise<void>((resolve) => {
    this.#abandon = resolve;
  });
  /** What the shell itself complained of; fragments have files of their own for that. */
  #complaint = '';

  constructor(options: ShellOptions) {
    this.#options = options;
  }

  get identity(): Identity {
    return this.#options.identity;
  }

  get busy(): boolean {
    return this.#waiting.length > 0;
  }

  /** Starts the shell if it doesn't run; what came of it. */
  start(): Promise<Session | Trouble> {
    this.#session ??= this.#open();
    return this.#session;
  }

  exchange(fragments: readonly Fragment[]): Promise<Answers | Trouble> {
    return new Promise((resolve) => {
      const waiting = { nonce: randomBytes(16).toString('hex'), fragments, resolve };
      this.#waiting.push(waiting);
      if (this.#pipe) this.#write(this.#pipe, waiting);
      else void this.start();
    });
  }

  /**
   * Lets go of a shell that is not ready yet, if nothing was asked of it that changes anything: its answer is waited for no
   * longer. False: it must be ended on the host.
   */
  abandon(): boolean {
    const changes = this.#waiting.some(({ fragments }) => fragments.some(({ role }) => role === 'apply'));
    if (this.#info || changes) return false;
    this.#abandon();
    return true;
  }

  /** Lets the shell end: it removes what it made, and what it runs goes on to its end. Resolves when it has ended. */
  async end(): Promise<void> {
    this.#isLet = true;
    const pipe = this.#pipe?.pipe;
    pipe?.stdin.end();
    await pipe?.ended;
  }

  async #open(): Promise<Session | Trouble> {
    const session = await openSession({
      ...this.#options,
      abandoned: this.#abandoned,
      heard: {
        reply: (nonce, answers) => this.#answered(nonce, { kind: 'answers', answers }),
        live: () => {},
        done: () => {},
      },
      writable: (pipe, token) => {
        this.#pipe = { pipe, token };
        for (const waiting of this.#waiting) this.#write(this.#pipe, waiting);
      },
      stderr: (chunk) => {
        this.#complaint = `${this.#complaint}${chunk}`.slice(-500);
      },
      unheard: (token) =>
        this.#options.cutOff?.({ identity: this.identity, shell: { token }, starves: false }),
      ended: ({ code, signal }, gaveUp) => {
        // One that was let go is known to have ended only if it said so.
        const isOver = code !== null || signal !== null;
        if (!this.#isLet || !isOver) this.#cutOff();
        this.#died(gaveUp ?? this.#lost());
      },
    });
    if ('info' in session) this.#info = session.info;
    else this.#died(session);
    return session;
  }

  #write(to: { readonly pipe: Pipe; readonly token: string }, waiting: Waiting): void {
    send(this.#options.line, to.pipe, exchangeRequest(to.token, waiting.nonce, waiting.fragments));
  }

  #answered(nonce: string, answers: Answers): void {
    const waiting = this.#waiting.shift();
    const inStep = waiting?.nonce === nonce;
    waiting?.resolve(inStep ? answers : this.#lost());
    if (!inStep) this.#pipe?.pipe.destroy();
  }

  #cutOff(): void {
    if (this.#info) this.#options.cutOff?.({ identity: this.identity, shell: this.#info, starves: false });
  }

  #died(why: Trouble): void {
    this.#info = null;
    this.#pipe = null;
    this.#session = null;
    for (const waiting of this.#waiting.splice(0)) waiting.resolve(why);
  }

  #lost(): Trouble {
    const { line } = this.#options;
    const said = line.why?.() ?? this.#complaint.trim().split('\n').at(-1) ?? '';
    const what = `the shell on ${line.name} ended in the middle of a command`;
    return trouble('lost', said === '' ? what : `${what}: ${said}`);
  }
}
