const SIZES = 'kmgtp';

/** Bytes of a size as docker reads it (`512m`, `1.5g`, `64MiB`, a number): powers of 1024. NaN if it is none. */
export function bytes(size: string | number): number {
  const match = /^(\d+(?:\.\d+)?) ?([kmgtp]?)(?:i?b)?$/i.exec(String(size));
  if (!match) return Number.NaN;
  const power = match[2] ? SIZES.indexOf(match[2].toLowerCase()) + 1 : 0;
  return Math.floor(Number(match[1]) * 1024 ** power);
}

const SPANS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/** Nanoseconds of a duration (`30s`, `1m30s`, `500ms`; a bare number is seconds). NaN if it is none. */
export function nanoseconds(duration: string | number): number {
  if (/^\d+(\.\d+)?$/.test(String(duration))) return Math.round(Number(duration) * 1e9);
  const parts = [...String(duration).matchAll(/(\d+(?:\.\d+)?)(ns|us|ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map((part) => part[0]).join('') !== duration) return Number.NaN;
  return Math.round(parts.reduce((sum, [, n, unit]) => sum + Number(n) * SPANS[unit!]!, 0));
}

/** A signal's name without SIG, in capitals; a number stays one. */
export function signal(name: string | number): string {
  return String(name).toUpperCase().replace(/^SIG/, '');
}

/** Patterns for schemas. */
export const SIZE = '^[0-9]+(\\.[0-9]+)? ?[kKmMgGtTpP]?([iI]?[bB])?$';
export const DURATION = '^[0-9]+(\\.[0-9]+)?$|^([0-9]+(\\.[0-9]+)?(ns|us|ms|s|m|h))+$';
