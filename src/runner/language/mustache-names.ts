import type { Range } from './mistake.ts';
import type { Mustache, Piece } from './mustache.ts';

const NAME = /\{\{([ \t]*)([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)[ \t]*\}\}/g;

/** Of Handlebars and of Go's templates, in a path: not names. */
const WORDS = new Set(['this', 'else', 'end', 'as', 'true', 'false', 'null', 'undefined']);

/**
 * A text whose braces hold names of variables and nothing more, as most texts of a playbook do: it is read without
 * Handlebars' parser, which takes ten times as long, and to the same tree. Null where anything else stands in it.
 */
export function readNames(text: string): Mustache | null {
  if (text.includes('\\')) return null;
  const pieces: Piece[] = [];
  const reads = new Map<string, Range>();
  const between = (from: number, to: number): boolean => {
    const part = text.slice(from, to);
    if (part !== '') pieces.push({ kind: 'text', text: part });
    return !/\{\{|\{[%#]|^\}|\{$/.test(part);
  };
  let at = 0;
  for (const match of text.matchAll(NAME)) {
    if (!between(at, match.index)) return null;
    const path = match[2]!;
    const keys = path.split('.');
    if (keys.some((key) => WORDS.has(key))) return null;
    const start = match.index + 2 + match[1]!.length;
    const range = { start, end: start + path.length };
    pieces.push({
      kind: 'print',
      value: { kind: 'path', base: { kind: 'variables' }, keys, text: path, range },
    });
    if (!reads.has(keys[0]!)) reads.set(keys[0]!, range);
    at = match.index + match[0].length;
  }
  if (at === 0 || !between(at, text.length)) return null;
  return { pieces, reads, mentions: new Map(reads), mistakes: [] };
}
