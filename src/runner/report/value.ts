import type { Json } from '../contract/json.ts';
import { visible } from './text.ts';

/** Characters of a value on one line. */
const LONGEST = 160;
/** So much that is the same on both sides is shown before the first difference of two long values. */
const LEAD = 30;

/** `sha256:` and 64 hex digits: the content itself is large, or no text. */
export function isHash(value: Json): boolean {
  return typeof value === 'string' && /^sha256:[0-9a-f]{64}$/.test(value);
}

/** A value on one line, at most about 160 characters long. */
export function show(value: Json): string {
  return clipEnd(asLine(value));
}

/** Two values on one line each; long ones from shortly before the place where they begin to differ. */
export function clipPair(from: Json, to: Json): readonly [string, string] {
  const a = asLine(from);
  const b = asLine(to);
  if (a.length <= LONGEST && b.length <= LONGEST) return [a, b];
  const start = Math.max(0, commonLength(a, b) - LEAD);
  const from_ = (text: string) => clipEnd(start > 0 ? `…${text.slice(start)}` : text);
  return [from_(a), from_(b)];
}

function asLine(value: Json): string {
  if (value === null) return '(absent)';
  if (typeof value !== 'string') return visible(JSON.stringify(value));
  if (isHash(value)) return `${value.slice(0, 19)}…`;
  return value === '' ? '""' : visible(value).replaceAll('\n', '\\n');
}

function clipEnd(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function commonLength(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
}
