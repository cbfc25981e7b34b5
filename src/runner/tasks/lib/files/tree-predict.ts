import type { Json } from '../../../contract/json.ts';
import { newDirectories } from './new-directories.ts';
import { treeChanges } from './tree-changes.ts';
import type { PlacedTree } from './tree-desired.ts';
import type { TreeNow } from './tree-probe.ts';

/** What later tasks of a dry run find: the root, and all below it that would become otherwise. */
export function predictTree(desired: PlacedTree, current: TreeNow): { readonly [key: string]: Json } {
  const changes = treeChanges(current, desired);
  if ('refusal' in changes) return {};
  const roots = current.facts.kind === 'absent' ? newDirectories(current.facts) : [];
  return Object.fromEntries([
    ...roots.map((path) => [`path:${path}`, { kind: 'directory' }] as const),
    ...changes.map(
      ({ path, item }) => [`path:${desired.root}/${path}`, { kind: item?.kind ?? 'absent' }] as const,
    ),
  ]);
}
