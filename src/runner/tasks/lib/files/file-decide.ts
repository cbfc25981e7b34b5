import type { Change, Delta } from '../../../contract/delta.ts';
import type { Json } from '../../../contract/json.ts';
import { isUnknown, type Refusal, refuse, type Unknown, type World } from '../../../contract/task-type.ts';
import { attributeChanges, finalBits, strangers } from './attributes.ts';
import { sha256 } from './content.ts';
import { barredParent, missingParent } from './explain.ts';
import type { PathFacts } from './facts.ts';
import type { FileNow, FileState } from './file-desired.ts';
import { formatMode } from './mode.ts';
import { newDirectories } from './new-directories.ts';
import { capped } from './shown.ts';
import { inWorld } from './world.ts';

export function decideState(
  current: FileNow,
  desired: FileState,
  world: World,
): Delta | null | Refusal | Unknown {
  const facts = inWorld(current.facts, world);
  if (isUnknown(facts)) return facts;
  const wanted = wantedKind(facts, desired);
  const unfit = strangers(facts) ?? unfitFor(wanted, facts, { ...current, facts }, desired);
  if (unfit) return unfit;
  const made = madeFields(wanted, facts, desired);
  if (Object.keys(made).length > 0 && facts.parent.kind === 'present' && facts.parent.barred !== null) {
    return barredParent(desired.path, facts.parent.barred);
  }
  const delta = { ...made, ...attributes(wanted, facts, desired), ...below(facts, current, desired) };
  return Object.keys(delta).length > 0 ? delta : null;
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
  if (wanted === 'absent') return desired.state === 'absent' ? null : nothingThere(path);
  if (parent.kind === 'missing' && (wanted !== 'directory' || parent.because !== 'absent')) {
    return missingParent(path, parent);
  }
  if (wanted === 'link') return unfitForLink(facts, current, desired);
  if (kind === wanted) return null;
  if (kind !== 'absent') return refuse(`${path} is ${article(facts)}, not a ${wanted}`, 'remove it first');
  return desired.state === 'file' ? nothingThere(path) : null;
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

/** What later tasks of a dry run find. */
export function predictState(
  delta: Delta,
  desired: FileState,
  facts: PathFacts,
): { readonly [key: string]: Json } {
  const wanted = wantedKind(facts, desired);
  const key = `path:${facts.path}`;
  if (wanted === 'absent') return { [key]: { kind: 'absent' } };
  if (wanted === 'link') return { [key]: { kind: 'link', target: desired.src ?? facts.target } };
  const now = facts.kind === wanted ? facts.attributes : null;
  const bits = finalBits(desired.declared, { directory: wanted === 'directory', now, umask: facts.umask });
  const { owner = now?.owner, group = now?.group } = desired.declared;
  const made = {
    kind: wanted,
    mode: formatMode(bits),
    ...(owner === undefined ? {} : { owner }),
    ...(group === undefined ? {} : { group }),
    ...hashOf(wanted, facts),
  };
  const parents = 'state' in delta && wanted === 'directory' ? newDirectories(facts) : [];
  return { ...Object.fromEntries(parents.map((path) => [`path:${path}`, made])), [key]: made };
}

function hashOf(wanted: Wanted, facts: PathFacts): { sha256?: string } {
  if (wanted !== 'file') return {};
  const hash = facts.kind === 'file' ? facts.sha256 : sha256(new Uint8Array());
  return hash === null ? {} : { sha256: hash };
}
