import type { Json } from '../contract/json.ts';

/** The largest value that a template may give, by `weigh`: 16 MiB of plain text, or a million items. */
export const LARGEST = 16 * 1024 * 1024;

/** What an item costs beside the text in it. */
const ITEM = 16;
export const MOST_ITEMS = LARGEST / ITEM;
/** Values that are made here are weighed at each level; only what a host sent could be deeper. */
const DEEPEST = 200;

const known = new WeakMap<object, number>();

/**
 * About how much room a value takes when it is written out: a part that stands in it twice counts twice, though it is
 * there once. Each list and map is looked at only once.
 */
export function weigh(value: Json, depth = 0): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return ITEM;
  const weighed = known.get(value);
  if (weighed !== undefined) return weighed;
  let weight = ITEM;
  for (const [key, item] of Object.entries(value))
    weight += ITEM + key.length + weigh(item as Json, depth + 1);
  known.set(value, weight);
  return weight;
}

/** What to say of a value that is larger. */
export const TOO_LARGE = {
  code: 'value-too-large',
  message: 'this comes to more than 16 MiB',
  hint: 'a variable that holds another one twice, which does the same, doubles each time; large data belongs into a file that is copied',
} as const;
