import { isObject } from '../../../contract/json.ts';
import type { Unknown, World } from '../../../contract/task-type.ts';
import type { Attributes, ParentFacts, PathFacts } from './facts.ts';
import { ancestors, parentOf } from './paths.ts';
import { physicalPath } from './physical.ts';
import { type PredictedPath, predictedPath } from './predicted.ts';

/** Nothing would be otherwise. */
export const UNCHANGED: World = { predicted: () => undefined };

/**
 * The facts as they would be after the unmade changes of a dry run; the facts themselves in a real run. `follow`: of a
 * link, what it leads to was asked for.
 */
export function inWorld(asked: PathFacts, world: World, follow: boolean): PathFacts | Unknown {
  const facts = withNewcomers(asked, world);
  const physical = physicalPath(facts);
  const parent = parentIn(facts, physical, world);
  if ('unknown' in parent) return parent;
  if (parent.kind === 'missing') return gone({ ...facts, parent });
  const placed = isFresh(predictedPath(world, parentOf(physical)))
    ? gone({ ...facts, parent })
    : { ...facts, parent };
  const own = predictedPath(world, physical);
  if (own?.kind === 'file' && own.contents)
    return { unknown: `what ${facts.path} will hold is not known yet` };
  if (own) return own.kind === 'link' && follow ? leadsWhere(facts.path) : withPredicted(placed, own);
  return facts.real === facts.path ? placed : followed(placed, world);
}

/** What a link of the host leads to may be otherwise. */
function followed(facts: PathFacts, world: World): PathFacts | Unknown {
  const own = predictedPath(world, facts.real);
  if (own && own.kind === facts.kind && own.fresh !== true) return withPredicted(facts, own);
  const altered = [facts.real, ...ancestors(facts.real)].find((path) => {
    const predicted = predictedPath(world, path);
    return (
      predicted !== null && (path === facts.real || predicted.kind !== 'directory' || isFresh(predicted))
    );
  });
  return altered === undefined ? facts : leadsWhere(facts.path);
}

export function leadsWhere(path: string): Unknown {
  return { unknown: `it is not known yet where the link ${path} leads to` };
}

/** Users and groups that an earlier task would have made are no strangers. */
function withNewcomers(facts: PathFacts, world: World): PathFacts {
  const { unknownUser: user, unknownGroup: group } = facts;
  const made = (key: string) => {
    const predicted = world.predicted(key);
    return predicted !== undefined && !(isObject(predicted) && predicted['state'] === 'absent');
  };
  if (user === null && group === null) return facts;
  return {
    ...facts,
    unknownUser: user !== null && made(`user:${user}`) ? null : user,
    unknownGroup: group !== null && made(`group:${group}`) ? null : group,
  };
}

/** The nearest directory on the way of which something is predicted decides. */
function parentIn(facts: PathFacts, physical: string, world: World): ParentFacts | Unknown {
  const written = ancestors(facts.path);
  const way = ancestors(physical);
  const sideways = otherWay(facts.path, physical, world);
  if (sideways) return sideways;
  // All are asked for, so that none of them counts as overlooked.
  const foreseen = way.map((path) => predictedPath(world, path));
  for (const [i, path] of way.entries()) {
    const predicted = foreseen[i];
    if (!predicted) continue;
    const nearest = written[i] ?? '/';
    // Behind a link on the way, the path as it is written tells nothing of this directory.
    const isBehind = physical.slice(path.length) !== facts.path.slice(nearest.length);
    if (predicted.kind === 'link' || (isBehind && predicted.kind !== 'directory')) return leadsWhere(path);
    if (predicted.kind === 'absent') return missing(parentOf(nearest), parentOf(path), 'absent');
    if (predicted.kind !== 'directory') return missing(nearest, path, 'no-directory');
    if (predicted.contents === 'unknown') return { unknown: `what will be in ${path} is not known yet` };
    if (i === 0) return madeParent(facts, path);
    if (isFresh(predicted)) return isBehind ? leadsWhere(path) : missing(nearest, path, 'absent');
    return facts.parent;
  }
  return facts.parent;
}

/** A link on the way, as the path is written, would be one no more, or lead elsewhere. */
function otherWay(path: string, physical: string, world: World): Unknown | null {
  const way = ancestors(physical);
  const altered = ancestors(path).find((at, i) => {
    const predicted = way.includes(at) ? null : predictedPath(world, at);
    const isSame = predicted !== null && predicted === predictedPath(world, way[i] ?? '/');
    return predicted && !isSame && (predicted.kind !== 'directory' || isFresh(predicted));
  });
  return altered === undefined ? null : leadsWhere(altered);
}

function missing(nearest: string, real: string, because: 'absent' | 'no-directory'): ParentFacts {
  return { kind: 'missing', nearest, real, because };
}

/** A directory that is new in the dry run, with nothing in it but what was predicted since. */
export function isFresh(predicted: PredictedPath | null): boolean {
  return predicted?.kind === 'directory' && predicted.fresh === true;
}

function madeParent(facts: PathFacts, parent: string): ParentFacts {
  return facts.parent.kind === 'present' ? facts.parent : { kind: 'present', physical: parent, barred: null };
}

/** The same path, with nothing there. */
export function gone(facts: PathFacts): PathFacts {
  return {
    ...facts,
    kind: 'absent',
    attributes: null,
    target: null,
    real: facts.path,
    sha256: null,
    content: null,
    readable: true,
  };
}

/** What is not predicted stays as it is on the host. */
function withPredicted(facts: PathFacts, own: PredictedPath): PathFacts {
  if (own.kind === 'absent') return gone(facts);
  const base = own.fresh === true || facts.kind !== own.kind ? gone(facts) : facts;
  const { sha256 = base.sha256, text, target = base.target } = own;
  return {
    ...base,
    kind: own.kind,
    attributes: predictedAttributes(base.attributes, own),
    target,
    sha256,
    content: text == null ? (own.sha256 === undefined ? base.content : null) : Buffer.from(text),
  };
}

/** An owner without a name is not known. */
function predictedAttributes(now: Attributes | null, { mode, owner, group }: PredictedPath): Attributes {
  const base = now ?? { bits: 0, uid: 0, gid: 0, owner: '', group: '', size: 0, links: 1, stamp: '' };
  return {
    ...base,
    ...(mode === undefined ? {} : { bits: Number.parseInt(mode, 8) }),
    ...(owner === undefined ? {} : { owner, uid: Number(owner) }),
    ...(group === undefined ? {} : { group, gid: Number(group) }),
  };
}
