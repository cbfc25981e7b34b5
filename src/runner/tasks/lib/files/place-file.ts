import type { Change, Delta } from '../../../contract/delta.ts';
import type { Reply } from '../../../contract/exchange.ts';
import type { JsonObject } from '../../../contract/json.ts';
import { lines, type Script, sh } from '../../../contract/script.ts';
import {
  type Apply,
  type Area,
  isUnknown,
  MOVED,
  type Predictions,
  type Refusal,
  refuse,
  type Touches,
  type Unknown,
  type World,
} from '../../../contract/task-type.ts';
import {
  attributeChanges,
  attributesAfter,
  finalBits,
  setAttributes,
  strangers,
  unsureOwner,
} from './attributes.ts';
import { asText, sameContent, shownContent, shownFacts, wanted } from './content.ts';
import { barredParent, missingParent, unreadable } from './explain.ts';
import type { PathFacts } from './facts.ts';
import { formatMode } from './mode.ts';
import { type PathQuestion, probePath, SMALL } from './path-probe.ts';
import { parentOf } from './paths.ts';
import { permitted } from './permission.ts';
import { physicalPath } from './physical.ts';
import { areasOf, keptBeside, predictedPath, predictions } from './predicted.ts';
import { touchesOf } from './touches.ts';
import { gone, inWorld, leadsWhere } from './world.ts';
import { intoDirectory, type Replacing, type Writing, writeFile } from './write-file.ts';

/** Where a single file goes, and how. */
export interface Placing extends Replacing {
  readonly dest: string;
  /** The name that it gets if `dest` turns out to be a directory. */
  readonly into: string | undefined;
  readonly follow: boolean;
  /** False: what is there is left alone, whatever it is. */
  readonly force: boolean;
}

/** One file with a content that the controller knows: what `copy` and `template` of a single file want. */
export interface PlacedFile extends Placing, Writing {
  readonly kind: 'file';
}

export function questionOf(desired: PlacedFile): PathQuestion {
  return {
    path: desired.dest,
    into: desired.into,
    follow: desired.follow,
    ...desired.declared,
    content: wanted(desired.content),
    writes: true,
  };
}

export function probeFile(desired: PlacedFile): Script {
  return probePath(questionOf(desired));
}

export function decideFile(
  asked: PathFacts,
  desired: PlacedFile,
  world: World,
): Delta | null | Refusal | Unknown {
  const facts = placedIn(asked, desired, world);
  return isUnknown(facts) ? facts : decideFacts(facts, desired);
}

/** `facts`: as they would be in this world. */
export function decideFacts(facts: PathFacts, desired: PlacedFile): Delta | null | Refusal | Unknown {
  const { path, parent } = facts;
  if (parent.kind === 'missing') return missingParent(path, parent);
  if (facts.kind !== 'absent' && !desired.force) return null;
  const unfit = strangers(facts) ?? unfitPlace(facts, desired);
  if (unfit) return unfit;
  const written = writtenFields(facts, desired);
  if (Object.keys(written).length > 0 && parent.barred !== null) return barredParent(path, parent.barred);
  const now = facts.kind === 'file' ? facts.attributes : null;
  const unsure = unsureOwner(facts, desired.declared);
  if (unsure) return unsure;
  const delta = {
    ...written,
    ...attributeChanges(desired.declared, { directory: false, now, umask: facts.umask }),
  };
  return permitted(facts, desired.declared, delta);
}

/** In a dry run the place may only become a directory. */
export function placedIn(asked: PathFacts, desired: Placing, world: World): PathFacts | Unknown {
  const facts = inWorld(asked, world, desired.follow);
  const wasInto = desired.into !== undefined && asked.path !== desired.dest;
  if (wasInto && !isUnknown(facts) && facts.parent.kind === 'missing') {
    const { parent } = asked;
    return parent.kind === 'present' && parent.physical === desired.dest
      ? inWorld(emptyPlace(asked, desired.dest, parentOf(desired.dest)), world, desired.follow)
      : { unknown: `${desired.dest} would be no directory any more` };
  }
  if (!isUnknown(facts) && mayLeadInto(facts, world)) return leadsWhere(facts.path);
  if (
    isUnknown(facts) ||
    facts.kind !== 'directory' ||
    desired.into === undefined ||
    asked.kind === 'directory'
  ) {
    return facts;
  }
  const path = `${facts.path}/${desired.into}`;
  return inWorld(emptyPlace(facts, path, facts.path), world, desired.follow);
}

