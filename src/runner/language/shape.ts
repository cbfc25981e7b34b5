import type { Diagnostic } from '../contract/diagnostic.ts';
import type { Json } from '../contract/json.ts';
import type { ParamSchema } from '../contract/schema.ts';
import { didYouMean } from './suggest.ts';

/** What is known of a value before there is one: a JSON Schema. The empty one says nothing, and nothing is refused of it. */
export type Shape = ParamSchema;

/** The shape of each variable; what it does not name has none. */
export type Shapes = (name: string) => Shape;

export const ANY: Shape = {};

/** What can be said of a text's value before there is one, from the shapes of its variables. */
export interface Foreseen {
  readonly shape: Shape;
  /** What can't be: fields that nobody has, types that don't meet. */
  readonly mistakes: readonly Diagnostic[];
}

export const NOTHING_FORESEEN: Foreseen = { shape: ANY, mistakes: [] };

/** A map of exactly these fields, any of which may be missing. */
export function record(fields: Readonly<Record<string, Shape>>): Shape {
  return { type: 'object', properties: fields, additionalProperties: false };
}

/** A value that is one or the other. */
export function either(shapes: readonly Shape[]): Shape {
  const distinct = [...new Set(shapes)];
  if (distinct.length === 1) return distinct[0]!;
  return distinct.length === 0 || distinct.some(isAny) ? ANY : { anyOf: distinct };
}

/** The shape of a field, or of an item by number or key (`undefined`: whichever); null: there can be none. */
export function fieldShape(shape: Shape, key: string | number | undefined): Shape | null {
  if (shape.anyOf) {
    const all = shape.anyOf.flatMap((one) => fieldShape(one, key) ?? []);
    return all.length > 0 ? either(all) : null;
  }
  if (shape.type === 'array') return itemOf(shape, key);
  if (shape.type === 'object') return memberOf(shape, key);
  return typeof shape.type === 'string' ? null : ANY;
}

function itemOf({ items }: Shape, key: string | number | undefined): Shape | null {
  const counted = key === undefined || typeof key === 'number' || /^\d+$/.test(key);
  return counted ? (items ?? ANY) : null;
}

function memberOf(shape: Shape, key: string | number | undefined): Shape | null {
  const { properties, additionalProperties } = shape;
  if (key === undefined) return ANY;
  if (properties && Object.hasOwn(properties, key)) return properties[key]!;
  if (additionalProperties === false) return null;
  return typeof additionalProperties === 'object' ? additionalProperties : ANY;
}

/** The shape of what is gone through one by one: a list's items, or a map's values. */
export function itemShape(shape: Shape): Shape {
  if (shape.anyOf) return either(shape.anyOf.map(itemShape));
  return shape.type === 'array' ? (shape.items ?? ANY) : ANY;
}

/** Names of the fields that it may have. */
function fieldsOf(shape: Shape): string[] {
  return shape.anyOf ? shape.anyOf.flatMap(fieldsOf) : Object.keys(shape.properties ?? {});
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
};

/** Why there is no `key` in what the text calls `path`. */
export function explainAbsence(
  shape: Shape,
  key: string | number,
  path: string,
): { readonly message: string; readonly hint?: string | undefined } {
  const kind = typeof shape.type === 'string' ? KINDS[shape.type] : undefined;
  if (kind) return { message: `"${path}" is ${kind} and has no "${key}"` };
  const fields = [...new Set(fieldsOf(shape))];
  const hint = didYouMean(String(key), fields) ?? `it has: ${fields.join(', ')}`;
  return { message: `"${path}" has no "${key}"`, hint };
}

const AS_IT_IS = {
  string: { type: ['string'] },
  integer: { type: ['integer'] },
  boolean: { type: ['boolean'] },
} as const;

/**
 * The shape of a value that nobody declared, as it happens to be: a text, a whole number or a decision. It may well be
 * compared with another type, since elsewhere it may be one.
 */
export function shapeOfValue(value: Json): Shape {
  if (typeof value === 'string') return AS_IT_IS.string;
  if (typeof value === 'boolean') return AS_IT_IS.boolean;
  return Number.isSafeInteger(value) ? AS_IT_IS.integer : ANY;
}

export function isAny(shape: Shape): boolean {
  return shape.type === undefined && shape.anyOf === undefined && shape.enum === undefined;
}
