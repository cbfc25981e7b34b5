import type { Delta } from '../contract/delta.ts';
import type { Reply, Trouble } from '../contract/exchange.ts';
import { isTrouble } from '../contract/exchange.ts';
import type { Script } from '../contract/script.ts';
import {
  type ActionType,
  type Apply,
  isRefusal,
  isUnknown,
  MOVED,
  type QueryType,
  type StateType,
  type Touches,
} from '../contract/task-type.ts';
import type { HostWork, Question } from '../plan/prepare.ts';
import { foresee, hesitate, unanswered, withhold } from './foresee.ts';
import { explainReply, failed, type Raw, refused, skipped, troubled, unknown } from './raw.ts';
import { type Overlay, REAL } from './world.ts';

/** How a step reaches its machine; the caller sees to riders, epochs and turns. */
export interface Reach {
  answer(question: Question): Promise<Reply | Trouble>;
  /** `touches`: the paths that it swears to meet, if it can. */
  apply(apply: Apply, touches: Touches | null): Promise<Reply | Trouble>;
  /** A question said in its own time and kept from nobody: a wait. */
  wait(script: Script): Promise<Reply | Trouble>;
  /** Puts a file on the controller; null: done, otherwise why not. */
  keep(path: string, bytes: Uint8Array): string | null;
  /** Forget the kept answers: the ground moved. */
  forget(): void;
  /** Not null: the change (of these fields; null: the action) must not be made, and what is told of it. */
  holds(delta: Delta | null): Raw | null;
  /** The answer that this step's change was decided on, if the line was lost while it was in flight. */
  cut(question: Question): Reply | null;
}

export interface StepMode {
  /** Say no applies. */
  readonly dry: boolean;
  readonly overlay: Overlay;
  /** A handler notified by a change that is certain: its action would happen. */
  readonly certain: boolean;
  /** The author's word that it only reads (`changed_when: false`). */
  readonly readsOnly: boolean;
  /** Why it is not known whether the step runs at all; null: it does. */
  readonly maybe: string | null;
  /** How others are told of this step. */
  readonly title: string;
}

/** One step, on one machine, from question to outcome. */
export function runStep(work: HostWork, reach: Reach, mode: StepMode): Promise<Raw> {
  if (work.type.kind === 'state') return runState(work.type, work, reach, mode);
  if (work.type.kind === 'query') return runQuery(work.type, work, reach, mode);
  return runAction(work.type, work, reach, mode);
}

/** A line that is lost so often in the middle of one change is not worth calling again. */
const MOST_CUTS = 3;

async function runState(type: StateType, work: HostWork, reach: Reach, mode: StepMode): Promise<Raw> {
  const { desired, question } = work;
  for (let moved = 0, cuts = 0; ; ) {
    const reply = await reach.answer(question!);
    if (isTrouble(reply)) return unanswered(reply, work, mode);
    if (mode.dry) return foresee(type, work, reply, mode);
    const current = type.read(reply, desired);
    if (isRefusal(current)) return refused(current);
    const delta = type.decide(current, desired, REAL);
    if (delta && isRefusal(delta)) return refused(delta);
    if (delta && isUnknown(delta)) return unknown(delta.unknown);
    if (delta === null) return doneBefore(type, work, reach, current);
    // What a cut change has left half done is still the change that was let through.
    const held = cuts === 0 ? reach.holds(delta) : null;
    if (held) return held;
    const touches = type.touches?.(desired, current) ?? null;
    // What an earlier cut left open is settled by saying the change again.
    if (cuts > 0) reach.cut(question!);
    const said = await reach.apply(asApply(type.apply(delta, desired, current)), touches);
    if (isTrouble(said) && said.recovered && ++cuts <= MOST_CUTS) continue;
    if (isTrouble(said)) return troubled(said);
    const kept = said.code === 0 ? type.keep?.bytes(said, desired, current) : undefined;
    const hasMoved = said.code === MOVED || kept === null;
    if (hasMoved && ++moved === 1) {
      reach.forget();
      continue;
    }
    if (hasMoved) return failed('it keeps changing on the host between looking and writing');
    if (said.code !== 0) return { ...refused(type.explain?.(said, desired) ?? explainReply(said)), delta };
    const unkept = kept ? reach.keep(type.keep!.path(desired), kept) : null;
    if (unkept !== null) return { ...failed(unkept), delta };
    return { status: 'changed', delta, result: { ...type.result?.(desired, current, delta, said, REAL) } };
  }
}

