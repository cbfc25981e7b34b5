import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { isObject, type Json } from '../contract/json.ts';
import { OUR_KEYWORDS, type ParamSchema } from '../contract/schema.ts';
import type { TaskType } from '../contract/task-type.ts';

/** A JSON Schema type, as messages call it. */
const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  null: 'null',
  array: 'a list',
  object: 'a map',
};

/** The types that a value may have; null where the schema leaves it open. */
export function typesOf(schema: ParamSchema): readonly string[] | null {
  if (schema.type !== undefined) return typeof schema.type === 'string' ? [schema.type] : schema.type;
  if (!schema.anyOf) return schema.enum ? [...new Set(schema.enum.map(jsonType))] : null;
  const branches = schema.anyOf.map(typesOf);
  return branches.includes(null) ? null : [...new Set(branches.flatMap((branch) => branch!))];
}

export function jsonType(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

export function allows(types: readonly string[] | null, type: string): boolean {
  return types === null || types.includes(type) || (type === 'integer' && types.includes('number'));
}

/** `text, a list or a map`. */
export function typeWords(types: readonly string[]): string {
  const words = types.map((type) => TYPES[type] ?? type);
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

/** The schema of an entry of a map. */
export function childSchema(schema: ParamSchema | undefined, key: string): ParamSchema | undefined {
  if (!schema) return undefined;
  if (schema.properties && Object.hasOwn(schema.properties, key)) return schema.properties[key];
  if (typeof schema.additionalProperties === 'object') return schema.additionalProperties;
  const branch = schema.anyOf?.find((candidate) => allows(typesOf(candidate), 'object'));
  return branch && childSchema(branch, key);
}

export function itemSchema(schema: ParamSchema | undefined): ParamSchema | undefined {
  return schema?.items ?? schema?.anyOf?.find((candidate) => candidate.items)?.items;
}

const namesOf = new WeakMap<TaskType, ReadonlyMap<string, string>>();

/** Parameter names and their other names → the parameter's name. */
export function parameterNames(type: TaskType): ReadonlyMap<string, string> {
  const known = namesOf.get(type);
  if (known) return known;
  const names = new Map<string, string>();
  namesOf.set(type, names);
  for (const [name, schema] of Object.entries(type.schema.properties)) {
    for (const alias of schema.aliases ?? []) names.set(alias, name);
  }
  for (const name of Object.keys(type.schema.properties)) names.set(name, name);
  return names;
}

const validators = new WeakMap<TaskType, ValidateFunction>();
const compiler = lazily(makeCompiler);

/** All that a JSON Schema validator finds wrong with these parameters. Compiled when a type is first used. */
export function violations(type: TaskType, value: Json): readonly ErrorObject[] {
  let validate = validators.get(type);
  if (!validate) {
    validate = compiler().compile(plain(type.schema));
    validators.set(type, validate);
  }
  return validate(value) ? [] : [...(validate.errors ?? [])];
}

/**
 * Schemas are ours, so they are not held against the schema of schemas here (a test does it): it takes longer
 * to compile than all of them together. Nor is the code that is compiled once and run a few times worth optimising.
 */
function makeCompiler(): Ajv {
  const ajv = new Ajv({
    allErrors: true,
    strict: true,
    allowUnionTypes: true,
    strictRequired: false,
    verbose: true,
    validateSchema: false,
    meta: false,
    code: { optimize: false },
  });
  ajv.addVocabulary([...OUR_KEYWORDS]);
  return ajv;
}

function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

const UNCHECKED: ReadonlySet<string> = new Set(['description', 'default', 'secret', 'examples', 'title']);

/**
 * True only where a value is plainly as declared: most schemas name a type and no more, and compiling one takes longer
 * than all else that is done with it.
 */
export function plainlyFits(schema: ParamSchema, value: Json): boolean {
  const words = Object.keys(schema).filter((word) => !UNCHECKED.has(word) && word !== 'type');
  if (typeof schema.type !== 'string' || words.some((word) => word !== 'items')) return false;
  if (schema.type !== 'array') return words.length === 0 && (TESTS[schema.type]?.(value) ?? false);
  return Array.isArray(value) && value.every((item) => !schema.items || plainlyFits(schema.items, item));
}

const TESTS: Readonly<Record<string, (value: Json) => boolean>> = {
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  integer: (value) => Number.isInteger(value),
  number: (value) => Number.isFinite(value),
  null: (value) => value === null,
  object: isObject,
};

/** Of a `cel` parameter only that it may be given: its expression has any value. */
function plain(schema: ParamSchema): object {
  if (schema.cel) return {};
  return Object.fromEntries(Object.entries(schema).map(([word, value]) => [word, plainWord(word, value)]));
}

function plainWord(word: string, value: unknown): unknown {
  if (word === 'properties') {
    return Object.fromEntries(
      Object.entries(value as Record<string, ParamSchema>).map(([name, schema]) => [name, plain(schema)]),
    );
  }
  if (word === 'anyOf') return (value as readonly ParamSchema[]).map(plain);
  const schema = (word === 'items' || word === 'additionalProperties') && typeof value === 'object';
  return schema ? plain(value as ParamSchema) : value;
}
