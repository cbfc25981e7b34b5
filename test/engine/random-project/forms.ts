import type { Json, Kind } from './values.ts';

interface User {
  readonly name: string;
  readonly id: number;
  readonly tags: readonly string[];
}

interface Values {
  readonly text: string;
  readonly int: number;
  readonly flag: boolean;
  readonly list: readonly string[];
  readonly map: { readonly host: string; readonly port?: number };
  readonly users: readonly User[];
  readonly maybe: string | null;
}

/** How a value is read, and what comes of it; `host` is where. */
type Form<Value, Made> = readonly [written: string, value: (value: Value, host: string) => Made];
type Table<Made> = { readonly [K in Kind]: (code: string) => readonly Form<Values[K], Made>[] };

const yesNo = (yes: boolean) => (yes ? 'yes' : 'no');
const each = (code: string, inner: string) => `{{#each ${code}}}${inner}{{/each}}`;
const test = (code: string) => `{{#if ${code}}}yes{{else}}no{{/if}}`;

/** In Handlebars: how a value becomes text. */
const TEXTS: Table<string> = {
  text: (code) => [
    [`{{ ${code} }}`, (v) => v],
    [`{{ upper ${code} }}`, (v) => v.toUpperCase()],
    [test(`(eq ${code} "one")`), (v) => yesNo(v === 'one')],
    [`{{ json ${code} }}`, (v) => JSON.stringify(v)],
    [`{{ concat ${code} "-" ${code} }}`, (v) => `${v}-${v}`],
    [`{{ default ${code} "none" }}`, (v) => v],
    [`{{ join (split ${code} " ") "+" }}`, (v) => v.replaceAll(' ', '+')],
    [`{{#if (in ${code} "one two words")}}in{{else if (eq ${code} "80")}}eighty{{/if}}`, (v) => inWords(v)],
  ],
  int: (code) => [
    [`{{ ${code} }}`, String],
    [test(`(lt ${code} 4)`), (v) => yesNo(v < 4)],
    [test(code), (v) => yesNo(v !== 0)],
    [test(`(and (gt ${code} 1) (not (eq ${code} 3)))`), (v) => yesNo(v > 1 && v !== 3)],
  ],
  flag: (code) => [
    [`{{ ${code} }}`, String],
    [test(code), yesNo],
    [`{{#unless ${code}}}no{{else}}yes{{/unless}}`, yesNo],
    [test(`(or ${code} false)`), yesNo],
  ],
  list: (code) => [
    [`{{ join ${code} "," }}`, (v) => v.join(',')],
    [each(code, '{{ @index }}={{ this }};'), (v) => v.map((one, i) => `${i}=${one};`).join('')],
    [`{{ length ${code} }}`, (v) => String(v.length)],
    [
      each(code, '{{#if @last}}{{ this }}{{ @root.inventory_hostname }}{{/if}}'),
      (v, host) => v.at(-1)! + host,
    ],
    [
      `{{#each ${code} as |one i|}}{{ one }}{{ i }}{{/each}}`,
      (v) => v.map((one, i) => `${one}${i}`).join(''),
    ],
    [`{{ lookup ${code} 0 }}`, (v) => v[0]!],
  ],
  map: (code) => [
    [`{{ json ${code} }}`, (v) => JSON.stringify(v)],
    [
      each(code, '{{ @key }}={{ this }};'),
      (v) =>
        Object.entries(v)
          .map(([k, one]) => `${k}=${one};`)
          .join(''),
    ],
    [`{{#with ${code}}}{{ host }}:{{ port }}{{/with}}`, (v) => `${v.host}:${v.port}`],
    [`{{ lookup ${code} "host" }}{{ default ${code}.nothing "-" }}`, (v) => `${v.host}-`],
  ],
  users: (code) => [
    [each(code, '{{ name }}/{{ id }};'), (v) => v.map(({ name, id }) => `${name}/${id};`).join('')],
    [
      each(code, '{{#each tags}}<{{ this }}{{ ../id }}>{{/each}}{{ this.id }}'),
      (v) => v.map(({ tags, id }) => tags.map((tag) => `<${tag}${id}>`).join('') + id).join(''),
    ],
    [`{{ json ${code} }}`, (v) => JSON.stringify(v)],
    [
      each(code, '{{#if tags}}{{ join tags "," }}{{else}}{{ name }}{{/if}}'),
      (v) => v.map(({ tags, name }) => (tags.length > 0 ? tags.join(',') : name)).join(''),
    ],
  ],
  maybe: (code) => [
    [`{{ default ${code} "none" }}`, (v) => v ?? 'none'],
    [`{{#if ${code}}}{{ ${code} }}{{else}}-{{/if}}`, (v) => v ?? '-'],
    [`{{ json ${code} }}`, (v) => JSON.stringify(v)],
  ],
};

