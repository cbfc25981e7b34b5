import { extname, join } from 'node:path';
import type { Diagnostic } from '../contract/diagnostic.ts';
import { addLayer, type Draft, type DraftGroup, type DraftHost, readLayer } from './inventory-draft.ts';
import { type InventoryIo, readMap } from './inventory-files.ts';

const ENDINGS = ['.yaml', '.yml', '.json'];

/**
 * Reads `group_vars/` and `host_vars/` of a directory. Files of groups and hosts that the inventory lacks are not
 * opened. What they say counts above what the inventory files say of the same group or host.
 */
export function readVarsFolders(draft: Draft, directory: string, io: InventoryIo): void {
  readFolder(draft, join(directory, 'group_vars'), draft.groups, io);
  readFolder(draft, join(directory, 'host_vars'), draft.hosts, io);
}

function readFolder(
  draft: Draft,
  folder: string,
  owners: ReadonlyMap<string, DraftGroup | DraftHost>,
  io: InventoryIo,
): void {
  for (const [name, paths] of byStem(folder, io)) {
    const owner = owners.get(name);
    if (!owner) continue;
    if (paths.length > 1) {
      draft.diagnostics.push(twoFiles(name, paths, io));
      continue;
    }
    for (const path of filesBehind(paths[0]!, draft, io)) {
      const map = readMap(path, io.read(path) ?? '', io, draft.diagnostics);
      if (map) addLayer(owner, readLayer(map, io.display(path), draft.diagnostics), draft.diagnostics);
    }
  }
}

/** The file itself, or the YAML files of a directory, sorted. */
function filesBehind(path: string, draft: Draft, io: InventoryIo): string[] {
  if (!io.isDirectory(path)) return [path];
  const files: string[] = [];
  for (const [name, paths] of byStem(path, io)) {
    const yaml = paths.filter((file) => ENDINGS.includes(extname(file)) && !io.isDirectory(file));
    if (yaml.length > 1) draft.diagnostics.push(twoFiles(name, yaml, io));
    else files.push(...yaml);
  }
  return files;
}

/** Paths in a directory by their name without ending, sorted; hidden and backup files left out. */
function byStem(directory: string, io: InventoryIo): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const name of [...io.list(directory)].sort()) {
    if (name.startsWith('.') || name.endsWith('~')) continue;
    const ending = extname(name);
    const stem = ENDINGS.includes(ending) ? name.slice(0, -ending.length) : name;
    found.set(stem, [...(found.get(stem) ?? []), join(directory, name)]);
  }
  return found;
}

function twoFiles(name: string, paths: readonly string[], io: InventoryIo): Diagnostic {
  const shown = paths.map((path) => io.display(path)).join(' and ');
  const hint = 'keep one of them; it would depend on luck which one counts';
  return { code: 'two-files', message: `"${name}" has its variables in ${shown}`, hint };
}
