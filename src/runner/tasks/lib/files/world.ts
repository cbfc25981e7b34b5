import { isObject, type Json } from '../../../contract/json.ts';
import type { Unknown, World } from '../../../contract/task-type.ts';
import type { Attributes, Kind, ParentFacts, PathFacts } from './facts.ts';
import { ancestors, parentOf } from './paths.ts';

/** The facts as they would be after the unmade changes of a dry run; the facts themselves in a real run. */
export function inWorld(asked: PathFacts, world: World): PathFacts | Unknown {
  const facts = withNewcomers(asked, world);
  const parent = parentIn(facts, world);
  if ('unknown' in parent) return parent;
  const own = world.predicted(`path:${facts.path}`);
  const placed = { ...facts, parent };
  if (parent.kind === 'missing') return gone(placed);
  return own === undefined ? placed : { ...placed, ...predictedFacts(own, facts), parent };
}

/** Users and groups that an earlier task would have made are no strangers. */
function withNewcomers(facts: PathFacts, world: World): PathFacts {
  const { unknownUser: user, unknownGroup: group } = facts;
  const made = (key: string) => world.predicted(key) !== undefined;
  if (user === null && group === null) return facts;
  return {
    ...facts,
    unknownUser: user !== null && made(`user:${user}`) ? null : user,
    unknownGroup: group !== null && made(`group:${group}`) ? null : group,
  };
}

/** An earlier change, not made in a dry run, would have altered what is at `path`. */
export function overtaken(path: string, world: World): Unknown | null {
  const changed = (at: string) => kindIn(world.predicted(`path:${at}`));
  const way = ancestors(path).find((at) => (changed(at) ?? 'directory') !== 'directory');
  const at = changed(path) === undefined ? way : path;
  return at === undefined ? null : { unknown: `${at} would have been changed before` };
}

/** The nearest directory on the way of which something is predicted decides. */
function parentIn(facts: PathFacts, world: World): ParentFacts | Unknown {
  const way = ancestors(facts.path);
  for (const path of way) {
    const kind = kindIn(world.predicted(`path:${path}`));
    if (kind === undefined) continue;
    if (kind === 'link') return { unknown: `it is not known yet where the link ${path} leads to` };
    if (kind === 'absent') return { kind: 'missing', nearest: parentOf(path), because: 'absent' };
    if (kind !== 'directory') return { kind: 'missing', nearest: path, because: 'no-directory' };
    if (isFilled(world.predicted(`path:${path}`)) && facts.kind === 'absent') {
      return { unknown: `what will be in ${path} is not known yet` };
    }
    return path === way[0] ? madeParent(facts, path) : facts.parent;
  }
  return facts.parent;
}

/** `contents: 'unknown'`: a directory that a task would have filled (a checkout). */
function isFilled(predicted: Json | undefined): boolean {
  return isObject(predicted) && predicted['contents'] === 'unknown';
}

function madeParent(facts: PathFacts, parent: string): ParentFacts {
  return facts.parent.kind === 'present' ? facts.parent : { kind: 'present', physical: parent, barred: null };
}

function gone(facts: PathFacts): PathFacts {
  return {
    ...facts,
    kind: 'absent',
    attributes: null,
    target: null,
    sha256: null,
    content: null,
    readable: true,
  };
}

function predictedFacts(own: Json, facts: PathFacts): Partial<PathFacts> {
  const kind = kindIn(own) ?? 'absent';
  const more = isObject(own) ? own : {};
  if (kind === 'absent') return gone(facts);
  const text = (key: string) => (typeof more[key] === 'string' ? (more[key] as string) : null);
  return {
    kind,
    attributes: predictedAttributes(facts.attributes, text),
    target: text('target'),
    sha256: text('sha256'),
    content: null,
    readable: true,
  };
}

/** What is not predicted stays as it is on the host. */
function predictedAttributes(now: Attributes | null, text: (key: string) => string | null): Attributes {
  const base = now ?? { bits: 0, uid: 0, gid: 0, owner: '', group: '', size: 0, links: 1, stamp: '' };
  const mode = text('mode');
  const owner = text('owner');
  const group = text('group');
  return {
    ...base,
    ...(mode === null ? {} : { bits: Number.parseInt(mode, 8) }),
    ...(owner === null ? {} : { owner, uid: Number(owner) }),
    ...(group === null ? {} : { group, gid: Number(group) }),
  };
}

function kindIn(value: Json | undefined): Kind | undefined {
  const kind = isObject(value) ? value['kind'] : undefined;
  return typeof kind === 'string' ? (kind as Kind) : undefined;
}
