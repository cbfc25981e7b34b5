import type { YamlEntry, YamlList, YamlMap, YamlNode } from './yaml.ts';
import { beyond, CHAR, type YamlCursor } from './yaml-cursor.ts';
import { YamlKeys } from './yaml-keys.ts';

/** The `[…]` or `{…}` that begins at the cursor. `column`: of what it belongs to; its further lines stand deeper. */
export function flowCollection(cursor: YamlCursor, column: number): YamlMap | YamlList {
  cursor.enter();
  const start = cursor.at++;
  if (cursor.text.charCodeAt(start) === CHAR.openMap) {
    const read = entries(cursor, column);
    cursor.leave();
    return { kind: 'map', span: cursor.span(start, cursor.at), entries: read };
  }
  const read = items(cursor, column);
  cursor.leave();
  return { kind: 'list', span: cursor.span(start, cursor.at), items: read };
}

function items(cursor: YamlCursor, column: number): YamlNode[] {
  const read: YamlNode[] = [];
  until(cursor, column, CHAR.closeList, (char) => {
    read.push(value(cursor, column, char));
  });
  return read;
}

function entries(cursor: YamlCursor, column: number): YamlEntry[] {
  const keys = new YamlKeys();
  const read: YamlEntry[] = [];
  until(cursor, column, CHAR.closeMap, (char) => {
    const start = cursor.at;
    const end = cursor.isQuote(char) ? cursor.quoteEnd(start) : cursor.plainEnd(start, true);
    const keySpan = cursor.span(start, end);
    const key = keys.read(cursor, start, end);
    const colon = cursor.gapEnd(end);
    if (cursor.text.charCodeAt(colon) !== CHAR.colon) beyond();
    cursor.at = colon + 1;
    read.push({ key, keySpan, value: value(cursor, column, next(cursor, column)) });
  });
  return read;
}

/** What commas part, up to `close`, which is passed. */
function until(cursor: YamlCursor, column: number, close: number, read: (char: number) => void): void {
  for (let char = next(cursor, column); char !== close; char = next(cursor, column)) {
    read(char);
    const behind = next(cursor, column);
    if (behind === CHAR.comma) cursor.at++;
    else if (behind !== close) beyond();
  }
  cursor.at++;
}

function value(cursor: YamlCursor, column: number, char: number): YamlNode {
  if (char === CHAR.openList || char === CHAR.openMap) return flowCollection(cursor, column);
  if (cursor.isQuote(char)) return cursor.quoted(cursor.at);
  return cursor.plain(cursor.at, cursor.plainEnd(cursor.at, true));
}

/** The next character that is no space. */
function next(cursor: YamlCursor, column: number): number {
  cursor.at = cursor.gapEnd(cursor.at);
  const char = cursor.text.charCodeAt(cursor.at);
  if (char !== CHAR.newline) return char;
  cursor.nextLine();
  return cursor.column > column ? cursor.text.charCodeAt(cursor.at) : beyond();
}
