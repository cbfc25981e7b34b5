import type { Change, Delta } from '../../../contract/delta.ts';
import {
  type Area,
  isUnknown,
  type Predictions,
  type Refusal,
  refuse,
  type Unknown,
  type World,
} from '../../../contract/task-type.ts';
import { attributeChanges, attributesAfter, strangers, unsureOwner } from './attributes.ts';
import { sha256 } from './content.ts';
import { BECOME, barredParent, missingParent, mounted } from './explain.ts';
import type { PathFacts } from './facts.ts';
import type { FileNow, FileState } from './file-desired.ts';
import { newDirectories } from './new-directories.ts';
import { parentOf, tidy } from './paths.ts';
import { permitted } from './permission.ts';
import { physicalPath } from './physical.ts';
import { areasOf, predictedPath, predictions } from './predicted.ts';
import { capped } from './shown.ts';
import { inWorld, isFresh } from './world.ts';

export function decideState(
  current: FileNow,
  desired: FileState,
  world: World,
): Delta | null | Refusal | Unknown {
  const facts = inWorld(current.facts, world, desired.follow);
  if (isUnknown(facts)) return facts;
  const wanted = wantedKind(facts, desired);
  const leads = leadsTo(desired, current, world);
  if (typeof leads !== 'boolean') return leads;
  const unfit = strangers(facts) ?? unfitFor(wanted, facts, { ...current, facts, leads }, desired);
  if (unfit) return unfit;
  const unsure = wanted === 'absent' ? null : unsureOwner(facts, desired.declared);
  if (unsure) return unsure;
  const made = madeFields(wanted, facts, desired);
  if (Object.keys(made).length > 0 && facts.parent.kind === 'present' && facts.parent.barred !== null) {
    return barredParent(desired.path, facts.parent.barred);
  }
  const isNew = facts.kind !== current.facts.kind || isFresh(predictedPath(world, physicalPath(facts)));
  const delta = {
    ...made,
    ...attributes(wanted, facts, desired),
    ...(isNew ? {} : below(facts, current, desired)),
  };
  return permitted(facts, desired.declared, delta);
}

/** Is anything where the link is to lead to, after what was not made? */
function leadsTo({ src }: FileState, { facts, leads }: FileNow, world: World): boolean | Unknown {
  if (src === null) return leads;
  const predicted = predictedPath(world, targetOf(src, facts));
  if (predicted?.kind === 'link') return { unknown: `it is not known yet where ${src} leads to` };
  return predicted ? predicted.kind !== 'absent' : leads;
}

/** Where a link with this text would lead to, if no other link were on the way. */
export function targetOf(src: string, facts: PathFacts): string {
  return tidy(src.startsWith('/') ? src : `${parentOf(physicalPath(facts))}/${src}`);
}

type Wanted = 'file' | 'directory' | 'link' | 'absent' | 'other';

export function wantedKind(facts: PathFacts, desired: FileState): Wanted {
  if (desired.state === 'touch') return 'file';
  if (desired.state !== null) return desired.state;
  return facts.kind === 'absent' && desired.recurse ? 'directory' : facts.kind;
}

/** Why what is there cannot become what is wanted without harm. */
function unfitFor(wanted: Wanted, facts: PathFacts, current: FileNow, desired: FileState): Refusal | null {
  const { path, kind, parent } = facts;
  if (parent.kind === 'missing' && parent.because === 'forbidden') return missingParent(path, parent);
  if (wanted === 'absent')
    return desired.state === 'absent' ? unremovable(facts, current) : nothingThere(path);
  if (parent.kind === 'missing' && (wanted !== 'directory' || parent.because !== 'absent')) {
    return missingParent(path, parent);
  }
  if (wanted === 'link') return unfitForLink(facts, current, desired);
  if (kind === wanted) return null;
  if (kind !== 'absent') return refuse(`${path} is ${article(facts)}, not a ${wanted}`, 'remove it first');
  return desired.state === 'file' ? nothingThere(path) : null;
}

function unremovable({ kind, path }: PathFacts, { stays }: FileNow): Refusal | null {
  if (kind !== 'directory' || stays === null) return null;
  if (stays.why === 'mount') return mounted(path, stays.where);
  return refuse(`${path} can't be removed whole: the login may not remove what is in ${stays.where}`, BECOME);
}

function nothingThere(path: string): Refusal {
  return refuse(
    `there is nothing at ${path}`,
    'say what it should be: `state: directory`, `link` or `touch`',
  );
}

function article({ kind, target }: PathFacts): string {
  return kind === 'link'
    ? `a link to ${target}`
    : kind === 'other'
      ? 'a device, socket or pipe'
      : `a ${kind}`;
}

