import { isAbsolute, join } from 'node:path';
import type { ParamSchema } from '../contract/schema.ts';
import type { TaskType } from '../contract/task-type.ts';
import { reportAbsent } from './absent.ts';
import type { Here } from './here.ts';
import type { Loader } from './loader.ts';
import type { Task } from './model.ts';
import { isTemplated } from './read.ts';
import { entry, type YamlNode, type YamlScalar } from './yaml.ts';

/**
 * Files that constant parameters name must be there before a host is touched; templates among them are read, and
 * given back. `params` is the value of the task type's key.
 */
export function checkSources(here: Here, type: TaskType, params: YamlNode): Task['templates'] {
  return sourcesOf(type, params).flatMap(({ node, where }) => {
    const path = findSource(here, node, where);
    if (path === null || where !== 'templates') return [];
    return filesBelow(here.loader, path).flatMap((file) => {
      const text = here.loader.text(file);
      return text ? [{ file, text }] : [];
    });
  });
}

interface SourceParam {
  readonly node: YamlScalar;
  readonly where: 'files' | 'templates';
}

function sourcesOf(type: TaskType, params: YamlNode): SourceParam[] {
  return declared(type).flatMap(({ name, schema, where }) => {
    if (isOnHost(params, schema)) return [];
    return constantsIn(paramNode(type, params, name, schema)).map((node) => ({ node, where }));
  });
}

interface Declared {
  readonly name: string;
  readonly schema: ParamSchema;
  readonly where: SourceParam['where'];
}

const known = new WeakMap<TaskType, readonly Declared[]>();

/** The parameters of a type that name files here. */
function declared(type: TaskType): readonly Declared[] {
  let all = known.get(type);
  if (!all) {
    all = Object.entries(type.schema.properties).flatMap(([name, schema]) => {
      const where = schema.source ?? schema.items?.source;
      return where ? [{ name, schema, where }] : [];
    });
    known.set(type, all);
  }
  return all;
}

function isOnHost(params: YamlNode, { sourceUnless }: ParamSchema): boolean {
  const node = sourceUnless && params.kind === 'map' ? entry(params, sourceUnless)?.value : undefined;
  return node?.kind === 'scalar' && node.value !== false;
}

function paramNode(
  type: TaskType,
  params: YamlNode,
  name: string,
  schema: ParamSchema,
): YamlNode | undefined {
  if (params.kind !== 'map') return type.short === name ? params : undefined;
  const names = [name, ...(schema.aliases ?? [])];
  return names.map((key) => entry(params, key)?.value).find((value) => value !== undefined);
}

function constantsIn(node: YamlNode | undefined): YamlScalar[] {
  if (!node || node.kind === 'map') return [];
  if (node.kind === 'list') return node.items.flatMap(constantsIn);
  return typeof node.value === 'string' && node.value !== '' && !isTemplated(node) ? [node] : [];
}

function findSource({ loader, place }: Here, node: YamlScalar, where: 'files' | 'templates'): string | null {
  const src = String(node.value);
  if (src.startsWith('~/')) return null;
  const dirs = place.search[where];
  const tried = isAbsolute(src) ? [src] : dirs.map((dir) => join(dir, src));
  const found = tried.find((path) => loader.exists(path));
  if (found !== undefined) return found;
  reportAbsent(loader, {
    name: src,
    span: node.span,
    tried,
    what: where === 'templates' ? 'template' : 'file',
  });
  return null;
}

/** The file itself, or all files of a tree, sorted by path. */
function filesBelow(loader: Loader, path: string): string[] {
  if (!loader.isDirectory(path)) return [path];
  return [...loader.io.list(path)].sort().flatMap((name) => filesBelow(loader, join(path, name)));
}
