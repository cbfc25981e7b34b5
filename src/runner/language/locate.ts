import type { Span } from './source.ts';

/** Turns a stretch of a scalar's *value* (offsets in UTF-16 units) into the stretch of the file it was read from. */
export type Locate = (start: number, end: number) => Span;

/**
 * For a text that was read from `span`: quotes, escapes, folding and indentation of YAML lie between the two. Where
 * the text can't be found in the span (an alias stands there), every stretch is the whole span.
 */
export function locate(text: string, span: Span): Locate {
  let map: readonly number[] | null | undefined;
  return (start, end) => {
    if (map === undefined) map = align(text, span.source.text.slice(span.start, span.end));
    if (map === null) return span;
    const from = map[Math.min(start, text.length)]!;
    const to = end > start ? map[Math.min(end, text.length) - 1]! + 1 : from;
    return { source: span.source, start: span.start + from, end: span.start + Math.max(to, from) };
  };
}

/** For each unit of `text`, and for its end, the offset in `raw`; null where they don't belong together. */
function align(text: string, raw: string): readonly number[] | null {
  if (raw === text) return Array.from({ length: text.length + 1 }, (_, i) => i);
  const style = raw[0];
  const block = style === '|' || style === '>';
  const quote = style === '"' || style === "'" ? style : null;
  let at = block ? raw.indexOf('\n') + 1 : quote ? 1 : 0;
  const map: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (quote === '"' && raw[at] === '\\') {
      const length = escapeLength(raw, at);
      if (length > 0) {
        map.push(at);
        at += length;
        continue;
      }
    }
    if (raw[at] !== char) {
      if (char === '\n' || char === ' ') {
        map.push(at);
        if (/\s/.test(raw[at] ?? '')) at += 1;
        continue;
      }
      while (at < raw.length && (/\s/.test(raw[at]!) || (quote === '"' && raw[at] === '\\'))) at += 1;
    }
    if (raw[at] !== char) return null;
    map.push(at);
    at += quote === "'" && char === "'" ? 2 : 1;
  }
  map.push(Math.min(at, raw.length));
  return map;
}

/** Of an escape that stands for one character; 0 for an escaped line break, which stands for none. */
function escapeLength(raw: string, at: number): number {
  const letter = raw[at + 1];
  if (letter === '\n' || letter === '\r') return 0;
  return letter === 'x' ? 4 : letter === 'u' ? 6 : letter === 'U' ? 10 : 2;
}
