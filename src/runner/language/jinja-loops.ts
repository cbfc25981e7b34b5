import { inYaml } from './cel-foreign.ts';
import { piped } from './jinja-filters.ts';

/** What a loop over `{{ … }}` of Jinja is in CEL; undefined: no more can be said than of any text. */
export function loopHint(inner: string): string | undefined {
  const text = inner.trim();
  const [first = '', ...filters] = piped(text);
  const [, from, to] = /^range\(\s*(?:(\d+)\s*,\s*)?(\d+)\s*\)$/.exec(first) ?? [];
  if (to && filters.every((filter) => filter === 'list')) return numbers(Number(from ?? 0), Number(to));
  let ours = listOf(first);
  for (const written of filters) {
    if (ours === undefined) return undefined;
    const [, name = '', args = ''] = /^(?:ansible\.builtin\.)?(\w+)\s*(?:\((.*)\))?$/s.exec(written) ?? [];
    if (name === 'product' || name === 'subelements') return AROUND;
    if (name !== 'list') ours = FILTERS[name]?.(called(ours), argumentsOf(args));
  }
  return ours === undefined || /^[\w.]+$/.test(text) ? undefined : `write loop: ${inYaml(ours)}`;
}

const PARTS: Readonly<Record<string, string>> = {
  keys: 'M.map(k, k)',
  values: 'M.map(k, M[k])',
  items: 'M.map(k, {"key": k, "value": M[k]})',
};

const AROUND = 'put a block with one loop around a task with the other, under another loop_var';

/** What the filters begin with, where CEL has it. */
function listOf(text: string): string | undefined {
  const [, map, method] = /^([\w.]+)\.(keys|values|items)\(\)$/.exec(text) ?? [];
  if (map) return PARTS[method!]!.replaceAll('M', map);
  return /^\w+(?:\.\w+|\[(?:'[^']*'|"[^"]*"|\w+)\])*(?:\s*\+\s*[\w.]+)*$/.test(text) ? text : undefined;
}

/** As a filter or a method takes it. */
function called(list: string): string {
  return / [?+] /.test(list) ? `(${list})` : list;
}

type Filter = (list: string, args: readonly string[]) => string | undefined;

const orNothing: Filter = (list, [otherwise = '[]']) =>
  /^[\w.]+$/.test(list)
    ? `${list.includes('.') ? `has(${list})` : `has(vars.${list})`} ? ${list} : ${otherwise}`
    : undefined;

const FILTERS: Readonly<Record<string, Filter>> = {
  dict2items: (map) => (/^[\w.]+$/.test(map) ? PARTS['items']!.replaceAll('M', map) : undefined),
  default: orNothing,
  d: orNothing,
  map: (list, [attribute = '']) => {
    const [, field] = /^attribute\s*=\s*['"]([\w.]+)['"]$/.exec(attribute) ?? [];
    return field && `${list}.map(x, x.${field})`;
  },
  selectattr: (list, [field, ...test]) => kept(list, fieldOf(field), test),
  rejectattr: (list, [field, ...test]) => kept(list, fieldOf(field), test, true),
  select: (list, test) => (test.length > 0 ? kept(list, 'x', test) : undefined),
  reject: (list, test) => (test.length > 0 ? kept(list, 'x', test, true) : undefined),
  difference: (list, [other]) => `${list}.filter(x, !(x in ${other}))`,
  intersect: (list, [other]) => `${list}.filter(x, x in ${other})`,
  union: (list, [other]) => `${list} + ${other}`,
};

function kept(list: string, item: string | undefined, test: readonly string[], not = false) {
  const holds = item && tested(item, test);
  if (!holds) return undefined;
  if (!not) return `${list}.filter(x, ${holds})`;
  return `${list}.filter(x, ${/ /.test(holds) ? `!(${holds})` : `!${holds}`.replace(/^!!/, '')})`;
}

function fieldOf(quoted = ''): string | undefined {
  const [, field] = /^['"]([\w.]+)['"]$/.exec(quoted) ?? [];
  return field && `x.${field}`;
}

const SIGNS: Readonly<Record<string, string>> = {
  equalto: '==',
  eq: '==',
  ne: '!=',
  gt: '>',
  greaterthan: '>',
  ge: '>=',
  lt: '<',
  lessthan: '<',
  le: '<=',
  in: 'in',
};

/** A test of Jinja on a value. */
function tested(value: string, [quoted, other = '']: readonly string[]): string | undefined {
  if (quoted === undefined) return value;
  const test = quoted.replace(/^['"]|['"]$/g, '');
  // Each result has these fields; in Jinja they are there only if they hold.
  if (/\.(?:changed|failed|skipped)$/.test(value) && /^(?:un)?defined$/.test(test))
    return test === 'defined' ? value : `!${value}`;
  if (test === 'defined') return `has(${value})`;
  if (test === 'undefined') return `!has(${value})`;
  if (test === 'none') return `${value} == null`;
  if (other === '') return undefined;
  if (test === 'contains') return `${other} in ${value}`;
  if (test === 'match') return `${value}.matches(${other.replace(/^(['"])\^?/, '$1^')})`;
  if (test === 'search' || test === 'regex') return `${value}.matches(${other})`;
  const sign = SIGNS[test] ?? (Object.values(SIGNS).includes(test) ? test : undefined);
  return sign && `${value} ${sign} ${other}`;
}

/** What stands between the commas outside of quotes and brackets. */
function argumentsOf(text: string): string[] {
  return (text.match(/(?:'[^']*'|"[^"]*"|\[[^\]]*\]|\([^)]*\)|[^,'"[(])+/g) ?? [])
    .map((arg) => arg.trim())
    .map((arg) => (/^(?:True|False)$/.test(arg) ? arg.toLowerCase() : arg));
}

function numbers(from: number, to: number): string {
  const count = to - from;
  if (count < 1 || count > 12) return 'write the numbers: loop: [1, 2, 3]';
  return `write loop: [${Array.from({ length: count }, (_, i) => from + i).join(', ')}]`;
}
