import type { Delta } from '../contract/delta.ts';
import { type Identity, type Reply, sameIdentity } from '../contract/exchange.ts';
import type { Script } from '../contract/script.ts';
import { type Apply, isRefusal, isUnknown, type StateType, type Touches } from '../contract/task-type.ts';
import type { Task } from '../language/model.ts';
import type { Coming } from '../plan/ahead.ts';
import { REAL } from './world.ts';

/** Steps behind the one in hand; more in one exchange would make a failure in the middle hard to follow. */
export const LONGEST = 64;

/** Bytes that they bring along: a host's place for temporary files may be small (64 MiB in a container). */
const LARGEST = 8 * 1024 * 1024;

/** May this change be made, as far as others than its host have a say in it? */
export type Agreed = (coming: Coming, delta: Delta) => boolean;

/** A coming step that was decided ahead of its turn. */
export interface Link {
  readonly coming: Coming;
  readonly reply: Reply;
  /** null: it is as declared, and what goes before it in the chain does not touch it. */
  readonly script: Script | null;
}

/**
 * A step whose success nobody but the step itself judges: what follows it may be said in the same breath, because it
 * is said only if this one exits 0.
 */
export function isChainable(task: Task): boolean {
  const { failedWhen, until, retries, runOnce, checkMode, loop } = task;
  return !failedWhen && !until && !retries && !runOnce && checkMode !== true && !loop?.pause;
}

/**
 * The steps right behind the one in hand that can be said in the same exchange: their answers are known, their types
 * swear to paths that meet nothing which goes before them in the chain, and no judgement stands in between.
 */
export function chainBehind(
  first: Touches,
  identity: Identity,
  lookAhead: Iterable<Coming>,
  answerOf: (coming: Coming) => Reply | undefined,
  agreed: Agreed,
): Link[] {
  const links: Link[] = [];
  const before: Touches[] = [first];
  let bytes = 0;
  for (const coming of lookAhead) {
    if (links.length === LONGEST || !isNext(coming, identity)) break;
    const reply = answerOf(coming);
    const decided = reply && decide(coming, reply, agreed);
    if (!decided || before.some((one) => meet(one, decided.touches))) break;
    bytes += decided.script?.input?.length ?? 0;
    if (bytes > LARGEST) break;
    before.push(decided.touches);
    links.push({ coming, reply, script: decided.script });
  }
  // What is as declared costs nothing at its own turn: a chain ends with a change.
  while (links.length > 0 && links.at(-1)!.script === null) links.pop();
  return links;
}

function isNext({ straight, sure, task, work }: Coming, identity: Identity): boolean {
  return (
    straight &&
    sure &&
    work.type.kind === 'state' &&
    isChainable(task) &&
    sameIdentity(work.identity, identity)
  );
}

function decide(
  coming: Coming,
  reply: Reply,
  agreed: Agreed,
): { readonly script: Script | null; readonly touches: Touches } | null {
  const { work } = coming;
  const type = work.type as StateType;
  const current: unknown = type.read(reply, work.desired);
  if (isRefusal(current)) return null;
  const delta = type.decide(current, work.desired, REAL);
  if (delta && (isRefusal(delta) || isUnknown(delta))) return null;
  if (delta && !agreed(coming, delta)) return null;
  const touches = type.touches?.(work.desired, current) ?? null;
  if (!touches) return null;
  if (delta === null) return { script: null, touches };
  const apply: Script | Apply = type.apply(delta, work.desired, current);
  return 'script' in apply ? null : { script: apply, touches };
}

/** One writes what the other reads or writes. */
function meet(a: Touches, b: Touches): boolean {
  const writesInto = (one: Touches, other: Touches) =>
    one.writes.some((path) => other.writes.includes(path) || other.reads.includes(path));
  return writesInto(a, b) || writesInto(b, a);
}
