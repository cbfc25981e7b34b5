import type { Delta } from '../../../contract/delta.ts';
import type { JsonObject } from '../../../contract/json.ts';
import { isUnknown, type Refusal, refuse, type Unknown, type World } from '../../../contract/task-type.ts';
import { attributeChanges, type Declared, finalBits, strangers } from './attributes.ts';
import { barredParent, missingParent, mounted } from './explain.ts';
import type { Entry } from './manifest.ts';
import { physicalPath } from './physical.ts';
import { predictedPath } from './predicted.ts';
import { capped } from './shown.ts';
import type { PlacedTree, TreeFile, TreeItem } from './tree-desired.ts';
import type { TreeNow } from './tree-probe.ts';
import { inWorld, isFresh } from './world.ts';

/** One thing that must become otherwise below the root. */
export interface TreeChange {
  readonly act: 'make' | 'write' | 'link' | 'attributes' | 'remove';
  readonly path: string;
  readonly now: Entry | null;
  /** null: it is removed. */
  readonly item: TreeItem | null;
  /** The permission bits that it will have. */
  readonly bits: number;
  readonly from: JsonObject | null;
  readonly to: JsonObject | null;
}

export function decideTree(
  current: TreeNow,
  desired: PlacedTree,
  world: World,
): Delta | null | Refusal | Unknown {
  const known = treeIn(current, world);
  if (isUnknown(known)) return known;
  const { facts } = known;
  const stranger = strangers(facts);
  if (stranger) return stranger;
  const { parent, kind } = facts;
  if (parent.kind === 'missing' && parent.because !== 'absent') return missingParent(desired.root, parent);
  if (kind !== 'absent' && kind !== 'directory')
    return refuse(`${desired.root} is a ${kind}, not a directory`);
  if (kind === 'absent' && parent.kind === 'present' && parent.barred) {
    return barredParent(desired.root, parent.barred);
  }
  const changes = treeChanges(known, desired);
  if ('refusal' in changes) return changes;
  const root = kind === 'absent' ? { state: { from: 'absent', to: 'directory' } } : {};
  const delta = {
    ...root,
    ...Object.fromEntries(changes.map(({ path, from, to }) => [`./${path}`, { from, to }])),
  };
  return Object.keys(delta).length > 0 ? capped(delta) : null;
}

/** The tree as it would be in this world: a root that is new there has nothing in it. */
export function treeIn(current: TreeNow, world: World): TreeNow | Unknown {
  const facts = inWorld(current.facts, world, true);
  if (isUnknown(facts)) return facts;
  const isNew = facts.kind !== current.facts.kind || isFresh(predictedPath(world, physicalPath(facts)));
  return isNew || facts.kind === 'absent' ? { ...current, facts, entries: new Map() } : { ...current, facts };
}

/** All that differs, parents before children, removals last. */
export function treeChanges(current: TreeNow, desired: PlacedTree): readonly TreeChange[] | Refusal {
  const changes: TreeChange[] = [];
  for (const item of desired.items) {
    const change = changeOf(item, current, desired);
    if (change && 'refusal' in change) return change;
    if (change) changes.push(change);
  }
  if (!desired.remove) return changes;
  const gone = removals(current, desired);
  for (const { path } of gone) {
    const mount = current.mounts.find((one) => one === path || one.startsWith(`${path}/`));
    if (mount !== undefined) return mounted(`${desired.root}/${path}`, `${desired.root}/${mount}`);
  }
  return [...changes, ...gone];
}

function changeOf(item: TreeItem, current: TreeNow, desired: PlacedTree): TreeChange | null | Refusal {
  const now = current.entries.get(item.path) ?? null;
  if (now && (now.kind === 'other' || (now.kind === 'directory') !== (item.kind === 'directory'))) {
    return refuse(
      `${desired.root}/${item.path} is a ${now.kind} on the host, and a ${item.kind} in the source`,
    );
  }
  if (item.kind === 'directory') return now ? null : newDirectory(item, current, desired);
  if (now && !desired.force) return null;
  return item.kind === 'link'
    ? linkChange(item, now, current, desired)
    : fileChange(item, now, current, desired);
}

