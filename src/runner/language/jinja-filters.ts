import { HELPERS } from './helpers.ts';
import { callHint, dotted, doubleQuoted, methodHint, ourPath } from './jinja-paths.ts';
import { testOf } from './jinja-tests.ts';

/** Jinja's filters under other names of ours. */
const NAMES: Readonly<Record<string, string>> = {
  d: 'default',
  to_json: 'json',
  tojson: 'json',
  to_nice_json: 'json',
  to_yaml: 'yaml',
  to_nice_yaml: 'yaml',
  b64encode: 'base64',
  count: 'length',
  e: 'xml',
  escape: 'xml',
};

const NEEDLESS = new Set(['int', 'float', 'bool', 'string', 'list', 'safe']);

const EACH = 'in a text {{#each list}}{{ this }}{{/each}}, in a loop or condition CEL';
const AS_CEL = 'it is for CEL (loop, when)';

/** Filters whose work no helper does, and what to write instead. */
const INSTEAD: Readonly<Record<string, string>> = {
  mandatory: 'a variable that is not there is refused anyway: remove it',
  regex_replace:
    'no helper takes a pattern: {{ replace text "old" "new" }}, or choose with CEL: x.matches("^a")',
  regex_search: 'no helper takes a pattern: choose with CEL (when): x.matches("^a")',
  regex_findall: 'no helper takes a pattern: choose with CEL (when): x.matches("^a")',
  password_hash: 'nothing here makes hashes: make it once (openssl passwd -6), and keep it in a vault',
  hash: 'nothing here makes hashes: make it once, and write it down',
  dict2items:
    'in a text {{#each map}}{{ @key }} {{ this }}{{/each}}, as a loop \'map.map(k, {"key": k, "value": map[k]})\'',
  map: `${EACH}: list.map(x, x.name)`,
  select: `${EACH}: list.filter(x, x > 1)`,
  selectattr: `${EACH}: list.filter(x, x.wanted)`,
  reject: `${EACH}: list.filter(x, !(x > 1))`,
  rejectattr: `${EACH}: list.filter(x, !x.wanted)`,
  difference: `${AS_CEL}: a.filter(x, !(x in b))`,
  intersect: `${AS_CEL}: a.filter(x, x in b)`,
  union: `${AS_CEL}: a + b`,
  combine: 'write the map as it is to be, in vars',
  first: 'name the item by its number: {{ list.[0] }}',
  b64decode: 'what command registers is text already: r.stdout',
  from_json: 'what uri registers has json, parsed already; other text is not parsed',
  from_yaml: 'give the values as variables',
  basename: 'write the name as it is to be, in vars',
  dirname: 'write the directory as it is to be, in vars',
  fileglob: 'name the files, or copy the directory as a whole',
  password: 'make it once, and keep it in a vault',
};

/** Where a filter's work is done instead; undefined: nowhere, or by a helper. */
export function elsewhere(filter: string): string | undefined {
  return Object.hasOwn(INSTEAD, filter) ? INSTEAD[filter] : undefined;
}

/** What to write in place of a helper that bears the name of a filter. */
export function helperHint(name: string): string | undefined {
  if (Object.hasOwn(NAMES, name)) return `write ${NAMES[name]}`;
  if (NEEDLESS.has(name)) return 'remove it: a lone {{ x }} keeps its type';
  if (name === 'ternary') return 'write {{#if x}}a{{else}}b{{/if}}';
  return elsewhere(name);
}

/** What to write in place of `value | filter(args) | filter`. */
export function filterHint(text: string): string {
  const made = filtered(text);
  if ('instead' in made) return made.instead;
  return `write {{ ${made.ours} }}${made.needless ? ': a lone {{ x }} keeps its type' : ''}`;
}

