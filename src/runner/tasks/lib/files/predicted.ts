import { isObject, type Json } from '../../../contract/json.ts';
import type { Area, Predictions, World } from '../../../contract/task-type.ts';
import type { Declared } from './attributes.ts';
import type { Kind, PathFacts } from './facts.ts';
import { newDirectories } from './new-directories.ts';
import { parentOf } from './paths.ts';
import { physicalPath } from './physical.ts';

/** What a dry run foresees of a path. A field that lacks stays as it is on the host. */
export interface PredictedPath {
  readonly kind: Kind;
  /** It would be made in the dry run: nothing of what the host has there now holds for it. */
  readonly fresh?: true;
  /** A directory that would be filled in a way that is not known (a checkout). */
  readonly contents?: 'unknown';
  /** Octal digits. */
  readonly mode?: string;
  readonly owner?: string;
  readonly group?: string;
  /** Lower-case hex. */
  readonly sha256?: string;
  /** Of a small file; null: not known. */
  readonly text?: string | null;
  readonly target?: string | null;
}

export function predictedPath(world: World, path: string): PredictedPath | null {
  const predicted = world.predicted(`path:${path}`);
  return isObject(predicted) && typeof predicted['kind'] === 'string'
    ? (predicted as unknown as PredictedPath)
    : null;
}

/**
 * What later tasks find at the path: told of where it is without links on the way, and by reference of where it was
 * written. What an earlier task foresaw of it stays, unless this is another thing. `now`: its facts in this world.
 */
export function predictions(
  now: PathFacts,
  world: World,
  foreseen: Omit<PredictedPath, 'fresh'>,
): Predictions {
  const physical = now.real === now.path ? physicalPath(now) : now.real;
  const before = predictedPath(world, physical);
  const stays = now.kind === foreseen.kind;
  const value = stays ? { ...before, ...foreseen } : { ...foreseen, fresh: true };
  const isElsewhere = now.path !== physical && now.real === now.path;
  const alters = now.kind === 'link' || foreseen.kind === 'link' || now.kind === 'directory';
  return {
    [`path:${physical}`]: value as Json,
    ...(isElsewhere ? { [`path:${now.path}`]: { same: physical } } : {}),
    ...(alters && !(stays && now.kind === 'directory')
      ? { [`link:${physical}`]: { kind: foreseen.kind } }
      : {}),
  };
}

/** The old file of a `backup`, under a name that only the run makes: whoever looks at all of the directory would find it. */
export function keptBeside(now: PathFacts): Predictions {
  if (now.kind !== 'file') return {};
  const physical = now.real === now.path ? physicalPath(now) : now.real;
  return { [`path:${physical}.*~`]: { kind: 'file', fresh: true } };
}

/**
 * What the facts of a path hang on: the path, and the links that lead there. `below`: all that is in it, too.
 */
export function areasOf(facts: PathFacts, { owner, group }: Declared = {}, below = false): readonly Area[] {
  const physical = physicalPath(facts);
  const sort = below ? 'tree' : 'path';
  const paths = new Set([facts.path, physical, facts.real]);
  const isLed = facts.target !== null || paths.size > 1;
  return [
    ...[...paths].map((path) => `${sort}:${path}`),
    ...(isLed ? ['link:'] : []),
    // Where a link on the way leads to nothing, an earlier task may make what lacks.
    ...(facts.parent.kind === 'missing' && facts.parent.isLink ? ['path:', 'link:'] : []),
    // Another task may put the login into a group.
    ...(facts.login ? ['user:', 'group:'] : []),
    ...(owner === undefined ? [] : [`user:${owner}`]),
    ...(group === undefined ? [] : [`group:${group}`]),
  ];
}

/** What a task that writes one path could alter; facts undefined: they are not known; no path: any. `backup`: the old file is kept beside it. */
export function writesTo(
  path: string | null | undefined,
  facts?: PathFacts,
  backup = false,
): readonly Area[] {
  const isShared = facts?.kind === 'file' && (facts.attributes?.links ?? 1) > 1;
  if (isShared || !facts || path == null) return ['path:', 'link:'];
  const physical = physicalPath(facts);
  // Directories that lack on the way may be made with it.
  const [made = facts.path] = newDirectories(facts);
  const first = physical.slice(0, physical.length - (facts.path.length - made.length));
  // The name of a backup is made when it is.
  const around = backup ? [parentOf(facts.path), parentOf(physical)] : [];
  return [...new Set([...around, path, made, first, facts.path, physical, facts.real])]
    .map((at) => `path:${at}`)
    .concat('link:');
}