function newDirectory(item: TreeItem, { facts }: TreeNow, desired: PlacedTree): TreeChange {
  const declared = { ...desired.declared, mode: desired.directoryMode };
  const subject = { directory: true, now: null, umask: facts.umask };
  const to = { state: 'directory', ...values(attributeChanges(declared, subject), 'to') };
  return {
    act: 'make',
    path: item.path,
    now: null,
    item,
    bits: finalBits(declared, subject),
    from: null,
    to,
  };
}

function linkChange(
  item: TreeItem & { kind: 'link' },
  now: Entry | null,
  current: TreeNow,
  desired: PlacedTree,
): TreeChange | null {
  const { path } = item;
  const isLink = now?.kind === 'link';
  const { owner, group } = desired.declared;
  const declared = { owner, group };
  const subject = { directory: false, now: isLink ? now.attributes : null, umask: current.facts.umask };
  const owners = attributeChanges(declared, subject);
  const target = isLink ? (current.targets.get(path) ?? null) : null;
  const same = isLink && target === item.target;
  if (same && Object.keys(owners).length === 0) return null;
  const from = now && { ...(same ? {} : { state: now.kind, target }), ...values(owners, 'from') };
  const to = { ...(same ? {} : { state: 'link', target: item.target }), ...values(owners, 'to') };
  return { act: same ? 'attributes' : 'link', path, now, item, bits: 0o777, from, to };
}

function fileChange(
  item: TreeFile,
  now: Entry | null,
  current: TreeNow,
  desired: PlacedTree,
): TreeChange | null {
  const { path } = item;
  const isFile = now?.kind === 'file';
  const declared = fileDeclared(item, desired);
  const subject = { directory: false, now: isFile ? now.attributes : null, umask: current.facts.umask };
  const attributes = attributeChanges(declared, subject);
  const hash = current.hashes.get(path);
  const same = isFile && now.attributes.size === item.content.size && hash === item.content.sha256();
  if (same && Object.keys(attributes).length === 0) return null;
  const content = same ? {} : { content: isFile && hash ? `sha256:${hash}` : null };
  const wanted = same
    ? {}
    : { content: isFile ? `sha256:${item.content.sha256()}` : `${item.content.size} bytes` };
  const state = same || isFile ? {} : { state: 'file' };
  const from = now && { ...(isFile ? {} : { state: now.kind }), ...content, ...values(attributes, 'from') };
  const to = { ...state, ...wanted, ...values(attributes, 'to') };
  return {
    act: same ? 'attributes' : 'write',
    path,
    now,
    item,
    bits: finalBits(declared, subject),
    from,
    to,
  };
}

export function fileDeclared(item: TreeFile, desired: PlacedTree): Declared {
  return item.mode === undefined ? desired.declared : { ...desired.declared, mode: item.mode };
}

/** Of a directory that goes, what is in it is not named. */
function removals({ entries }: TreeNow, desired: PlacedTree): TreeChange[] {
  const wanted = new Set(desired.items.map((item) => item.path));
  const extra = [...entries.values()].filter((entry) => !wanted.has(entry.path));
  const gone = new Set(extra.map((entry) => entry.path));
  return extra
    .filter(({ path }) => !path.includes('/') || !gone.has(path.slice(0, path.lastIndexOf('/'))))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .map((now) => ({
      act: 'remove',
      path: now.path,
      now,
      item: null,
      bits: 0,
      from: { state: now.kind },
      to: null,
    }));
}

function values(changes: Delta, side: 'from' | 'to'): JsonObject {
  return Object.fromEntries(Object.entries(changes).map(([field, change]) => [field, change[side]]));
}
