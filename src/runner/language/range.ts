/** What a name such as `web[01:20]` stands for, or what is wrong with it. */
export type Expanded =
  | { readonly kind: 'names'; readonly names: readonly string[] }
  | { readonly kind: 'problem'; readonly message: string; readonly hint?: string };

/** More hosts than this from one name are taken for a slip of the hand. */
export const MAX_RANGE = 10_000;

const TOO_MANY = `stands for more than ${MAX_RANGE} hosts`;
const RANGE = /\[([^[\]]*)\]/;

/**
 * Host ranges as Ansible has them: `web[01:20]` (both ends count, zeros are kept), `web[1:10:2]` (every second),
 * `db-[a:f]`, and several in one name. A name without brackets stands for itself.
 */
export function expandRange(text: string): Expanded {
  const names = expand(text);
  if (typeof names !== 'string') return { kind: 'names', names };
  const hint = 'a range is written web[01:20], web[1:10:2] or web[a:f]';
  return { kind: 'problem', message: `the host name "${text}" ${names}`, hint };
}

/** The names, or the rest of a sentence that says what is wrong. */
function expand(text: string): string[] | string {
  const found = RANGE.exec(text);
  if (!found) return /[[\]]/.test(text) ? 'has a bracket without its partner' : [text];
  const items = itemsOf(found[1]!);
  if (typeof items === 'string') return items;
  const tails = expand(text.slice(found.index + found[0].length));
  if (typeof tails === 'string') return tails;
  if (items.length * tails.length > MAX_RANGE) return TOO_MANY;
  const head = text.slice(0, found.index);
  return items.flatMap((item) => tails.map((tail) => head + item + tail));
}

function itemsOf(inner: string): string[] | string {
  const [from = '', to = '', by = '1', ...more] = inner.split(':');
  if (!inner.includes(':') || more.length > 0) return 'has brackets that hold no range';
  if (!/^[1-9]\d{0,5}$/.test(by)) return `has a step that is not a whole number from 1: ${by}`;
  if (/^\d*$/.test(from) && /^\d+$/.test(to)) return numbers(from === '' ? '0' : from, to, Number(by));
  if (/^[a-z]$/.test(from) && /^[a-z]$/.test(to)) return letters(from, to, Number(by));
  if (/^[A-Z]$/.test(from) && /^[A-Z]$/.test(to)) return letters(from, to, Number(by));
  return 'has a range that is neither of numbers nor of single letters of one case';
}

function numbers(from: string, to: string, by: number): string[] | string {
  const padded = from.length > 1 && from.startsWith('0');
  if (padded && from.length !== to.length) return 'has range ends of different length, with leading zeros';
  const all = stepped(Number(from), Number(to), by);
  return typeof all === 'string'
    ? all
    : all.map((n) => (padded ? `${n}`.padStart(from.length, '0') : `${n}`));
}

function letters(from: string, to: string, by: number): string[] | string {
  const all = stepped(from.charCodeAt(0), to.charCodeAt(0), by);
  return typeof all === 'string' ? all : all.map((code) => String.fromCharCode(code));
}

function stepped(from: number, to: number, by: number): number[] | string {
  if (from > to) return 'has a range that ends before it begins';
  if ((to - from) / by >= MAX_RANGE) return TOO_MANY;
  return Array.from({ length: Math.floor((to - from) / by) + 1 }, (_, i) => from + i * by);
}
