import type { Json } from '../../../contract/json.ts';
import { isUnknown, type Predictions, type World } from '../../../contract/task-type.ts';
import { attributesAfter } from './attributes.ts';
import { formatMode } from './mode.ts';
import { newDirectories } from './new-directories.ts';
import { physicalPath } from './physical.ts';
import { type PredictedPath, predictions } from './predicted.ts';
import { fileDeclared, type TreeChange, treeChanges, treeIn } from './tree-changes.ts';
import type { PlacedTree } from './tree-desired.ts';
import type { TreeNow } from './tree-probe.ts';

/** What later tasks of a dry run find: the root, and all below it that would become otherwise. */
export function predictTree(desired: PlacedTree, current: TreeNow, world: World): Predictions | null {
  const known = treeIn(current, world);
  if (isUnknown(known)) return null;
  const changes = treeChanges(known, desired);
  if ('refusal' in changes) return null;
  const { facts } = known;
  const root = facts.real === facts.path ? physicalPath(facts) : facts.real;
  return {
    ...(facts.kind === 'absent' ? rootOf(desired, known, world) : {}),
    ...Object.fromEntries(changes.map((change) => [`path:${root}/${change.path}`, entryOf(change, desired)])),
  };
}

/** The root, and the directories on the way that would be made with it. */
function rootOf(desired: PlacedTree, { facts }: TreeNow, world: World): Predictions {
  const { owner, group } = desired.declared;
  const made = {
    kind: 'directory',
    ...attributesAfter({ owner, group, mode: desired.directoryMode }, facts, 'directory'),
  } as const;
  const physical = physicalPath(facts);
  const above = newDirectories(facts)
    .slice(0, -1)
    .map((path) => physical.slice(0, physical.length - (facts.path.length - path.length)));
  return {
    ...Object.fromEntries(above.map((path) => [`path:${path}`, { ...made, fresh: true }])),
    ...predictions(facts, world, made),
  };
}

function entryOf({ item, now, bits }: TreeChange, desired: PlacedTree): Json {
  if (!item) return { kind: 'absent' };
  const { owner, group } = item.kind === 'file' ? fileDeclared(item, desired) : desired.declared;
  const value: PredictedPath = {
    kind: item.kind,
    ...(now?.kind === item.kind ? {} : { fresh: true }),
    ...(item.kind === 'link' ? { target: item.target } : { mode: formatMode(bits) }),
    ...(item.kind === 'file' ? { sha256: item.content.sha256(), text: null } : {}),
    ...(owner === undefined ? {} : { owner }),
    ...(group === undefined ? {} : { group }),
  };
  return { ...value };
}