/** The helpers that do what the filters do. */
export function filtered(text: string): Step & { readonly needless?: boolean } {
  const [value = '', ...filters] = piped(text);
  if (/^[\w.]+\(/.test(value)) return { instead: methodHint(value) ?? callHint(value) };
  let ours = doubleQuoted(ourPath(value) ?? dotted(value));
  let needless = true;
  for (const written of filters) {
    const [, filter = written, args = ''] = /^([a-z_][\w.]*)\s*(?:\((.*)\))?$/s.exec(written) ?? [];
    if (NEEDLESS.has(filter)) continue;
    // Nothing here is an empty list: what comes of it is written only where there is one.
    const last = filters.indexOf(written) === filters.length - 1;
    if (
      !last &&
      /^(?:default|d)$/.test(filter) &&
      /^(?:\[\s*\]|\{\s*\})/.test(args) &&
      /^[\w.]+$/.test(ours)
    ) {
      const rest = filtered([ours, ...filters.slice(filters.indexOf(written) + 1)].join(' | '));
      return 'instead' in rest
        ? rest
        : { instead: `write {{#if (defined ${ours})}}{{ ${rest.ours} }}{{/if}}` };
    }
    const step = stepOf(ours, value, filter.replace(/^ansible\.builtin\./, ''), args);
    if ('instead' in step) return step;
    ours = step.ours;
    needless = false;
  }
  return { ours, needless };
}

type Step = { readonly ours: string } | { readonly instead: string };

/** One filter more around what is there already. */
function stepOf(subject: string, value: string, filter: string, args: string): Step {
  const given = (args.match(/(?:'[^']*'|"[^"]*"|[^,'"])+/g) ?? []).map((arg) => arg.trim());
  if (filter === 'ternary') return { instead: chosen(value, given[0] ?? '""', given[1] ?? '""') };
  if (filter === 'first' && !subject.includes(' ')) return { ours: `${subject}.[0]` };
  const name = NAMES[filter] ?? filter;
  if (!HELPERS.has(name)) return { instead: INSTEAD[name] ?? `no helper does what ${filter} does: ${all()}` };
  // Of default('x', true) only the first counts: "" and false are values here.
  const rest = given
    .filter((arg, at) => arg !== '' && !(at > 0 && arg === 'true') && !/^\w+\s*=/.test(arg))
    .map((arg) => ` ${NOTHING.test(arg) ? 'null' : doubleQuoted(pythonic(arg))}`);
  return { ours: `${name} ${subject.includes(' ') ? `(${subject})` : subject}${rest.join('')}` };
}

/** What `default` leaves out: no list and no map can be written in `{{ }}`. */
const NOTHING = /^(?:omit|\[\s*\]|\{\s*\}|[Nn]one)$/;

function pythonic(arg: string): string {
  return /^(?:True|False)$/.test(arg) ? arg.toLowerCase() : arg;
}

/** The parts between the `|` that stand outside of quotes and brackets. */
export function piped(text: string): string[] {
  const bare = text.replace(/'[^']*'|"[^"]*"|\([^()]*\)/g, (part) => '_'.repeat(part.length));
  const parts: string[] = [];
  let from = 0;
  for (const { index } of bare.matchAll(/\|/g)) {
    parts.push(text.slice(from, index).trim());
    from = index + 1;
  }
  return [...parts, text.slice(from).trim()];
}

function all(): string {
  return `there are ${[...HELPERS.keys()].join(', ')}`;
}

const COMPARE: Readonly<Record<string, string>> = { '==': 'eq', '!=': 'ne', '<': 'lt', '>': 'gt' };

/** `a == b` → `eq a b`; null: it is no comparison of two single things. */
export function compared(text: string): string | null {
  const [, left, sign, right] = /^(\S+)\s*(==|!=|<|>)\s*('[^']*'|"[^"]*"|\S+)$/.exec(text) ?? [];
  return sign ? `${COMPARE[sign]} ${dotted(left!)} ${doubleQuoted(right!)}` : null;
}

/** `yes if test else no`. */
export function chosen(test: string, yes: string, no: string): string {
  return `write {{#if ${testOf(test) ?? dotted(test)}}}${literal(yes)}{{else}}${literal(no)}{{/if}}`;
}

export function literal(text: string): string {
  const quoted = /^(['"])(.*)\1$/.exec(text.trim());
  return quoted ? quoted[2]! : `{{ ${text.trim()} }}`;
}
