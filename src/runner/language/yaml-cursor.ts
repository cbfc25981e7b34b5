import type { Source, Span } from './source.ts';
import type { YamlScalar } from './yaml.ts';
import { plainMeaning, unescaped } from './yaml-scalars.ts';

export const CHAR = {
  newline: 10,
  space: 32,
  double: 34,
  hash: 35,
  single: 39,
  comma: 44,
  minus: 45,
  colon: 58,
  greater: 62,
  openList: 91,
  backslash: 92,
  closeList: 93,
  openMap: 123,
  pipe: 124,
  closeMap: 125,
} as const;

/** No plain text begins with one of these. `-` may, where no gap follows. */
const INDICATORS: ReadonlySet<number> = new Set([...'?:,[]{}#&*!|>\'"%@`'].map((char) => char.charCodeAt(0)));

const BEYOND = Symbol('beyond what is simple');

/** Gives a text up that is not simple. */
export function beyond(): never {
  throw BEYOND;
}

/** What `read` gives, null where it gave up. */
export function unlessBeyond<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error === BEYOND) return null;
    throw error;
  }
}

/** Deeper, or more, is left to the library, which refuses it. */
const MAX_DEPTH = 50;
const MAX_NODES = 100_000;

/** Where reading a simple text has come to, its lines, and the texts and numbers that stand in one line. */
export class YamlCursor {
  readonly src: Source;
  readonly text: string;
  /** What is read next. */
  at: number;
  /** How far the line is indented that was begun last; -1 behind the last one. */
  column = -1;
  /** What ended the plain text that was looked at last. */
  stop = 0;
  private lineStart = 0;
  private depth = 0;
  private nodes = 0;

  constructor(src: Source, from: number) {
    this.src = src;
    this.text = src.text;
    this.at = from;
  }

  /** From the start of a line to the first thing that is no comment. */
  nextLine(): void {
    const { text } = this;
    let at = this.at;
    while (at < text.length) {
      this.lineStart = at;
      at = this.gapEnd(at);
      const char = text.charCodeAt(at);
      if (char === CHAR.hash) at = this.lineEnd(at);
      else if (char !== CHAR.newline && at < text.length) {
        this.at = at;
        this.column = at - this.lineStart;
        return;
      }
      at++;
    }
    this.at = text.length;
    this.column = -1;
  }

  columnOf(at: number): number {
    return at - this.lineStart;
  }

  lineEnd(at: number): number {
    const end = this.text.indexOf('\n', at);
    return end < 0 ? this.text.length : end;
  }

  /** Behind the spaces. */
  gapEnd(from: number): number {
    let at = from;
    while (this.text.charCodeAt(at) === CHAR.space) at++;
    return at;
  }

  isGap(at: number): boolean {
    const char = this.text.charCodeAt(at);
    return char === CHAR.space || char === CHAR.newline || at >= this.text.length;
  }

  isDash(at: number): boolean {
    return this.text.charCodeAt(at) === CHAR.minus && this.isGap(at + 1);
  }

  isQuote(char: number): boolean {
    return char === CHAR.double || char === CHAR.single;
  }

  span(start: number, end: number): Span {
    return { source: this.src, start, end };
  }

  /** Around the reading of a list or a map. */
  enter(): void {
    this.count();
    if (++this.depth > MAX_DEPTH) beyond();
  }

  leave(): void {
    this.depth--;
  }

  private count(): void {
    if (++this.nodes > MAX_NODES) beyond();
  }

  /** Where the plain text ends that begins here, `stop` where something else begins: a colon, a comment, a new line. */
  plainEnd(start: number, inFlow: boolean): number {
    const { text } = this;
    const first = text.charCodeAt(start);
    if (INDICATORS.has(first)) beyond();
    if (first === CHAR.minus && (this.isGap(start + 1) || inFlow)) beyond();
    let at = start;
    let end = start;
    for (; at < text.length; at++) {
      const char = text.charCodeAt(at);
      if (char === CHAR.space) continue;
      if (char === CHAR.newline || (inFlow && isFlow(char))) break;
      if (char === CHAR.hash && at > end) break;
      if (char === CHAR.colon && (this.isGap(at + 1) || (inFlow && isFlow(text.charCodeAt(at + 1))))) break;
      end = at + 1;
    }
    this.stop = at;
    return end;
  }

  quoteEnd(start: number): number {
    const { text } = this;
    const quote = text.charCodeAt(start);
    for (let at = start + 1; at < text.length; at++) {
      const char = text.charCodeAt(at);
      if (char === CHAR.newline) break;
      if (char === CHAR.backslash && quote === CHAR.double && text.charCodeAt(at + 1) !== CHAR.newline) at++;
      else if (char === quote) {
        if (quote === CHAR.double || text.charCodeAt(at + 1) !== CHAR.single) return at + 1;
        at++;
      }
    }
    return beyond();
  }

  plain(start: number, end: number): YamlScalar {
    const written = this.text.slice(start, end);
    const value = plainMeaning(written);
    this.at = end;
    return value === undefined ? beyond() : this.scalar(start, end, value, written, false);
  }

  quoted(start: number): YamlScalar {
    const end = this.quoteEnd(start);
    const value = this.insideOf(start, end);
    this.at = end;
    return this.scalar(start, end, value, value, true);
  }

  /** What stands between the quotes. */
  insideOf(start: number, end: number): string {
    const inner = this.text.slice(start + 1, end - 1);
    if (this.text.charCodeAt(start) === CHAR.single) return inner.replaceAll("''", "'");
    return unescaped(inner) ?? beyond();
  }

  scalar(
    start: number,
    end: number,
    value: YamlScalar['value'],
    written: string,
    quoted: boolean,
  ): YamlScalar {
    this.count();
    return { kind: 'scalar', span: this.span(start, end), value, written, quoted };
  }
}

export function isFlow(char: number): boolean {
  return (
    char === CHAR.comma ||
    char === CHAR.openList ||
    char === CHAR.closeList ||
    char === CHAR.openMap ||
    char === CHAR.closeMap
  );
}
