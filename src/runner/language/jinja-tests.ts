import { filtered } from './jinja-filters.ts';
import { dotted, doubleQuoted, ourPath } from './jinja-paths.ts';

/** What `{{#if …}}` takes in place of a condition of Jinja; null: no form of ours is known. */
export function testOf(text: string): string | null {
  const bare = text.trim();
  const parts = (sign: RegExp) => {
    const found = split(bare, sign);
    return found.length > 1 ? found.map(testOf) : null;
  };
  const either = parts(/\s+or\s+|\s*\|\|\s*/g);
  if (either) return call('or', either);
  const both = parts(/\s+and\s+|\s*&&\s*/g);
  if (both) return call('and', both);
  const [, negated] = /^(?:not\s+|!\s*(?=[^=\s]))(.+)$/s.exec(bare) ?? [];
  if (negated) return call('not', [testOf(negated)]);
  if (isInBrackets(bare)) return testOf(bare.slice(1, -1));
  return asked(bare) ?? compared(bare) ?? operand(bare);
}

/** `is defined`, and `in`. */
function asked(text: string): string | null {
  const [, name, un] = /^(\S+)\s+is\s+(not\s+)?(?:defined|undefined)$/.exec(text) ?? [];
  if (name) {
    const defined = call('defined', [operand(name)]);
    return (un === undefined) === !text.endsWith('undefined') ? defined : call('not', [defined]);
  }
  const [item, list, more] = split(text, /\s+in\s+/g);
  if (!item || !list || more !== undefined) return null;
  const [, wanted] = /^(.*?)\s+not$/.exec(item) ?? [];
  const found = call('in', [operand(wanted ?? item), operand(list)]);
  return wanted === undefined ? found : call('not', [found]);
}

const SIGNS: Readonly<Record<string, (a: string | null, b: string | null) => string | null>> = {
  '==': (a, b) => call('eq', [a, b]),
  '!=': (a, b) => call('ne', [a, b]),
  '<': (a, b) => call('lt', [a, b]),
  '>': (a, b) => call('gt', [a, b]),
  '<=': (a, b) => call('not', [call('gt', [a, b])]),
  '>=': (a, b) => call('not', [call('lt', [a, b])]),
};

function compared(text: string): string | null {
  const [left, right, more] = split(text, /\s*(?:[=!<>]=|[<>])\s*/g);
  if (!left || !right || more !== undefined) return null;
  const sign = /[=!<>]=|[<>]/.exec(masked(text).slice(left.length))?.[0] ?? '';
  return SIGNS[sign]?.(operand(left), operand(right)) ?? null;
}

/** One value as it stands behind a helper. */
export function operand(text: string): string | null {
  const bare = text.trim();
  if (/^(?:'[^']*'|"[^"]*"|-?\d+(?:\.\d+)?)$/.test(bare)) return doubleQuoted(bare);
  if (masked(bare).includes('|')) {
    const made = filtered(bare);
    return 'ours' in made ? inBrackets(made.ours) : null;
  }
  if (isInBrackets(bare)) return operand(bare.slice(1, -1));
  if (/^@?[\w.-]+$/.test(bare)) return bare;
  const path = ourPath(bare) ?? (/^[\w.[\]'"-]+$/.test(bare) ? dotted(bare) : null);
  return path === null ? null : inBrackets(path);
}

/** `helper a b` in other words: null where one of the values has no form. */
function call(helper: string, values: readonly (string | null)[]): string | null {
  return values.includes(null) ? null : `(${helper} ${values.join(' ')})`;
}

function inBrackets(ours: string): string {
  return ours.includes(' ') ? `(${ours})` : ours;
}

/** The parts between the signs that stand outside of quotes and brackets. */
function split(text: string, sign: RegExp): string[] {
  const parts: string[] = [];
  let from = 0;
  for (const { index, 0: found } of masked(text).matchAll(sign)) {
    parts.push(text.slice(from, index));
    from = index + found.length;
  }
  return [...parts, text.slice(from)];
}

function isInBrackets(text: string): boolean {
  return text.startsWith('(') && text.endsWith(')') && /^_+$/.test(masked(text));
}

/** The text with `_` for what stands in quotes or round brackets, these included. */
function masked(text: string): string {
  const hidden = (part: string) => '_'.repeat(part.length);
  let rest = text.replace(/'[^']*'|"[^"]*"/g, hidden);
  for (let before = ''; before !== rest; ) {
    before = rest;
    rest = rest.replace(/\([^()]*\)/g, hidden);
  }
  return rest;
}
