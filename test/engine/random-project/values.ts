import type { Draw } from './draw.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type Data = { readonly [key: string]: unknown };

/** A name says what it holds: `int_b` is a number wherever it is given, so that any giver may win. */
export type Kind = 'text' | 'int' | 'flag' | 'list' | 'map' | 'users' | 'maybe';

const KINDS: readonly Kind[] = ['text', 'int', 'flag', 'list', 'map', 'users', 'maybe'];

const called = (letter: string) => KINDS.map((kind) => `${kind}_${letter}`);

/** Every host has them, from the inventory. */
export const BASE: readonly string[] = called('a');

/** Whoever gives one of these gives it to those that are below only. */
export const OTHERS: readonly string[] = [...called('b'), ...called('c')];

const ORDER = [...BASE, ...OTHERS];

/** What is made of others is made of those before it: no variable is made from itself. */
export function rankOf(name: string): number {
  return ORDER.indexOf(name);
}

export function kindOf(name: string): Kind {
  return name.split('_')[0] as Kind;
}

const TEXTS = [
  'one',
  'two words',
  'it\'s $(none) `of` "ours"',
  '1.10',
  'ümlaut',
  '#x: y',
  '80',
  'a\\b',
  ' x ',
];

export function someValue(draw: Draw, kind: Kind): Json {
  const text = () => draw.pick(TEXTS);
  switch (kind) {
    case 'text':
      return text();
    case 'int':
      return draw.nat(9);
    case 'flag':
      return draw.chance(50);
    case 'list':
      return draw.times(1, 3, text);
    case 'map':
      return { host: text(), port: draw.nat(9) };
    case 'users':
      return draw.times(1, 2, (id) => ({ name: text(), id, tags: draw.times(0, 2, text) }));
    case 'maybe':
      return draw.chance(50) ? null : text();
  }
}

const TEXT = { type: 'string' };

/** How a role declares an input of this kind. */
export function declared(kind: Kind): Data {
  const schemas: Record<Kind, Data> = {
    text: TEXT,
    int: { type: 'integer', minimum: 0 },
    flag: { type: 'boolean' },
    list: { type: 'array', items: TEXT },
    map: { type: 'object', properties: { host: TEXT, port: { type: 'integer' } }, required: ['host'] },
    users: {
      type: 'array',
      items: { type: 'object', properties: { name: TEXT, id: { type: 'integer' }, tags: { type: 'array' } } },
    },
    maybe: { type: ['string', 'null'] },
  };
  return { ...schemas[kind], description: 'For the test.' };
}
