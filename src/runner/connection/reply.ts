import type { Answer, Reply } from '../contract/exchange.ts';

/** What a standing shell says, piece by piece, as `loader.ts` and `request.ts` promise it. */
export interface Heard {
  ready(info: Ready): void;
  unfit(what: string): void;
  garbled(): void;
  reply(nonce: string, answers: Answer[]): void;
  /** Output of a streamed fragment. */
  live(chunk: Buffer): void;
  /** The streamed fragment ended with this status. */
  done(code: number): void;
}

export interface Ready {
  readonly pid: number;
  readonly group: number;
  readonly folder: string;
}

const LONGEST_NOISE = 64 * 1024;

type State =
  /** Looking for a line that begins with the token. */
  | { kind: 'line' }
  /** Collecting the segments of a reply. */
  | {
      kind: 'segments';
      nonce: string;
      codes: string[];
      scanner: MarkScanner;
      segment: Buffer[];
      done: Buffer[];
    }
  /** Passing a fragment's output on as it comes. */
  | { kind: 'live'; scanner: MarkScanner };

/** Reads the stdout of one standing shell. */
export class ReplyReader {
  readonly #token: string;
  readonly #heard: Heard;
  #state: State = { kind: 'line' };
  #line: Buffer = Buffer.alloc(0);

  constructor(token: string, heard: Heard) {
    this.#token = token;
    this.#heard = heard;
  }

  /** What was said that is no message: the noise of startup files, at most its last 64 KiB. */
  get noise(): string {
    return this.#line.toString('utf8');
  }

  feed(chunk: Buffer): void {
    let rest: Buffer | null = chunk;
    while (rest && rest.length > 0)
      rest = this.#state.kind === 'line' ? this.#feedLine(rest) : this.#feedMarked(this.#state, rest);
  }

  #feedLine(chunk: Buffer): Buffer | null {
    const all = this.#line.length > 0 ? Buffer.concat([this.#line, chunk]) : chunk;
    const start = all.indexOf(this.#token);
    const end = start < 0 ? -1 : all.indexOf(10, start);
    if (end < 0) {
      this.#line = all.subarray(Math.max(0, all.length - LONGEST_NOISE));
      return null;
    }
    this.#line = Buffer.alloc(0);
    this.#say(all.toString('utf8', start + this.#token.length + 1, end));
    return all.subarray(end + 1);
  }

  #say(line: string): void {
    const [word = '', ...args] = line.split(' ');
    const [first = '', ...others] = args;
    if (word === 'ready') {
      const [pid, group, ...folder] = others;
      this.#heard.ready({ pid: Number(pid), group: Number(group), folder: folder.join(' ') });
    } else if (word === 'unfit') this.#heard.unfit(args.join(' '));
    else if (word === 'garbled') this.#heard.garbled();
    else if (word === 'live') this.#state = { kind: 'live', scanner: new MarkScanner(first) };
    else if (word === 'done') this.#heard.done(statusOf(first));
    else if (word === 're') this.#startSegments(first, others);
  }

  #startSegments(nonce: string, codes: string[]): void {
    this.#state = { kind: 'segments', nonce, codes, scanner: new MarkScanner(nonce), segment: [], done: [] };
  }

  #feedMarked(state: Exclude<State, { kind: 'line' }>, chunk: Buffer): Buffer | null {
    const { before, after } = state.scanner.scan(chunk);
    if (state.kind === 'live') {
      for (const piece of before) this.#heard.live(piece);
      if (after) this.#state = { kind: 'line' };
      return after;
    }
    state.segment.push(...before);
    if (!after) return null;
    state.done.push(Buffer.concat(state.segment));
    state.segment = [];
    if (state.done.length < 2 * state.codes.length) return after;
    this.#state = { kind: 'line' };
    this.#heard.reply(state.nonce, answersOf(this.#token, state.codes, state.done));
    return after;
  }
}

function answersOf(token: string, codes: readonly string[], segments: readonly Buffer[]): Answer[] {
  return codes.map((code, i) =>
    code === '-'
      ? { kind: 'not-run' }
      : replyOf(token, statusOf(code), segments[2 * i]!, segments[2 * i + 1]!),
  );
}

/** A command that a signal ended: 128 and its number in most shells, 256 in ksh93, 384 in yash (POSIX: "greater than 128"). */
function statusOf(written: string | undefined): number {
  const status = Number(written);
  return status > 255 ? 128 + (status % 128) : status;
}

/**
 * `TOKEN lacks TOOL` on stderr: it was not begun. `TOKEN endless` in front of a stream: it is the end of what came to too
 * much (see the loader).
 */
export function replyOf(token: string, code: number, out: Buffer, err: Buffer): Reply {
  const mark = `${token} endless\n`;
  const endOf = (stream: Buffer): Buffer =>
    stream.toString('latin1', 0, mark.length) === mark ? stream.subarray(mark.length) : stream;
  const ends = { out: endOf(out), err: endOf(err) };
  if (ends.out !== out || ends.err !== err)
    return withEndless({ kind: 'reply', code, ...ends }, ends.out !== out, ends.err !== err);
  if (code !== 127 || !err.includes(`${token} lacks `)) return { kind: 'reply', code, out, err };
  const lacks = err
    .toString('utf8')
    .slice(token.length)
    .trim()
    .replace(/^lacks /, '');
  return { kind: 'reply', code, out, err: Buffer.from(`the host lacks ${lacks}`), lacks };
}

/** `out`, `err`: whether of that stream there is only the end. */
export function withEndless(reply: Reply, out: boolean, err: boolean): Reply {
  if (!out && !err) return reply;
  return { ...reply, endless: (['out', 'err'] as const).filter((stream) => (stream === 'out' ? out : err)) };
}

/** Finds one mark in a stream of chunks, also where it is cut in two. */
export class MarkScanner {
  readonly #mark: Buffer;
  #held: Buffer = Buffer.alloc(0);

  constructor(mark: string) {
    this.#mark = Buffer.from(mark);
  }

  /** `before`: bytes that are surely not of the mark; `after`: what follows the mark, null as long as it was not seen. */
  scan(chunk: Buffer): { before: Buffer[]; after: Buffer | null } {
    const all = this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : chunk;
    const at = all.indexOf(this.#mark);
    if (at >= 0) {
      this.#held = Buffer.alloc(0);
      return { before: at > 0 ? [all.subarray(0, at)] : [], after: all.subarray(at + this.#mark.length) };
    }
    const keep = this.#possibleStart(all);
    this.#held = all.subarray(all.length - keep);
    return { before: all.length > keep ? [all.subarray(0, all.length - keep)] : [], after: null };
  }

  /** How many bytes at the end could be the beginning of the mark. */
  #possibleStart(all: Buffer): number {
    for (let n = Math.min(this.#mark.length - 1, all.length); n > 0; n -= 1) {
      if (all.subarray(all.length - n).equals(this.#mark.subarray(0, n))) return n;
    }
    return 0;
  }
}