function inWords(text: string): string {
  if ('one two words'.includes(text)) return 'in';
  return text === '80' ? 'eighty' : '';
}

/** In CEL: what is asked of a value. */
const CONDITIONS: Table<boolean> = {
  text: (code) => [
    [`${code} != "one"`, (v) => v !== 'one'],
    [`size(${code}) > 3`, (v) => [...v].length > 3],
    [`${code} in ["one", "80"]`, (v) => v === 'one' || v === '80'],
    [`${code}.startsWith("o")`, (v) => v.startsWith('o')],
    [`${code}.matches("^[0-9]+$")`, (v) => /^[0-9]+$/.test(v)],
  ],
  int: (code) => [
    [`${code} < 5`, (v) => v < 5],
    [`${code} + 1 == 3`, (v) => v + 1 === 3],
    [`string(${code}) == "4"`, (v) => v === 4],
    [`${code} % 2 == 0`, (v) => v % 2 === 0],
  ],
  flag: (code) => [
    [code, (v) => v],
    [`!${code}`, (v) => !v],
    [`${code} ? 1 == 1 : 1 == 2`, (v) => v],
    [`${code} == true`, (v) => v],
  ],
  list: (code) => [
    [`"one" in ${code}`, (v) => v.includes('one')],
    [`${code}.exists(x, x != "80")`, (v) => v.some((x) => x !== '80')],
    [`size(${code}) == 2`, (v) => v.length === 2],
    [`${code} == [${code}[0]]`, (v) => v.length === 1],
    [`size(${code}.filter(x, size(x) > 3)) > 0`, (v) => v.some((x) => [...x].length > 3)],
  ],
  map: (code) => [
    [`${code}.port > 3 && "host" in ${code}`, (v) => v.port! > 3],
    [`has(${code}.port)`, () => true],
    [`has(${code}.nothing)`, () => false],
    [`${code}["host"] != "one"`, (v) => v.host !== 'one'],
  ],
  users: (code) => [
    [`${code}.all(u, u.id < 1)`, (v) => v.every(({ id }) => id < 1)],
    [`${code}.exists(u, size(u.tags) > 0)`, (v) => v.some(({ tags }) => tags.length > 0)],
    [`size(${code}.map(u, u.name)) == 1`, (v) => v.length === 1],
    [`${code}[0].name in ${code}[0].tags`, ([one]) => one!.tags.includes(one!.name)],
  ],
  maybe: (code) => [
    [`${code} == null`, (v) => v === null],
    [`${code} != null && ${code} != "one"`, (v) => v !== null && v !== 'one'],
  ],
};

export function textsOf(kind: Kind, code: string): readonly Form<Json, string>[] {
  return TEXTS[kind](code) as readonly Form<unknown, string>[];
}

export function conditionsOf(kind: Kind, code: string): readonly Form<Json, boolean>[] {
  return CONDITIONS[kind](code) as readonly Form<unknown, boolean>[];
}
