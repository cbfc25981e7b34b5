import type { Json } from '../contract/json.ts';
import { sameJson } from '../contract/json.ts';
import type { ParamSchema } from '../contract/schema.ts';
import type { Loader } from './loader.ts';
import { booleanHint, describe, isTemplated } from './read.ts';
import { fault } from './source.ts';
import { didYouMean } from './suggest.ts';
import { entry, toJson, type YamlNode } from './yaml.ts';

/** What is wrong with a value, and which part of it. */
interface Mismatch {
  readonly node: YamlNode;
  readonly wanted: string;
  readonly hint?: string | undefined;
}

/** Check a value that stands in a file against a role's schema. Parts that hold variables are let pass. */
export function checkValue(loader: Loader, what: string, schema: ParamSchema, node: YamlNode): void {
  const wrong = mismatch(schema, node);
  if (!wrong) return;
  const shown = schema.secret ? 'this' : describe(wrong.node);
  const part = wrong.node === node ? what : `a part of ${what}`;
  // A map that lacks something is no other thing than was wanted.
  const isMap = wrong.node.kind === 'map' && wrong.wanted.startsWith('a map ');
  const message = `${part} must be ${wrong.wanted}${isMap ? '' : `, not ${shown}`}`;
  loader.report(fault(wrong.node.span, 'wrong-type', message, wrong.hint));
}

function mismatch(schema: ParamSchema, node: YamlNode): Mismatch | null {
  if (isTemplated(node)) return null;
  return (
    ofAny(schema, node) ??
    ofType(schema, node) ??
    ofChoice(schema, node) ??
    ofBounds(schema, node) ??
    inside(schema, node)
  );
}

function ofAny({ anyOf }: ParamSchema, node: YamlNode): Mismatch | null {
  if (!anyOf || anyOf.length === 0) return null;
  const all = anyOf.map((one) => mismatch(one, node));
  if (all.includes(null)) return null;
  const wanted = [...new Set(all.map((one) => one!.wanted))].join(', or ');
  return { node, wanted };
}

const NAMES: Readonly<Record<string, string>> = {
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  null: 'nothing',
  array: 'a list',
  object: 'a map',
};

function ofType({ type }: ParamSchema, node: YamlNode): Mismatch | null {
  if (type === undefined) return null;
  const types = typeof type === 'string' ? [type] : type;
  if (types.some((one) => isType(one, node))) return null;
  const wanted = types.map((one) => NAMES[one]).join(' or ');
  return { node, wanted, hint: hintFor(types, node) };
}

function isType(type: string, node: YamlNode): boolean {
  if (node.kind === 'list') return type === 'array';
  if (node.kind === 'map') return type === 'object';
  const { value } = node;
  if (value === null) return type === 'null';
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}

function hintFor(types: readonly string[], node: YamlNode): string | undefined {
  if (node.kind !== 'scalar' || node.value === null) return undefined;
  if (types.includes('boolean')) return booleanHint(node);
  if (types.includes('string') && typeof node.value !== 'string') return `quote it: "${node.written}"`;
  const number = types.includes('integer') || types.includes('number');
  return number && node.quoted && /^-?[0-9.]+$/.test(node.written) ? 'write it without quotes' : undefined;
}

function ofChoice({ enum: choices }: ParamSchema, node: YamlNode): Mismatch | null {
  if (!choices) return null;
  const value: Json = toJson(node);
  if (choices.some((choice) => sameJson(choice, value))) return null;
  const wanted = `one of ${choices.map((choice) => (typeof choice === 'string' ? choice : JSON.stringify(choice))).join(', ')}`;
  return { node, wanted, hint: didYouMean(String(value), choices.map(String)) };
}

function ofBounds(schema: ParamSchema, node: YamlNode): Mismatch | null {
  const { minimum, maximum, minLength, pattern, minItems, uniqueItems } = schema;
  if (node.kind === 'list') {
    if (minItems !== undefined && node.items.length < minItems)
      return { node, wanted: `a list of at least ${minItems}` };
    const items = node.items.map((item) => JSON.stringify(toJson(item)));
    return uniqueItems && new Set(items).size < items.length
      ? { node, wanted: 'a list of different things' }
      : null;
  }
  if (node.kind === 'map') return null;
  const { value } = node;
  if (typeof value === 'number') {
    if (minimum !== undefined && value < minimum) return { node, wanted: `at least ${minimum}` };
    return maximum !== undefined && value > maximum ? { node, wanted: `at most ${maximum}` } : null;
  }
  if (typeof value !== 'string') return null;
  if (minLength !== undefined && value.length < minLength)
    return { node, wanted: `a text of at least ${minLength} letters` };
  return pattern !== undefined && !new RegExp(pattern, 'u').test(value)
    ? { node, wanted: `a text like ${pattern}` }
    : null;
}

function inside(schema: ParamSchema, node: YamlNode): Mismatch | null {
  if (node.kind === 'list') {
    const { items } = schema;
    return items ? first(node.items.map((item) => mismatch(items, item))) : null;
  }
  if (node.kind !== 'map') return null;
  const { properties = {}, additionalProperties = true, required = [] } = schema;
  const missing = required.find((name) => !entry(node, name));
  if (missing !== undefined) return { node, wanted: `a map with "${missing}"` };
  const names = Object.keys(properties);
  return first(
    node.entries.map(({ key, value }): Mismatch | null => {
      if (Object.hasOwn(properties, key)) return mismatch(properties[key]!, value);
      if (additionalProperties === true) return null;
      if (additionalProperties !== false) return mismatch(additionalProperties, value);
      return { node, wanted: `a map without "${key}"`, hint: didYouMean(key, names) };
    }),
  );
}

function first(all: readonly (Mismatch | null)[]): Mismatch | null {
  return all.find((one) => one !== null) ?? null;
}
