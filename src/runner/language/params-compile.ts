import type { Diagnostic } from '../contract/diagnostic.ts';
import type { ParamSchema } from '../contract/schema.ts';
import type { TaskType } from '../contract/task-type.ts';
import { compileExpression } from './expression.ts';
import { foreignParameter } from './foreign-parameters.ts';
import { KEYS } from './keywords.ts';
import { allows, childSchema, itemSchema, jsonType, parameterNames, typesOf } from './params-schema.ts';
import { fault } from './source.ts';
import { closest } from './suggest.ts';
import {
  compileTemplate,
  leafTemplate,
  listTemplate,
  mapTemplate,
  type WrittenTemplate,
} from './template.ts';
import type { YamlEntry, YamlMap, YamlNode } from './yaml.ts';

export interface CompiledParameters {
  /** Under the parameters' own names. */
  readonly template: WrittenTemplate;
  /** Parameters that an unknown name was probably meant for. */
  readonly meant: ReadonlySet<string>;
  /** As written, but under the parameters' own names. */
  readonly map: YamlMap;
  readonly diagnostics: readonly Diagnostic[];
}

export function compileParameters(type: TaskType, map: YamlMap): CompiledParameters {
  const names = parameterNames(type);
  const diagnostics: Diagnostic[] = [];
  const given = new Map<string, { readonly written: string; readonly entry: YamlEntry }>();
  const meant = new Set<string>();
  const entries: [string, WrittenTemplate][] = [];
  for (const entry of map.entries) {
    const name = names.get(entry.key) ?? entry.key;
    if (given.has(name)) {
      const message = `"${entry.key}" and "${given.get(name)?.written}" are the same parameter`;
      diagnostics.push(fault(entry.keySpan, 'conflicting-parameters', message, 'remove one of them'));
      continue;
    }
    if (!names.has(entry.key) && type.schema.additionalProperties === false) {
      const near = names.has(entry.key.split(':')[0]!)
        ? entry.key.split(':')[0]!
        : closest(entry.key, names.keys());
      if (near !== undefined) meant.add(names.get(near)!);
      diagnostics.push(unknownParameter(type, entry, near));
      continue;
    }
    given.set(name, { written: entry.key, entry: { ...entry, key: name } });
    entries.push([name, compileValue(childSchema(type.schema, name), entry.value, name, diagnostics)]);
  }
  return {
    template: mapTemplate(map.span, entries),
    map: { ...map, entries: [...given.values()].map(({ entry }) => entry) },
    meant,
    diagnostics,
  };
}

function unknownParameter(type: TaskType, { key, keySpan }: YamlEntry, near: string | undefined): Diagnostic {
  const listed = Object.keys(type.schema.properties).join(', ');
  const ofTask = KEYS.task.includes(key)
    ? `"${key}" is of the task: write it beside ${type.name}, not below it`
    : undefined;
  const meant = near === undefined ? undefined : `did you mean "${near}"?`;
  const [name, rest] = key.split(':', 2);
  const glued = rest ? `write "${name}: ${rest}", with a space behind the colon` : undefined;
  const hint =
    ofTask ??
    foreignParameter(type.name, key) ??
    glued ??
    meant ??
    (listed === '' ? 'it takes none' : `it takes: ${listed}`);
  return fault(keySpan, 'unknown-parameter', `"${type.name}" has no parameter "${key}"`, hint);
}

function compileValue(
  schema: ParamSchema | undefined,
  node: YamlNode,
  name: string,
  diagnostics: Diagnostic[],
): WrittenTemplate {
  const child = (of: ParamSchema | undefined, value: YamlNode) => compileValue(of, value, name, diagnostics);
  if (schema?.cel) return compileCel(schema, node, name, diagnostics);
  if (node.kind === 'map') {
    return mapTemplate(
      node.span,
      node.entries.map(({ key, value }) => [key, child(childSchema(schema, key), value)]),
    );
  }
  if (node.kind === 'list') {
    const of = itemSchema(schema);
    return listTemplate(
      node.span,
      node.items.map((item) => child(of, item)),
    );
  }
  const loaded = compileTemplate(asNumber(schema, node));
  diagnostics.push(...loaded.diagnostics);
  return loaded.value;
}

/** `1.0` and `2.50` are read as text, since they must print as they were written; where a number is due they are one. */
function asNumber(schema: ParamSchema | undefined, node: YamlNode): YamlNode {
  if (!schema || node.kind !== 'scalar' || node.quoted || !/^[-+]?\d+\.\d+$/.test(node.written)) return node;
  const types = typesOf(schema);
  const number = Number(node.written);
  const due = types !== null && !types.includes('string') && allows(types, jsonType(number));
  return due ? { ...node, value: number } : node;
}

/** An expression, or a list of them where the schema takes one. */
function compileCel(
  schema: ParamSchema,
  node: YamlNode,
  name: string,
  diagnostics: Diagnostic[],
): WrittenTemplate {
  if (node.kind === 'list' && allows(typesOf(schema), 'array')) {
    return listTemplate(
      node.span,
      node.items.map((item) => compileCel({ ...schema, type: 'string' }, item, name, diagnostics)),
    );
  }
  if (node.kind !== 'scalar' || node.value === null) {
    const takes = allows(typesOf(schema), 'array')
      ? 'a CEL expression, or a list of them'
      : 'a CEL expression';
    diagnostics.push(fault(node.span, 'wrong-type', `"${name}" must be ${takes}`));
    return compileTemplate({ kind: 'scalar', span: node.span, value: '', written: '', quoted: true }).value;
  }
  const text = typeof node.value === 'string' ? node.value : node.written;
  const { value: expression, diagnostics: found } = compileExpression(text, node.span);
  diagnostics.push(...found);
  if (!expression) return compileTemplate({ ...node, value: '' }).value;
  return leafTemplate(node.span, {
    reads: expression.reads,
    mentions: expression.mentions,
    foresee: (shapes) => expression.foresee(shapes),
    spanOf: (variable) => expression.spanOf(variable),
    evaluate(scope) {
      const result = expression.evaluate(scope);
      return result.kind === 'value' ? { kind: 'value', value: { expr: text, value: result.value } } : result;
    },
  });
}