function unfitForLink(facts: PathFacts, current: FileNow, desired: FileState): Refusal | null {
  const { path, kind } = facts;
  if (desired.src === null) return kind === 'link' ? null : refuse('a link needs `src`: where it leads to');
  if (kind === 'other') return refuse(`${path} is ${article(facts)}, not a link`, 'remove it first');
  if ((kind === 'file' || kind === 'directory') && !desired.force) {
    return refuse(`${path} is a ${kind}, not a link`, '`force: true` replaces a file or an empty directory');
  }
  const changes = kind !== 'link' || facts.target !== desired.src;
  if (changes && !current.leads && !desired.force) {
    return refuse(
      `there is nothing at ${desired.src}, where ${path} is to lead to`,
      '`force: true` makes the link anyway',
    );
  }
  return null;
}

function madeFields(wanted: Wanted, facts: PathFacts, desired: FileState): Record<string, Change> {
  const fields: Record<string, Change> = {};
  if (facts.kind !== wanted) fields['state'] = { from: facts.kind, to: wanted };
  if (wanted === 'link' && desired.src !== null && facts.target !== desired.src) {
    fields['target'] = { from: facts.target, to: desired.src };
  }
  return fields;
}

/** A link has an owner, and no mode of its own. */
function attributes(wanted: Wanted, facts: PathFacts, desired: FileState): Record<string, Change> {
  if (wanted === 'absent') return {};
  const { mode, ...owners } = desired.declared;
  const declared = wanted === 'link' ? owners : { mode, ...owners };
  const now = facts.kind === wanted ? facts.attributes : null;
  return attributeChanges(declared, { directory: wanted === 'directory', now, umask: facts.umask });
}

/** With `recurse`: what lies below and is not as declared, by its path relative to the directory. */
function below(facts: PathFacts, current: FileNow, desired: FileState): Delta {
  const changes: Record<string, Change> = {};
  for (const entry of facts.kind === 'directory' ? current.below : []) {
    const { mode, ...owners } = desired.declared;
    const declared = entry.kind === 'link' ? owners : { mode, ...owners };
    const subject = { directory: entry.kind === 'directory', now: entry.attributes, umask: facts.umask };
    const differs = Object.entries(attributeChanges(declared, subject));
    if (differs.length === 0) continue;
    changes[`./${entry.path}`] = {
      from: Object.fromEntries(differs.map(([field, change]) => [field, change.from])),
      to: Object.fromEntries(differs.map(([field, change]) => [field, change.to])),
    };
  }
  return capped(changes);
}

/** What later tasks of a dry run find; null: what would change below a directory is not told one by one. */
export function predictState(
  delta: Delta,
  desired: FileState,
  current: FileNow,
  world: World,
): Predictions | null {
  const facts = inWorld(current.facts, world, desired.follow);
  if (isUnknown(facts)) return null;
  // Mode and owner are those of all names of a file.
  if (facts.kind === 'file' && (facts.attributes?.links ?? 1) > 1 && !('state' in delta)) return null;
  if (Object.keys(delta).some((field) => field.startsWith('./'))) return null;
  const wanted = wantedKind(facts, desired);
  if (wanted === 'absent') return predictions(facts, world, { kind: 'absent' });
  if (wanted === 'other') return null;
  if (wanted === 'link') {
    const { owner, group } = desired.declared;
    const owners = { ...(owner === undefined ? {} : { owner }), ...(group === undefined ? {} : { group }) };
    return predictions(facts, world, { kind: 'link', target: desired.src ?? facts.target, ...owners });
  }
  const made = { kind: wanted, ...attributesAfter(desired.declared, facts, wanted) };
  if (wanted === 'file') return predictions(facts, world, { ...made, ...('state' in delta ? EMPTY : {}) });
  const parents = 'state' in delta ? newDirectories(facts).slice(0, -1) : [];
  const physical = physicalPath(facts);
  const above = parents.map((path) => {
    const real = physical.slice(0, physical.length - (facts.path.length - path.length));
    return [`path:${real}`, { ...made, fresh: true }] as const;
  });
  return { ...Object.fromEntries(above), ...predictions(facts, world, made) };
}

const EMPTY = { sha256: sha256(new Uint8Array()), text: '' };

/** What the decision hangs on. */
export function looksAtState(desired: FileState, { facts, stays }: FileNow): readonly Area[] {
  const { declared, recurse, src, follow } = desired;
  // Where a link of the host leads to nothing, an earlier task may make what lacks.
  const dangles = follow && facts.kind === 'link';
  return [
    ...areasOf(facts, declared, recurse || stays !== null),
    ...(src === null ? [] : [`path:${targetOf(src, facts)}`, 'link:']),
    ...(dangles ? ['path:'] : []),
  ];
}
