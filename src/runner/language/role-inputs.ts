import type { ParamSchema } from '../contract/schema.ts';
import { type Loader, position } from './loader.ts';
import type { RoleInput, Variable } from './model.ts';
import { nameFault } from './names.ts';
import { describe, readBoolean, readText, readWords, wrongType } from './read.ts';
import { checkSchema } from './role-schema.ts';
import { fault, warning } from './source.ts';
import { closest, didYouMean } from './suggest.ts';
import { checkValue } from './value.ts';
import { entry, toJson, type YamlEntry, type YamlMap, type YamlNode } from './yaml.ts';

/** What `variables.yaml` of a role declares. */
export interface Declaration {
  readonly inputs: ReadonlyMap<string, RoleInput>;
  readonly defaults: ReadonlyMap<string, Variable>;
}

const TYPES = ['string', 'integer', 'number', 'boolean', 'array', 'object'];

export const TOP = [
  'type',
  'properties',
  'required',
  'description',
  'title',
  'additionalProperties',
  '$schema',
];

/** Read `variables.yaml`: a JSON Schema whose properties are the role's inputs. */
export function readDeclaration(loader: Loader, node: YamlNode): Declaration {
  const inputs = new Map<string, RoleInput>();
  const defaults = new Map<string, Variable>();
  if (node.kind !== 'map') {
    const message = `variables.yaml holds a JSON Schema, a map, not ${describe(node)}`;
    loader.report(
      fault(node.span, 'wrong-type', message, 'write type: object, and properties: with the inputs'),
    );
    for (const at of meantIn(node)) inputs.set(at.key, ofUnknownShape(at));
    return { inputs, defaults };
  }
  checkTop(loader, node);
  for (const at of meantIn(node)) inputs.set(at.key, ofUnknownShape(at));
  const properties = entry(node, 'properties');
  const required = readRequired(loader, node, properties?.value);
  if (properties?.value.kind === 'map') {
    for (const property of properties.value.entries) {
      const input = readInput(loader, property, required.has(property.key));
      if (!input) continue;
      inputs.set(property.key, input);
      const value = readDefault(loader, property, input.schema);
      if (value) defaults.set(property.key, value);
    }
  } else if (properties) {
    wrongType(loader, properties, 'a map of names and schemas');
    for (const at of meantIn(properties.value)) inputs.set(at.key, ofUnknownShape(at));
  }
  return { inputs, defaults };
}

type Named = Pick<YamlEntry, 'key' | 'keySpan'>;

/** Names that somebody meant to declare in another form than ours: told of once, they are not missed besides. */
function meantIn(node: YamlNode): readonly Named[] {
  if (node.kind === 'list') {
    return node.items.flatMap((item): readonly Named[] => {
      const name = item.kind === 'map' ? entry(item, 'name')?.value : item;
      if (name?.kind === 'scalar') return [{ key: name.written, keySpan: name.span }];
      return item.kind === 'map' ? item.entries : [];
    });
  }
  if (node.kind !== 'map') return [];
  return node.entries.flatMap((at): readonly Named[] => {
    if (TOP.includes(at.key)) return [];
    return closest(at.key, TOP) !== undefined && at.value.kind === 'map' ? at.value.entries : [at];
  });
}

function ofUnknownShape({ key, keySpan }: Named): RoleInput {
  return { name: key, at: position(keySpan), schema: {}, required: false, secret: false };
}

function checkTop(loader: Loader, node: YamlMap): void {
  for (const at of node.entries) {
    if (TOP.includes(at.key)) continue;
    const nested = `the inputs stand below "properties"`;
    const plain = `plain values stand in defaults/main.yaml; here they are declared: properties: {${at.key}: {type: …, description: …}}`;
    const hint = didYouMean(at.key, TOP) ?? (at.value.kind === 'map' ? nested : plain);
    loader.report(fault(at.keySpan, 'unknown-key', `variables.yaml has no key "${at.key}"`, hint));
  }
  const type = entry(node, 'type');
  if (type && readText(loader, type) !== 'object') {
    loader.report(fault(type.value.span, 'wrong-type', 'the type of variables.yaml is always object'));
  }
  const additional = entry(node, 'additionalProperties');
  if (additional && readBoolean(loader, additional) === true) {
    const message = 'a role with variables.yaml takes only what that declares';
    loader.report(
      fault(additional.value.span, 'wrong-type', message, 'write additionalProperties: false, or nothing'),
    );
  }
}

function readRequired(loader: Loader, node: YamlMap, properties: YamlNode | undefined): ReadonlySet<string> {
  const at = entry(node, 'required');
  if (!at) return new Set();
  if (at.value.kind !== 'list') {
    wrongType(loader, at, 'a list of names');
    return new Set();
  }
  const declared = properties?.kind === 'map' ? properties.entries.map(({ key }) => key) : [];
  const words = readWords(loader, at, null);
  for (const { text, span } of words) {
    if (declared.includes(text)) continue;
    const message = `"${text}" is required, but not declared`;
    loader.report(
      fault(span, 'unknown-input', message, didYouMean(text, declared) ?? 'declare it below "properties"'),
    );
  }
  return new Set(words.map(({ text }) => text));
}

function readInput(
  loader: Loader,
  { key, keySpan, value }: YamlEntry,
  required: boolean,
): RoleInput | undefined {
  const wrong = nameFault(keySpan, key, 'an input');
  if (wrong) loader.report(wrong);
  if (value.kind !== 'map') {
    const message = `the input "${key}" takes a schema, such as {type: string}, not ${describe(value)}`;
    const span = value.kind === 'scalar' && value.value === null ? keySpan : value.span;
    const type = value.kind === 'scalar' && TYPES.find((one) => one === value.written);
    loader.report(fault(span, 'wrong-type', message, type ? `write ${key}: {type: ${type}}` : undefined));
    return wrong ? undefined : ofUnknownShape({ key, keySpan });
  }
  const sound = checkSchema(loader, value);
  if (wrong) return undefined;
  // Of what is declared wrongly the name is known all the same.
  if (!sound) return ofUnknownShape({ key, keySpan });
  if (!entry(value, 'description')) {
    const hint = 'add description: with one sentence on what it is for';
    loader.report(warning(keySpan, 'no-description', `the input "${key}" has no description`, hint));
  }
  const schema = toJson(value) as ParamSchema;
  return {
    name: key,
    at: position(keySpan),
    schema,
    required: required && schema.default === undefined,
    secret: schema.secret === true,
  };
}

function readDefault(loader: Loader, { key, value }: YamlEntry, schema: ParamSchema): Variable | undefined {
  const at = value.kind === 'map' ? entry(value, 'default') : undefined;
  if (!at) return undefined;
  checkValue(loader, `the default of "${key}"`, schema, at.value);
  return { name: key, at: position(at.value.span), value: loader.template(at.value) };
}