/** A path of which the host says nothing, in a directory that is there or would be. */
function emptyPlace(facts: PathFacts, path: string, directory: string): PathFacts {
  return gone({ ...facts, path, parent: { kind: 'present', physical: directory, barred: null } });
}

/** A link that an earlier task would make may lead to a directory: no file takes its place then. */
function mayLeadInto(facts: PathFacts, world: World): boolean {
  return facts.kind === 'link' && predictedPath(world, physicalPath(facts))?.kind === 'link';
}

/** Why no file can be put there without harm. */
export function unfitPlace(facts: PathFacts, desired: Placing): Refusal | null {
  const { path, kind, attributes } = facts;
  if (kind === 'directory')
    return refuse(`${path} is a directory`, 'name the file in it, or remove it first');
  if (kind === 'link' && facts.toDirectory)
    return refuse(`${path} is a link to a directory`, 'name the file in it, or remove the link first');
  if (kind === 'other') return refuse(`${path} is neither a file nor a link: it is left alone`);
  if (kind === 'link' && desired.follow) return refuse(`the link ${path} leads to nothing (${facts.target})`);
  if (!facts.readable) {
    return unreadable(
      path,
      attributes ? `${attributes.owner} ${formatMode(attributes.bits)}` : 'another one',
    );
  }
  return null;
}

/** The fields that call for a new file in the place. */
function writtenFields(facts: PathFacts, desired: PlacedFile): Record<string, Change> {
  if (sameContent(facts, desired.content)) return {};
  const content = { from: shownFacts(facts), to: shownContent(desired.content, facts) };
  if (facts.kind === 'file') return { content };
  const state = { from: facts.kind, to: 'file' };
  return facts.kind === 'link'
    ? { state, target: { from: facts.target, to: null }, content }
    : { state, content };
}

export function applyFile(delta: Delta, desired: PlacedFile, facts: PathFacts): Script | Apply {
  if ('content' in delta) return writeFile(delta, facts, desired);
  return changeAttributes(delta, desired, facts);
}

/** Only owner, group and mode, in place. */
export function changeAttributes(delta: Delta, desired: Placing, facts: PathFacts): Script {
  const bits = finalBits(desired.declared, { directory: false, now: facts.attributes, umask: facts.umask });
  return lines(
    intoDirectory(facts.real),
    sh`[ -f "$b" ] && ! [ -L "$b" ] || exit ${MOVED}`,
    setAttributes(delta, desired.declared, bits, sh`"$b"`),
  );
}

/** `asked`: as the host told it. */
export function predictFile(
  delta: Delta,
  desired: PlacedFile,
  asked: PathFacts,
  world: World,
): Predictions | null {
  const facts = placedIn(asked, desired, world);
  if (isUnknown(facts)) return null;
  const { content } = desired;
  const text = content.size <= SMALL ? asText(content.bytes()) : null;
  return {
    ...predictions(facts, world, {
      kind: 'file',
      ...attributesAfter(desired.declared, facts, 'file'),
      sha256: content.sha256(),
      text,
    }),
    ...(desired.backup && 'content' in delta ? keptBeside(facts) : {}),
  };
}

export function looksAtFile(desired: PlacedFile | Placing, facts: PathFacts): readonly Area[] {
  const dest = desired.into === undefined ? [] : [`path:${desired.dest}`];
  // Where a link of the host leads to nothing, an earlier task may make what lacks.
  const dangles = facts.kind === 'link' && (desired.follow || desired.into !== undefined);
  return [...dest, ...areasOf(facts, desired.declared), ...(dangles ? ['path:'] : [])];
}

export function touchesFile(desired: PlacedFile, facts: PathFacts): Touches | null {
  return desired.backup || desired.validate ? null : touchesOf(facts);
}

/** What `register` gets. */
export function resultOfFile(facts: PathFacts, reply: Reply | null): JsonObject {
  const backup = reply?.out.length ? Buffer.from(reply.out).toString('utf8').split('\0')[0] : undefined;
  return { dest: facts.path, ...(backup ? { backup_file: backup } : {}) };
}
