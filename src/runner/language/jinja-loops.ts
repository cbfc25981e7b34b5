/** What a loop over `{{ … }}` of Jinja is in CEL; undefined: no more can be said than of any text. */
export function loopHint(inner: string): string | undefined {
  const text = inner.trim().replace(/\s*\|\s*list$/, '');
  const [, from, to] = /^range\(\s*(?:(\d+)\s*,\s*)?(\d+)\s*\)$/.exec(text) ?? [];
  if (to) return numbers(Number(from ?? 0), Number(to));
  const [, keys, method] = /^([\w.]+)\.(keys|values|items)\(\)$/.exec(text) ?? [];
  if (keys) return `write loop: ${PARTS[method!]!.replaceAll('M', keys)}`;
  if (/^[\w.]+(?:\s*\+\s*[\w.]+)+$/.test(text)) return `write loop: ${text}`;
  const [, list, filter, args = ''] = /^([\w.]+)\s*\|\s*(\w+)\s*(?:\((.*)\))?$/.exec(text) ?? [];
  if (list === undefined)
    return /^[\w.]+$/.test(text) && text !== inner.trim() ? `write loop: ${text}` : undefined;
  const ours = FILTERS[filter!]?.(list, args.trim());
  return ours === undefined ? undefined : ours.includes(' a block ') ? ours : `write loop: ${ours}`;
}

const PARTS: Readonly<Record<string, string>> = {
  keys: 'M.map(k, k)',
  values: 'M.map(k, M[k])',
  items: 'M.map(k, {"key": k, "value": M[k]})',
};

const AROUND = 'put a block with one loop around a task with the other, under another loop_var';

const FILTERS: Readonly<Record<string, (list: string, args: string) => string | undefined>> = {
  dict2items: (map) => PARTS['items']!.replaceAll('M', map),
  default: (list) =>
    list.includes('.') ? `has(${list}) ? ${list} : []` : `has(vars.${list}) ? ${list} : []`,
  d: (list) => (list.includes('.') ? `has(${list}) ? ${list} : []` : `has(vars.${list}) ? ${list} : []`),
  map: (list, args) => {
    const [, field] = /^attribute\s*=\s*['"]([\w.]+)['"]$/.exec(args) ?? [];
    return `${list}.map(x, ${field ? `x.${field}` : 'x'})`;
  },
  selectattr: (list, args) => `${list}.filter(x, x.${/\w+/.exec(args)?.[0] ?? 'wanted'})`,
  rejectattr: (list, args) => `${list}.filter(x, !x.${/\w+/.exec(args)?.[0] ?? 'unwanted'})`,
  difference: (list, args) => `${list}.filter(x, !(x in ${args}))`,
  intersect: (list, args) => `${list}.filter(x, x in ${args})`,
  union: (list, args) => `${list} + ${args}`,
  product: () => AROUND,
  subelements: () => AROUND,
};

function numbers(from: number, to: number): string {
  const count = to - from;
  if (count < 1 || count > 12) return 'write the numbers: loop: [1, 2, 3]';
  return `write loop: [${Array.from({ length: count }, (_, i) => from + i).join(', ')}]`;
}
