import { isObject, type Json, type JsonObject } from '../contract/json.ts';
import type { ParamSchema } from '../contract/schema.ts';
import type { TaskType } from '../contract/task-type.ts';
import { allows, childSchema, itemSchema, jsonType, parameterNames, typesOf } from './params-schema.ts';
import type { Path } from './template.ts';

/**
 * Parameters made definite. Of what was rendered: null leaves an optional parameter out, and a text that spells a
 * number or true or false where one is due becomes it, and a number where text is due becomes text (`-e port=80` is
 * text, `{{ port }}` may be a number, and the writer can't see which). What was written out is taken as it is.
 * Then the schema's defaults are filled in. `rendered` tells the two apart.
 */
export function finishParams(
  type: TaskType,
  given: JsonObject,
  rendered: (path: Path) => boolean,
): JsonObject {
  const names = parameterNames(type);
  const own = Object.entries(given).map(([key, value]): [string, Json] => [names.get(key) ?? key, value]);
  return finishMap(type.schema, Object.fromEntries(own), [], rendered);
}

function finish(
  schema: ParamSchema | undefined,
  value: Json,
  path: Path,
  rendered: (path: Path) => boolean,
): Json {
  if (!schema || schema.cel) return value;
  if (Array.isArray(value)) {
    const of = itemSchema(schema);
    return value.map((item: Json, i) => finish(of, item, [...path, i], rendered));
  }
  if (isObject(value)) return finishMap(schema, value, path, rendered);
  const types = typesOf(schema);
  return types === null || !rendered(path) ? value : convert(types, value, path);
}

function finishMap(
  schema: ParamSchema,
  value: JsonObject,
  path: Path,
  rendered: (path: Path) => boolean,
): JsonObject {
  const entries: [string, Json][] = [];
  for (const [key, item] of Object.entries(value)) {
    const of = childSchema(schema, key);
    const at = [...path, key];
    if (item === null && of && !of.cel && !allows(typesOf(of), 'null') && rendered(at)) continue;
    entries.push([key, finish(of, item, at, rendered)]);
  }
  const present = new Set(entries.map(([key]) => key));
  for (const [key, of] of Object.entries(schema.properties ?? {})) {
    if (of.default !== undefined && !present.has(key)) entries.push([key, of.default]);
  }
  return Object.fromEntries(entries);
}

function convert(types: readonly string[], value: Json, path: Path): Json {
  const type = jsonType(value);
  if (allows(types, type)) return value;
  if (typeof value === 'number' || typeof value === 'boolean') {
    return types.includes('string') && !isMode(path) ? JSON.stringify(value) : value;
  }
  if (typeof value !== 'string') return value;
  if (types.includes('boolean') && (value === 'true' || value === 'false')) return value === 'true';
  const number = /^-?(?:0|[1-9]\d{0,14})(?:\.\d+)?$/.test(value) ? Number(value) : null;
  return number !== null && allows(types, jsonType(number)) ? number : value;
}

/** A number for a file's mode can be meant in octal or not: it is refused, as where it is written out. */
export function isMode(path: Path): boolean {
  return /(?:^|_)mode$/.test(String(path.at(-1) ?? ''));
}
