import type { ParamSchema } from '../contract/schema.ts';
import type { Loader } from './loader.ts';
import { booleanHint, describe } from './read.ts';
import { fault } from './source.ts';
import { didYouMean } from './suggest.ts';
import type { YamlEntry, YamlMap, YamlNode } from './yaml.ts';

const TYPES = ['string', 'integer', 'number', 'boolean', 'null', 'array', 'object'];

/** Names of types in Ansible's argument specs and in other languages. */
const OTHER_TYPES: Readonly<Record<string, string>> = {
  str: 'string',
  text: 'string',
  path: 'string',
  int: 'integer',
  float: 'number',
  bool: 'boolean',
  list: 'array',
  dict: 'object',
  map: 'object',
};

/** Reports what is wrong with a keyword's value; true: nothing. */
type Check = (loader: Loader, at: YamlEntry) => boolean;

/** The part of JSON Schema that an input may use (see `ParamSchema`), and how each keyword is checked. */
const KEYWORDS: Readonly<Partial<Record<keyof ParamSchema, Check>>> = {
  type: (loader, at) => each(at.value, (node) => checkType(loader, node)),
  enum: (loader, at) =>
    (at.value.kind === 'list' && at.value.items.length > 0) || wrong(loader, at, 'a list of values'),
  anyOf: (loader, at) =>
    at.value.kind === 'list'
      ? each(at.value, (node) => checkSub(loader, at, node))
      : wrong(loader, at, 'a list of schemas'),
  items: (loader, at) => checkSub(loader, at, at.value),
  properties: (loader, at) =>
    at.value.kind === 'map'
      ? every(at.value.entries, ({ value }) => checkSub(loader, at, value))
      : wrong(loader, at, 'a map of names and schemas'),
  required: (loader, at) =>
    (at.value.kind === 'list' && every(at.value.items, isText)) ||
    wrong(
      loader,
      at,
      'a list of names',
      'to require the input itself, name it in required: beside properties:',
    ),
  additionalProperties: (loader, at) => isBoolean(at.value) || checkSub(loader, at, at.value),
  default: () => true,
  examples: (loader, at) => at.value.kind === 'list' || wrong(loader, at, 'a list of values'),
  pattern: (loader, at) =>
    (isText(at.value) && isPattern(at.value)) || wrong(loader, at, 'a regular expression'),
  minimum: (loader, at) => isNumber(at.value) || wrong(loader, at, 'a number'),
  maximum: (loader, at) => isNumber(at.value) || wrong(loader, at, 'a number'),
  minLength: (loader, at) => isCount(at.value) || wrong(loader, at, 'a whole number'),
  minItems: (loader, at) => isCount(at.value) || wrong(loader, at, 'a whole number'),
  uniqueItems: (loader, at) =>
    isBoolean(at.value) || wrong(loader, at, 'true or false', booleanHint(at.value)),
  description: (loader, at) => isText(at.value) || wrong(loader, at, 'a text'),
  secret: (loader, at) => isBoolean(at.value) || wrong(loader, at, 'true or false', booleanHint(at.value)),
};

/** The words of an input's schema. */
export const INPUT_WORDS: readonly string[] = Object.keys(KEYWORDS);

/** Check the schema of an input; false: it was refused, with the reasons. */
export function checkSchema(loader: Loader, schema: YamlMap): boolean {
  return every(schema.entries, (at) => {
    const check = Object.hasOwn(KEYWORDS, at.key) ? KEYWORDS[at.key as keyof ParamSchema] : undefined;
    if (check) return check(loader, at);
    const message = `"${at.key}" is not a word of an input's schema`;
    loader.report(fault(at.keySpan, 'unknown-key', message, didYouMean(at.key, Object.keys(KEYWORDS))));
    return false;
  });
}

function checkSub(loader: Loader, at: YamlEntry, node: YamlNode): boolean {
  if (node.kind === 'map') return checkSchema(loader, node);
  return wrong(loader, { ...at, value: node }, 'a schema, such as {type: string}');
}

function checkType(loader: Loader, node: YamlNode): boolean {
  const type = node.kind === 'scalar' ? node.written : '';
  if (TYPES.includes(type)) return true;
  const other = Object.hasOwn(OTHER_TYPES, type) ? `write ${OTHER_TYPES[type]}` : undefined;
  const hint = other ?? didYouMean(type, TYPES) ?? `one of ${TYPES.join(', ')}`;
  loader.report(fault(node.span, 'wrong-type', `${describe(node)} is not a type of JSON Schema`, hint));
  return false;
}

function wrong(loader: Loader, at: YamlEntry, wanted: string, hint?: string): false {
  const message = `"${at.key}" takes ${wanted}, not ${describe(at.value)}`;
  loader.report(fault(at.value.span, 'wrong-type', message, hint));
  return false;
}

/** Like `Array.every`, but looks at all of them, so that every mistake is reported. */
function every<T>(items: readonly T[], check: (item: T) => boolean): boolean {
  return items.map(check).every(Boolean);
}

function each(node: YamlNode, check: (node: YamlNode) => boolean): boolean {
  return every(node.kind === 'list' ? node.items : [node], check);
}

function isText(node: YamlNode): node is Extract<YamlNode, { kind: 'scalar' }> {
  return node.kind === 'scalar' && typeof node.value === 'string';
}

function isBoolean(node: YamlNode): boolean {
  return node.kind === 'scalar' && typeof node.value === 'boolean';
}

function isNumber(node: YamlNode): boolean {
  return node.kind === 'scalar' && typeof node.value === 'number';
}

function isCount(node: YamlNode): boolean {
  return node.kind === 'scalar' && Number.isInteger(node.value) && Number(node.value) >= 0;
}

function isPattern(node: Extract<YamlNode, { kind: 'scalar' }>): boolean {
  try {
    new RegExp(String(node.value), 'u');
    return true;
  } catch {
    return false;
  }
}
