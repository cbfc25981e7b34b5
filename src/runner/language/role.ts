import { basename, isAbsolute, join } from 'node:path';
import type { Here } from './here.ts';
import type { Loader, YamlFile } from './loader.ts';
import type { Layer, Role } from './model.ts';
import { describe, layerOf, readBoolean, type Word } from './read.ts';
import { type Declaration, readDeclaration } from './role-inputs.ts';
import { fault, type Span } from './source.ts';
import { didYouMean } from './suggest.ts';
import type { YamlMap, YamlNode } from './yaml.ts';

/** A role as it stands on disk; its tasks are read anew for each use. */
export interface RoleText {
  readonly role: Role;
  /** Entries of `dependencies:` in `meta/main.yaml`. */
  readonly dependencies: readonly YamlNode[];
  readonly allowDuplicates: boolean;
  /** Something is wrong with its `variables.yaml`. */
  readonly flawed: boolean;
}

/** What meta/main.yaml of a role of Ansible may hold, and means nothing here. */
const META_ELSEWHERE: Readonly<Record<string, string>> = {
  collections: 'remove it: task types have no namespaces',
  argument_specs: 'declare the inputs in variables.yaml',
};

const META = ['dependencies', 'allow_duplicates', 'galaxy_info'];

/** Find a role beside the playbook, then at the root; null where there is none (reported). */
export function findRole({ loader, place }: Here, name: Word): RoleText | null {
  const places = [...new Set([join(place.playbookDir, 'roles'), join(place.root, 'roles')])];
  const tried = isAbsolute(name.text) ? [name.text] : places.map((dir) => join(dir, name.text));
  const path = tried.find((dir) => loader.isDirectory(dir));
  if (path !== undefined)
    return readRole(loader, path, isAbsolute(name.text) ? basename(path) : name.text, name.span);
  const known = places.flatMap((dir) =>
    loader.io.list(dir).filter((role) => loader.isDirectory(join(dir, role))),
  );
  const looked = `looked for ${tried.map((dir) => loader.io.display(dir)).join(', ')}`;
  const guess = didYouMean(name.text, known);
  const hint = guess === undefined ? looked : `${guess} (${looked})`;
  loader.report(fault(name.span, 'unknown-role', `there is no role "${name.text}"`, hint));
  return null;
}

function readRole(loader: Loader, path: string, name: string, span: Span): RoleText {
  let role = loader.roles.get(path);
  if (!role) {
    role = read(loader, path, name, span);
    loader.roles.set(path, role);
  }
  return role;
}

function read(loader: Loader, path: string, name: string, span: Span): RoleText {
  const parts = ['tasks', 'handlers', 'meta', 'defaults', 'vars'];
  const files = new Map(parts.map((part) => [part, roleFile(loader, path, part, 'main')]));
  const variables = yamlNamed(loader, path, 'variables');
  if (!variables && parts.every((part) => loader.io.list(join(path, part)).length === 0)) {
    const message = `the role "${name}" holds nothing: ${loader.io.display(path)} has no tasks/main.yaml`;
    loader.report(fault(span, 'empty-role', message));
  }
  const file = (part: string) => {
    const found = files.get(part);
    return found ? loader.yaml(found) : null;
  };
  const { value: declaration, flawed } = loader.flawed(() =>
    declared(loader, variables ? loader.yaml(variables) : null),
  );
  const meta = readMeta(loader, file('meta'));
  return {
    role: {
      name,
      path,
      inputs: declaration?.inputs ?? new Map(),
      declared: declaration !== null,
      defaults: defaultsOf(loader, name, file('defaults'), declaration),
      vars: layer(loader, file('vars'), `vars of role "${name}"`),
    },
    flawed,
    ...meta,
  };
}

/** `<part>/<name>.yaml` or `.yml` of a role; null where there is neither. */
export function roleFile(loader: Loader, role: string, part: string, name: string): string | null {
  return yamlNamed(loader, join(role, part), name);
}

function yamlNamed(loader: Loader, dir: string, name: string): string | null {
  const [first, second] = [`${name}.yaml`, `${name}.yml`].map((file) => join(dir, file)) as [string, string];
  const found = [first, second].filter((path) => loader.exists(path));
  for (const path of found) if (loader.isDirectory(path)) return refuseDirectory(loader, path);
  if (found.length === 2) {
    const src = loader.yaml(second)!.source;
    const message = `${loader.io.display(first)} and ${loader.io.display(second)} are both there`;
    loader.report(fault({ source: src, start: 0, end: 0 }, 'two-files', message, 'remove one of them'));
  }
  return found[0] ?? null;
}

function refuseDirectory(loader: Loader, path: string): null {
  const file = loader.io.display(path);
  const message = `${file} is a directory, where a file is due`;
  loader.report({ code: 'wrong-type', at: { file, line: 1, column: 1 }, message });
  return null;
}

function layer(loader: Loader, file: YamlFile | null, label: string): Layer {
  const node = file?.node;
  if (!node) return { label, variables: new Map() };
  if (node.kind === 'map') return layerOf(loader, node, label);
  loader.report(fault(node.span, 'wrong-type', `a file of variables holds a map, not ${describe(node)}`));
  return { label, variables: new Map() };
}

function declared(loader: Loader, file: YamlFile | null): Declaration | null {
  if (!file) return null;
  return file.node ? readDeclaration(loader, file.node) : { inputs: new Map(), defaults: new Map() };
}

function defaultsOf(
  loader: Loader,
  name: string,
  file: YamlFile | null,
  declaration: Declaration | null,
): Layer {
  const untyped = layer(loader, file, `defaults of role "${name}"`);
  if (!declaration) return untyped;
  const node = file?.node;
  for (const { key, keySpan } of node?.kind === 'map' ? node.entries : []) {
    const input = declaration.inputs.get(key);
    if (!input) continue;
    const message = `"${key}" is declared in variables.yaml, so its default stands there too`;
    const hint = `move it to ${input.at.file}:${input.at.line}`;
    loader.report(fault(keySpan, 'declared-twice', message, hint));
  }
  return { label: untyped.label, variables: new Map([...untyped.variables, ...declaration.defaults]) };
}

function readMeta(loader: Loader, file: YamlFile | null): Pick<RoleText, 'dependencies' | 'allowDuplicates'> {
  const nothing = { dependencies: [], allowDuplicates: false };
  const node = file?.node;
  if (!node) return nothing;
  if (node.kind !== 'map') {
    loader.report(fault(node.span, 'wrong-type', `meta/main.yaml holds a map, not ${describe(node)}`));
    return nothing;
  }
  let { dependencies, allowDuplicates }: Pick<RoleText, 'dependencies' | 'allowDuplicates'> = nothing;
  for (const at of node.entries) {
    if (at.key === 'allow_duplicates') allowDuplicates = readBoolean(loader, at) ?? false;
    else if (at.key === 'dependencies') dependencies = entriesOf(loader, at);
    else if (!META.includes(at.key)) {
      const message = `"${at.key}" is not a key of meta/main.yaml`;
      loader.report(
        fault(at.keySpan, 'unknown-key', message, META_ELSEWHERE[at.key] ?? didYouMean(at.key, META)),
      );
    }
  }
  return { dependencies, allowDuplicates };
}

function entriesOf(loader: Loader, at: YamlMap['entries'][number]): readonly YamlNode[] {
  if (at.value.kind === 'list') return at.value.items;
  if (at.value.kind === 'scalar' && at.value.value === null) return [];
  loader.report(fault(at.value.span, 'wrong-type', `"dependencies" takes a list, not ${describe(at.value)}`));
  return [];
}
