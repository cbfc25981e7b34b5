import type { Diagnostic } from '../contract/diagnostic.ts';
import { isObject, type Json, type JsonObject } from '../contract/json.ts';
import type { TaskType } from '../contract/task-type.ts';
import type { Loaded, Template } from './model.ts';
import { type Checked, check } from './params-check.ts';
import { compileParameters } from './params-compile.ts';
import { finishParams } from './params-finish.ts';
import { wordForm } from './params-short.ts';
import { fault, type Span } from './source.ts';
import { isWritten, mapTemplate, type Path, partAt, type WrittenTemplate } from './template.ts';
import { entry, type YamlMap, type YamlNode, type YamlScalar } from './yaml.ts';

/**
 * Check and compile the parameters of one task: the short form and other names of parameters are resolved, `cel`
 * parameters are compiled as expressions (each becomes a `CelValue`), everything else as templates. What still holds
 * `{{ }}` is checked after rendering, by `validateParams`.
 */
export function compileParams(type: TaskType, node: YamlNode): Loaded<Template> {
  const form = asMap(type, node);
  if ('diagnostic' in form) {
    return { value: mapTemplate(node.span, []), diagnostics: [form.diagnostic] };
  }
  const { template, map, meant, diagnostics } = compileParameters(type, form);
  const checked: Checked = {
    type,
    value: draft(template) as JsonObject,
    span: (path) => (path.length === 0 ? firstKey(map) : partAt(template, path).span),
    keySpan: (path) => keyAt(map, path),
    isOpen: (path) => partAt(template, path).constant === undefined,
    meant,
    rendered: false,
    written: (path) => scalarAt(map, path),
  };
  return { value: template, diagnostics: [...diagnostics, ...check(checked)] };
}

/**
 * The parameters as the task type gets them: rendered values made definite (see `finishParams`), defaults filled in,
 * everything checked. `value` is what `params` gave.
 */
export function validateParams(
  type: TaskType,
  value: Json,
  params: Template,
): { readonly value: JsonObject } | { readonly diagnostics: Diagnostic[] } {
  const written = isWritten(params) ? params : null;
  const rendered = (path: Path) => written !== null && partAt(written, path).constant === undefined;
  const given = isObject(value) ? value : {};
  const finished = finishParams(type, given, rendered);
  const diagnostics = check({
    type,
    value: finished,
    span: (path) => (written ? partAt(written, path).span : params.where(path)),
    keySpan: () => undefined,
    isOpen: () => false,
    meant: new Set(),
    rendered: true,
    written: () => undefined,
  });
  return diagnostics.length > 0 ? { diagnostics } : { value: finished };
}

/** The parameters as a map, or what is wrong with their form. */
function asMap(type: TaskType, node: YamlNode): YamlMap | { readonly diagnostic: Diagnostic } {
  if (node.kind === 'map') return node;
  if (node.kind === 'scalar' && node.value === null) return emptyMap(node);
  const words = node.kind === 'scalar' ? wordForm(type, node) : null;
  if (words) return { diagnostic: words };
  if (type.short !== undefined) return short(type.short, node);
  const [first = 'name'] = type.schema.required ?? Object.keys(type.schema.properties);
  const message = `"${type.name}" takes a map of parameters`;
  return { diagnostic: fault(node.span, 'wrong-type', message, `write ${type.name}: {${first}: …}`) };
}

function short(parameter: string, node: YamlNode): YamlMap {
  return { kind: 'map', span: node.span, entries: [{ key: parameter, keySpan: node.span, value: node }] };
}

function emptyMap(node: YamlNode): YamlMap {
  return { kind: 'map', span: node.span, entries: [] };
}

/** The value as far as it was written out; null where it is still to be rendered. */
function draft(template: WrittenTemplate): Json {
  if (template.constant !== undefined) return template.constant;
  const { parts } = template;
  if (parts.kind === 'list') return parts.items.map(draft);
  if (parts.kind === 'leaf') return null;
  return Object.fromEntries([...parts.entries].map(([key, value]) => [key, draft(value)]));
}

function firstKey(map: YamlMap): Span {
  return map.entries[0]?.keySpan ?? map.span;
}

function keyAt(map: YamlMap, path: Path): Span | undefined {
  const parent = nodeAt(map, path.slice(0, -1));
  return parent?.kind === 'map' ? entry(parent, String(path.at(-1)))?.keySpan : undefined;
}

function scalarAt(map: YamlMap, path: Path): YamlScalar | undefined {
  const node = nodeAt(map, path);
  return node?.kind === 'scalar' ? node : undefined;
}

function nodeAt(map: YamlMap, path: Path): YamlNode | undefined {
  let node: YamlNode | undefined = map;
  for (const step of path) {
    if (node?.kind === 'map') node = entry(node, String(step))?.value;
    else node = node?.kind === 'list' ? node.items[Number(step)] : undefined;
  }
  return node;
}
