import type { Source } from './source.ts';
import type { YamlEntry, YamlList, YamlMap, YamlNode, YamlScalar } from './yaml.ts';
import { beyond, CHAR, unlessBeyond, YamlCursor } from './yaml-cursor.ts';
import { flowCollection } from './yaml-flow.ts';
import { YamlKeys } from './yaml-keys.ts';
import { folded } from './yaml-scalars.ts';

/** What is nowhere in a simple text: tabs, other line ends, what is no text, directives and further documents. */
const NEVER = /[\t\r\0\uFFFD\uFEFF]|^(?:%|\.\.\.|---)/m;
/** The start of the document, and nothing but comments before it. */
const START = /^(?: *(?:#.*)?\n)*---\n/;

/**
 * Reads what nearly every file consists of, many times as fast as the library: block maps and lists, texts of one line,
 * block scalars, `{…}` and `[…]`. The invariant: null, or just what the library gives, positions included
 * (test/language/yaml-simple.test.ts). So null for all that is rare (anchors, tags, merge keys, texts of several lines)
 * and for all that is wrong.
 */
export function readSimple(src: Source): YamlNode | null {
  const { text } = src;
  const from = START.exec(text)?.[0].length ?? 0;
  if (src.secrets || NEVER.test(from > 0 ? text.slice(from) : text)) return null;
  return unlessBeyond(() => new BlockReader(new YamlCursor(src, from)).document());
}

class BlockReader {
  private readonly cursor: YamlCursor;

  constructor(cursor: YamlCursor) {
    this.cursor = cursor;
  }

  document(): YamlNode {
    const { cursor } = this;
    cursor.nextLine();
    const read = cursor.column < 0 ? beyond() : this.collection(cursor.column);
    return cursor.column < 0 ? read : beyond();
  }

  /** The list or map that begins here, in this column. */
  private collection(column: number): YamlMap | YamlList {
    const { cursor } = this;
    cursor.enter();
    const start = cursor.at;
    if (cursor.isDash(start)) {
      const items = this.items(column);
      cursor.leave();
      return { kind: 'list', span: cursor.span(start, items.at(-1)!.span.end), items };
    }
    const entries = this.entries(column);
    cursor.leave();
    return { kind: 'map', span: cursor.span(start, entries.at(-1)!.value.span.end), entries };
  }

  private items(column: number): YamlNode[] {
    const { cursor } = this;
    const items: YamlNode[] = [];
    while (cursor.column === column && cursor.isDash(cursor.at)) {
      cursor.at++;
      items.push(this.item(column));
      if (cursor.column > column) beyond();
    }
    return items;
  }

  private entries(column: number): YamlEntry[] {
    const { cursor } = this;
    const keys = new YamlKeys();
    const entries: YamlEntry[] = [];
    while (cursor.column === column) {
      const start = cursor.at;
      const end = this.keyEnd(start);
      if (end < 0) beyond();
      const keySpan = cursor.span(start, end);
      const key = keys.read(cursor, start, end);
      cursor.at = cursor.gapEnd(end) + 1;
      entries.push({ key, keySpan, value: this.value(column, column) });
      if (cursor.column > column) beyond();
    }
    return entries;
  }

  /** Where the key ends that begins here and that a colon follows; -1 where there is none. */
  private keyEnd(start: number): number {
    const { cursor } = this;
    if (!cursor.isQuote(cursor.text.charCodeAt(start))) {
      const end = cursor.plainEnd(start, false);
      return cursor.text.charCodeAt(cursor.stop) === CHAR.colon ? end : -1;
    }
    const end = cursor.quoteEnd(start);
    const colon = cursor.gapEnd(end);
    return cursor.text.charCodeAt(colon) === CHAR.colon && cursor.isGap(colon + 1) ? end : -1;
  }

  /** Behind a dash, which stands in that column: also a list or a map may begin in its line. */
  private item(column: number): YamlNode {
    const { cursor } = this;
    const start = cursor.gapEnd(cursor.at);
    if (!cursor.isDash(start) && !this.isKey(start)) return this.value(column, column + 1);
    cursor.at = start;
    cursor.column = cursor.columnOf(start);
    return this.collection(cursor.column);
  }

  private isKey(start: number): boolean {
    const char = this.cursor.text.charCodeAt(start);
    return !NO_KEY.has(char) && start < this.cursor.text.length && this.keyEnd(start) >= 0;
  }

  /**
   * Behind a colon or a dash, up to the next line that holds something. `column`: of the key or the dash; what stands on
   * the lines below is deeper, but for a list, which may begin in `listColumn` too.
   */
  private value(column: number, listColumn: number): YamlNode {
    const { cursor } = this;
    cursor.at = cursor.gapEnd(cursor.at);
    const char = cursor.text.charCodeAt(cursor.at);
    if (char === CHAR.newline || char === CHAR.hash || cursor.at >= cursor.text.length)
      return this.below(column, listColumn);
    const read =
      char === CHAR.pipe || char === CHAR.greater ? this.blockScalar(column) : this.inLine(column, char);
    cursor.nextLine();
    return read;
  }

  private below(column: number, listColumn: number): YamlNode {
    const { cursor } = this;
    const start = cursor.at;
    cursor.at = cursor.lineEnd(start);
    cursor.nextLine();
    if (cursor.column > column || (cursor.column === listColumn && cursor.isDash(cursor.at)))
      return this.collection(cursor.column);
    return cursor.scalar(start, start, null, '', false);
  }

  /** Behind it nothing but a comment may follow. */
  private inLine(column: number, char: number): YamlNode {
    const { cursor } = this;
    const { text } = cursor;
    const read = this.whole(column, char);
    const gap = cursor.gapEnd(cursor.at);
    const end = text.charCodeAt(gap) === CHAR.hash && gap > cursor.at ? cursor.lineEnd(gap) : gap;
    if (end < text.length && text.charCodeAt(end) !== CHAR.newline) beyond();
    cursor.at = Math.min(end + 1, text.length);
    return read;
  }

  private whole(column: number, char: number): YamlNode {
    const { cursor } = this;
    if (char === CHAR.openList || char === CHAR.openMap) return flowCollection(cursor, column);
    if (cursor.isQuote(char)) return cursor.quoted(cursor.at);
    return cursor.plain(cursor.at, cursor.plainEnd(cursor.at, false));
  }

  private blockScalar(column: number): YamlScalar {
    const { cursor } = this;
    const start = cursor.at;
    const headEnd = cursor.lineEnd(start);
    const head = /^([|>])([-+]?) *(?: #.*)?$/.exec(cursor.text.slice(start, headEnd));
    if (!head) return beyond();
    cursor.at = headEnd + 1;
    const lines = this.linesBelow(column);
    const used = lines.findLastIndex((line) => line.text !== '') + 1;
    if (used === 0) return beyond();
    const body = lines.slice(0, used).map((line) => line.text);
    const keep = head[2] === '+';
    const breaks = keep ? lines.length - used + 1 : head[2] === '-' ? 0 : 1;
    const value = (head[1] === '|' ? body.join('\n') : folded(body)) + '\n'.repeat(breaks);
    const end = keep ? cursor.at : lines[used - 1]!.end;
    return cursor.scalar(start, end, value, value, true);
  }

  /** The lines that stand deeper, without their indentation, and where each ends with its newline. */
  private linesBelow(column: number): { readonly text: string; readonly end: number }[] {
    const { cursor } = this;
    const { text } = cursor;
    const lines: { text: string; end: number }[] = [];
    let indent = -1;
    while (cursor.at < text.length) {
      const start = cursor.at;
      const lineEnd = cursor.lineEnd(start);
      const first = cursor.gapEnd(start);
      const width = first - start;
      if (first < lineEnd) {
        if (width <= column) break;
        if (indent < 0) indent = width;
        if (width < indent) beyond();
      } else if (width > 0) beyond();
      if (lineEnd >= text.length) beyond();
      cursor.at = lineEnd + 1;
      lines.push({ text: first < lineEnd ? text.slice(start + indent, lineEnd) : '', end: cursor.at });
    }
    return lines;
  }
}

/** What begins with one of these in the line of a dash is no key, or none that is simple. */
const NO_KEY: ReadonlySet<number> = new Set([
  CHAR.newline,
  CHAR.hash,
  CHAR.pipe,
  CHAR.greater,
  CHAR.openList,
  CHAR.openMap,
]);
