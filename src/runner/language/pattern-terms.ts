import { isIPv6 } from 'node:net';

/** One part of a pattern. `or` adds, `and` (`&x`) keeps only, `not` (`!x`) takes away. */
export interface Term {
  readonly sign: 'or' | 'and' | 'not';
  /** Without its sign. */
  readonly text: string;
  readonly body: TermBody;
}

export type TermBody =
  | { readonly kind: 'all' }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'wildcard'; readonly name: string }
  | { readonly kind: 'regex'; readonly source: string }
  /** `web[0]`, `web[1:3]` (both ends count), `web[-1]`, `web[2:]`; of what `of` selects. */
  | { readonly kind: 'pick'; readonly of: TermBody; readonly from: number; readonly to: number | null };

/** The terms of a pattern, split at `:` and `,` outside brackets; a lone IPv6 address is one term. */
export function patternTerms(source: string): Term[] {
  return split(source, ',')
    .flatMap((part) => (isIPv6(part.replace(/^[!&]/, '')) ? [part] : split(part, ':')))
    .map(term);
}

function term(text: string): Term {
  const sign = text.startsWith('!') ? 'not' : text.startsWith('&') ? 'and' : 'or';
  const bare = sign === 'or' ? text : text.slice(1).trim();
  return { sign, text: bare, body: bodyOf(bare) };
}

function bodyOf(text: string): TermBody {
  if (text === 'all' || text === '*') return { kind: 'all' };
  if (text.startsWith('~')) return { kind: 'regex', source: text.slice(1) };
  const [, of, index, from, to] = /^(.+)\[(?:(-?\d+)|(\d+)[:-](\d*))\]$/.exec(text) ?? [];
  if (of !== undefined) {
    if (index !== undefined) return { kind: 'pick', of: bodyOf(of), from: Number(index), to: Number(index) };
    return { kind: 'pick', of: bodyOf(of), from: Number(from), to: to === '' ? null : Number(to) };
  }
  return /[*?[]/.test(text) ? { kind: 'wildcard', name: text } : { kind: 'name', name: text };
}

/** Splits where no bracket is open; in a `~regex` round and curly brackets count too. Empty parts are dropped. */
function split(text: string, separator: string): string[] {
  const parts: string[] = [];
  let part = '';
  let depth = 0;
  for (const char of text) {
    const regex = /^[!&]?~/.test(part.trimStart());
    if (char === '[' || (regex && /[({]/.test(char))) depth++;
    else if (depth > 0 && (char === ']' || (regex && /[)}]/.test(char)))) depth--;
    if (char === separator && depth === 0) {
      parts.push(part);
      part = '';
    } else part += char;
  }
  return [...parts, part].map((piece) => piece.trim()).filter((piece) => piece !== '');
}
