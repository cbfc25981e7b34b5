import type { Change, Delta } from './delta.ts';
import { isObject, type Json } from './json.ts';
import type { Secrets } from './secret.ts';

/**
 * A delta without secrets. Those that are declared are masked by their value; but what is being replaced is often a
 * secret of yesterday, which nobody knows any more. So where the new side holds a secret, the old side shows only what
 * is the same, or stands where the new side holds none.
 */
export function maskDelta(delta: Delta, secrets: Secrets): Delta {
  if (secrets.size === 0) return delta;
  return Object.fromEntries(
    Object.entries(delta).map(([field, change]) => [secrets.mask(field), maskChange(change, secrets)]),
  );
}

function maskChange({ from, to }: Change, secrets: Secrets): Change {
  return { from: maskOld(from, to, secrets), to: secrets.maskJson(to) };
}

function maskOld(old: Json, now: Json | undefined, secrets: Secrets): Json {
  if (isObject(old)) {
    const beside = isObject(now) ? now : {};
    // A key that is gone beside secrets may have been one.
    const guarded = holdsSecret(now ?? null, secrets);
    return Object.fromEntries(
      Object.entries(old).map(([key, value]) => {
        const counterpart = Object.hasOwn(beside, key) ? beside[key] : undefined;
        const hidden = counterpart === undefined && guarded ? hide(value, secrets) : undefined;
        return [secrets.mask(key), hidden ?? maskOld(value, counterpart, secrets)];
      }),
    );
  }
  if (now === undefined || !holdsSecret(now, secrets)) return secrets.maskJson(old);
  if (Array.isArray(old) && Array.isArray(now)) {
    const lines = (items: readonly Json[]) =>
      items.map((item) => (typeof item === 'string' ? item : JSON.stringify(item)));
    return maskLines(lines(old), lines(now), secrets);
  }
  if (typeof old === 'string' && typeof now === 'string' && (old.includes('\n') || now.includes('\n'))) {
    return maskLines(old.split('\n'), now.split('\n'), secrets).join('\n');
  }
  if (typeof old === 'string' && typeof now === 'string')
    return aroundSecrets(old, [now], secrets) ?? hide(old, secrets);
  return hide(old, secrets);
}

function holdsSecret(value: Json, secrets: Secrets): boolean {
  return JSON.stringify(secrets.maskJson(value)) !== JSON.stringify(value);
}

/** Texts and numbers, however deep; true, false and null tell nothing. */
function hide(value: Json, secrets: Secrets): Json {
  if (Array.isArray(value)) return value.map((item) => hide(item, secrets));
  if (isObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [secrets.mask(key), hide(item, secrets)]),
    );
  }
  if (typeof value === 'string')
    return value === '' || /^<secret [0-9a-f]{8}>$/.test(secrets.mask(value))
      ? secrets.mask(value)
      : secrets.standIn(value);
  return typeof value === 'number' ? secrets.standIn(String(value)) : value;
}

/** Line by line; a line is known again by the words before its first separator. */
function maskLines(old: readonly string[], now: readonly string[], secrets: Secrets): string[] {
  const same = new Set(now);
  const secret = now.filter((line) => secrets.isIn(line));
  const secretKeys = new Set(secret.map(keyOf));
  const openKeys = new Set(now.filter((line) => !secrets.isIn(line)).map(keyOf));
  return old.map((line) => {
    if (same.has(line) || line.trim() === '') return secrets.mask(line);
    const key = keyOf(line);
    if (openKeys.has(key) && !secretKeys.has(key)) return secrets.mask(line);
    const around = aroundSecrets(line, secret, secrets);
    if (around !== null) return around;
    const shown = secretKeys.has(key) || isName(line, key) ? key : /^\s*/.exec(line)![0];
    return secrets.mask(shown) + hideRest(line.slice(shown.length), secrets);
  });
}

function hideRest(rest: string, secrets: Secrets): string {
  return rest.trim() === '' ? rest : String(hide(rest, secrets));
}

/** Indentation, the first word, and the separator behind it: `  PASSWORD=`, `password: `, `listen `. */
function keyOf(line: string): string {
  return /^\s*[^\s=:]*\s*[=:]?\s*/.exec(line)![0];
}

/** What stands before a value by its form; a word alone (also with the `=` of base64) may be a secret itself. */
function isName(line: string, key: string): boolean {
  return /^\s*[\w.-]{1,60}\s*[=:]\s*$/.test(key) && /[^=\s]/.test(line.slice(key.length));
}

/** The old line with everything hidden that stands where a new one holds a secret; null: no new line fits around it. */
function aroundSecrets(old: string, now: readonly string[], secrets: Secrets): string | null {
  for (const line of now) {
    const fixed = secrets.mask(line).split(/<secret [0-9a-f]{8}>/);
    const fit =
      fixed.length > 1 && fixed.join('') !== ''
        ? new RegExp(`^${fixed.map(escaped).join('(.*)')}$`, 's').exec(old)
        : null;
    if (fit) return fixed.map((part, i) => (i === 0 ? part : String(hide(fit[i]!, secrets)) + part)).join('');
  }
  return null;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
