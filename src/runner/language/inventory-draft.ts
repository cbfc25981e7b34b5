import type { Diagnostic } from '../contract/diagnostic.ts';
import { type Json, sameJson } from '../contract/json.ts';
import { checkConnectionVariable } from './connection-variables.ts';
import type { Layer, Variable } from './model.ts';
import { nameFault } from './names.ts';
import { type Span, warning } from './source.ts';
import { compileTemplate } from './template.ts';
import { toJson, type YamlMap, type YamlNode } from './yaml.ts';

/** A variable of the inventory, which remembers how it was written. */
export interface WrittenVariable extends Variable {
  readonly node: YamlNode;
  readonly keySpan: Span;
}

export interface InventoryLayer extends Layer {
  readonly variables: ReadonlyMap<string, WrittenVariable>;
}

/** A group while files are still being read. */
export interface DraftGroup {
  readonly name: string;
  readonly span: Span;
  /** Direct members. */
  readonly hosts: Set<string>;
  /** Direct children, and where each was named. */
  readonly children: Map<string, Span>;
  /** Lowest first. */
  readonly layers: InventoryLayer[];
}

export interface DraftHost {
  readonly name: string;
  readonly span: Span;
  readonly layers: InventoryLayer[];
}

/** What the files said so far, merged: a group or host that occurs in several places is one. */
export interface Draft {
  readonly groups: Map<string, DraftGroup>;
  readonly hosts: Map<string, DraftHost>;
  readonly diagnostics: Diagnostic[];
}

export function draftGroup(draft: Draft, name: string, span: Span): DraftGroup {
  const known = draft.groups.get(name);
  if (known) return known;
  const group = { name, span, hosts: new Set<string>(), children: new Map<string, Span>(), layers: [] };
  draft.groups.set(name, group);
  return group;
}

export function draftHost(draft: Draft, name: string, span: Span): DraftHost {
  const known = draft.hosts.get(name);
  if (known) return known;
  const host = { name, span, layers: [] };
  draft.hosts.set(name, host);
  return host;
}

/** The variables of one map. Names that no expression could read are refused. */
export function readLayer(map: YamlMap, label: string, diagnostics: Diagnostic[]): InventoryLayer {
  const variables = new Map<string, WrittenVariable>();
  for (const { key, keySpan, value } of map.entries) {
    const wrong = nameFault(keySpan, key, 'a variable');
    if (wrong) {
      diagnostics.push(wrong);
      continue;
    }
    const compiled = compileTemplate(value);
    diagnostics.push(...compiled.diagnostics);
    const at = keySpan.source.position(keySpan.start);
    variables.set(key, { name: key, at, value: compiled.value, node: value, keySpan });
    const remark = checkConnectionVariable(key, keySpan);
    if (remark) diagnostics.push(remark);
  }
  return { label, variables };
}

/** Adds a layer on top; the same variable given twice in one file, with another value, is worth a warning. */
export function addLayer(
  owner: DraftGroup | DraftHost,
  layer: InventoryLayer,
  diagnostics: Diagnostic[],
): void {
  if (layer.variables.size === 0) return;
  for (const below of owner.layers) {
    for (const [name, variable] of layer.variables) {
      const earlier = below.variables.get(name);
      if (!earlier || earlier.at.file !== variable.at.file || sameWritten(earlier, variable)) continue;
      const message = `${name} of "${owner.name}" was given another value in line ${earlier.at.line}`;
      diagnostics.push(
        warning(variable.keySpan, 'set-twice', message, 'this one counts; remove one of them'),
      );
    }
  }
  owner.layers.push(layer);
}

export function sameWritten(a: WrittenVariable, b: WrittenVariable): boolean {
  return a === b || sameJson(writtenValue(a), writtenValue(b));
}

/** The value as it stands in the file, with any `{{ }}` in it. */
export function writtenValue(variable: WrittenVariable): Json {
  return toJson(variable.node);
}
