import { operand, testOf } from './jinja-tests.ts';

/** The opening of a block whose subject is written as in Jinja (`{{#if a == 1}}`), as it is here; null: unknown. */
export function blockForm(braces: string): string | null {
  const [, open, word, rest = ''] = /^\{\{~?(\s*#)?\s*(\w+)\s*(.*?)\s*~?\}\}$/s.exec(braces) ?? [];
  if (word === undefined || braces.length > 500) return null;
  if (open !== undefined && word === 'else') return '{{else}}';
  const [, test] = word === 'else' ? (/^if\s+(.+)$/s.exec(rest) ?? []) : [];
  if (test !== undefined) return opening('else if', testOf(test));
  if (/^(?:elif|elseif|elsif)$/.test(word)) return opening('else if', testOf(rest));
  if (word === 'if' || word === 'unless') return opening(`#${word}`, testOf(rest));
  if (word === 'for' || (word === 'each' && open !== undefined)) return opening('#each', listOf(rest));
  return null;
}

/** `{% … %}` in our words; null: no more can be said of it than of any. */
export function statementForm(statement: string): string | null {
  const [, word, rest = ''] = /^\{%[-+]?\s*(\w+)\s*(.*?)\s*[-+]?%\}$/s.exec(statement) ?? [];
  if (statement.length > 500) return null;
  if (word === 'if') {
    const form = opening('#if', testOf(rest));
    return form && `${form} … {{else}} … {{/if}}`;
  }
  if (word !== 'for') return null;
  const form = opening('#each', listOf(rest));
  return form && `${form} … {{/each}}`;
}

/** What Jinja, or a habit, calls the things that `{{#each}}` gives. */
const IN_EACH: Readonly<Record<string, string>> = {
  'loop.index': '{{ @index }}, which counts from 0',
  'loop.index0': '{{ @index }}',
  'loop.first': '{{ @first }}',
  'loop.last': '{{ @last }}',
  'loop.length': '{{ length list }}, with the list that is gone through',
  index: '{{ @index }}',
  key: '{{ @key }}',
  item: '{{ this }}, or name it: {{#each list as |item|}}',
  value: '{{ this }}, or name it: {{#each map as |value key|}}',
};

export function eachHint(keys: readonly string[]): string | undefined {
  const path = keys.slice(0, keys[0] === 'loop' ? 2 : 1).join('.');
  return Object.hasOwn(IN_EACH, path) ? `write ${IN_EACH[path]}` : undefined;
}

function opening(word: string, subject: string | null): string | null {
  return subject === null || subject === '' ? null : `{{${word} ${subject}}}`;
}

/** What `{{#each}}` takes in place of `x in list`, `k, v in map.items()` and `list as x`. */
function listOf(text: string): string | null {
  const [, key, value, map] =
    /^(\w+)\s*,\s*(\w+)\s+in\s+(\S+?)(?:\.items\(\)|\s*\|\s*dictsort)$/.exec(text) ?? [];
  if (map) return named(map, `${value} ${key}`);
  const [, item, list] = /^(\w+)\s+in\s+(.+)$/s.exec(text) ?? [];
  if (item) return named(list!, item);
  const [, over, names] = /^(.+?)\s+as\s+\|?\s*(\w+(?:\s*,?\s*\w+)?)\s*\|?$/s.exec(text) ?? [];
  if (over) return named(over, names!.split(/[\s,]+/).join(' '));
  return operand(text.replace(/\.(?:items|values)\(\)$/, ''));
}

function named(list: string, names: string): string | null {
  const value = operand(list);
  return value && `${value} as |${names}|`;
}
