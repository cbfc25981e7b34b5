import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import { type Fragment, LARGEST_OUTPUT, type Reply, type Trouble } from '../contract/exchange.ts';
import { type Pipe, send } from './line.ts';
import { MarkScanner, replyOf, withEndless } from './reply.ts';
import { streamRequest } from './request.ts';
import { openSession, type Session } from './session.ts';
import type { ShellOptions } from './shell.ts';
import { Lines, Tail } from './tail.ts';
import { trouble } from './trouble.ts';

/** One fragment on a shell of its own, its stdin fed from a stream. Of an endless output the end is kept. */
export class Streaming {
  readonly #options: ShellOptions;
  readonly #nonce = randomBytes(16).toString('hex');
  session: Promise<Session | Trouble> | null = null;

  constructor(options: ShellOptions) {
    this.#options = options;
  }

  run(
    fragment: Fragment,
    source: (() => Readable) | null,
    onLine: (line: string) => void = () => {},
  ): Promise<Reply | Trouble> {
    return new Promise((resolve) => {
      const out = new Tail(LARGEST_OUTPUT);
      const err = new LiveErr(this.#nonce, onLine);
      const lines = new Lines(onLine);
      let feed: Readable | null = null;
      let pipe: Pipe | null = null;
      let answered = false;
      let token = '';
      const { identity, cutOff } = this.#options;
      const starves = source !== null;

      const finish = (result: Reply | Trouble): void => {
        feed?.destroy();
        pipe?.destroy();
        resolve(result);
      };

      this.session = openSession({
        ...this.#options,
        heard: {
          reply: () => {},
          live: (chunk) => {
            out.add(chunk);
            lines.add(chunk);
          },
          done: (code) => {
            answered = true;
            void err.complete().then(() => {
              lines.end();
              const reply = replyOf(token, code, out.bytes(), err.bytes());
              finish(withEndless(reply, out.isEndless, err.isEndless));
            });
          },
        },
        stderr: (chunk) => err.add(chunk),
        writable: (to, ofTry) => {
          pipe = to;
          token = ofTry;
          send(this.#options.line, to, streamRequest(token, this.#nonce, fragment, source !== null));
          feed?.destroy();
          if (source) feed = this.#feed(source, to, finish);
        },
        unheard: (token) => cutOff?.({ identity, shell: { token }, starves }),
        ended: (_ending, gaveUp) => {
          if (answered) return;
          void this.session?.then((s) => 'info' in s && cutOff?.({ identity, shell: s.info, starves }));
          finish(
            gaveUp ??
              trouble(
                'lost',
                `the connection to ${this.#options.line.name} was lost in the middle of a command`,
              ),
          );
        },
      });
      void this.session.then((session) => {
        if (!('info' in session)) finish(session);
      });
    });
  }

  #feed(source: () => Readable, to: Pipe, finish: (result: Trouble) => void): Readable | null {
    const { traffic, name } = this.#options.line;
    const unreadable = (error: Error): void =>
      finish(trouble('source', `what was to be sent to ${name} could not be read: ${error.message}`));
    let feed: Readable;
    try {
      feed = source();
    } catch (error) {
      unreadable(error as Error);
      return null;
    }
    feed.on('error', unreadable);
    feed.on('data', (chunk: Buffer | string) => {
      traffic.sent += chunk.length;
    });
    feed.pipe(to.stdin);
    return feed;
  }
}

/** stderr of a streamed fragment: what stands between two marks. */
class LiveErr {
  readonly #scanner: MarkScanner;
  readonly #tail = new Tail(LARGEST_OUTPUT);
  readonly #lines: Lines;
  #marks = 0;
  #completed: () => void = () => {};

  constructor(nonce: string, onLine: (line: string) => void) {
    this.#scanner = new MarkScanner(nonce);
    this.#lines = new Lines(onLine);
  }

  add(chunk: Buffer): void {
    let rest: Buffer | null = chunk;
    while (rest && rest.length > 0 && this.#marks < 2) {
      const { before, after } = this.#scanner.scan(rest);
      if (this.#marks === 1) for (const piece of before) this.#take(piece);
      if (after) this.#marks += 1;
      rest = after;
    }
    if (this.#marks >= 2) this.#completed();
  }

  /** Resolves when the second mark was seen; after a second without it at the latest (the fragment may have closed it). */
  async complete(): Promise<void> {
    if (this.#marks < 2) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 1000);
        this.#completed = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#lines.end();
  }

  bytes(): Buffer {
    return this.#tail.bytes();
  }

  get isEndless(): boolean {
    return this.#tail.isEndless;
  }

  #take(piece: Buffer): void {
    this.#tail.add(piece);
    this.#lines.add(piece);
  }
}