/** As declared: it was so before, or our own change made it so just before the line was lost. */
function doneBefore(type: StateType, work: HostWork, reach: Reach, current: unknown): Raw {
  const { desired, question } = work;
  const asked = reach.cut(question!);
  const before = asked && type.read(asked, desired);
  const delta = before && !isRefusal(before) ? type.decide(before, desired, REAL) : null;
  const result = { ...type.result?.(desired, current, null, null, REAL) };
  if (!delta || isRefusal(delta) || isUnknown(delta)) return { status: 'ok', result };
  return { status: 'changed', delta, result, msg: 'it was done before the line was lost' };
}

async function runQuery(type: QueryType, work: HostWork, reach: Reach, mode: StepMode): Promise<Raw> {
  const { desired, question } = work;
  const first = await reach.answer(question!);
  if (isTrouble(first)) return unanswered(first, work, mode);
  let verdict = type.read(first, desired);
  const doubt = mode.overlay.look().doubt(type.looksAt?.(desired, first));
  if (doubt !== null) return unknown(`${doubt}, which may alter the answer`);
  // What it waits for may be the work of changes that a dry run does not make.
  if ('again' in verdict && mode.dry) return unknown('it is not so now; a real run would wait for it');
  if ('again' in verdict && type.wait) {
    const reply = await reach.wait(type.wait(desired));
    if (isTrouble(reply)) return troubled(reply);
    verdict = type.read(reply, desired);
  }
  if ('again' in verdict) return failed('it did not come true in time');
  if (verdict.failed !== undefined) return failed(verdict.failed, verdict.hint, verdict.result);
  const { result, msg, facts } = verdict;
  return { status: 'ok', result, ...(msg === undefined ? {} : { msg }), ...(facts ? { facts } : {}) };
}

async function runAction(type: ActionType, work: HostWork, reach: Reach, mode: StepMode): Promise<Raw> {
  const { desired, question } = work;
  if (question && type.needless) {
    const reply = await reach.answer(question);
    if (isTrouble(reply)) return unanswered(reply, work, mode);
    const look = mode.overlay.look();
    const needless = type.needless(reply, desired, look);
    const doubt = look.doubt(type.looksAt?.(desired, reply));
    if (doubt !== null && mode.dry) return hesitate(type, work, needless, doubt, mode);
    if (needless && isRefusal(needless)) return refused(needless);
    if (needless) return { ...skipped(needless.because), status: 'ok', result: { msg: needless.because } };
  }
  if (mode.dry) return withhold(type, work, mode);
  const doubt = mode.overlay.look().doubt();
  const held = reach.holds(null);
  if (held) return held;
  const said = await reach.apply(asApply(type.perform(desired)), null);
  if (isTrouble(said) && said.recovered) return cutAction(type, work, reach);
  if (isTrouble(said)) return unanswered(said, work, mode);
  if (doubt !== null) return unknown(`it ran, on the host as it is now; but ${doubt}`);
  const verdict = type.read(said, desired);
  if (verdict.failed !== undefined) {
    const otherwise = verdict.changed ? 'changed' : 'ok';
    return { ...failed(verdict.failed, verdict.hint, verdict.result), otherwise };
  }
  const { result, msg } = verdict;
  return { status: verdict.changed ? 'changed' : 'ok', result, ...(msg === undefined ? {} : { msg }) };
}

/** The line was lost while it ran: only its guard can tell what came of it. */
async function cutAction(type: ActionType, work: HostWork, reach: Reach): Promise<Raw> {
  const { question } = work;
  if (question) reach.cut(question);
  const reply = question && (await reach.answer(question));
  if (reply && !isTrouble(reply)) {
    const needless = type.needless?.(reply, work.desired, REAL);
    if (needless && !isRefusal(needless)) {
      return {
        status: 'changed',
        result: {},
        msg: 'its guard says that it was done before the line was lost',
      };
    }
  }
  const msg = 'outcome unknown: the line was lost while it ran';
  return failed(msg, 'look at what it did on the host before you run it again');
}

function asApply(apply: Script | Apply): Apply {
  return 'script' in apply ? apply : { script: apply };
}
