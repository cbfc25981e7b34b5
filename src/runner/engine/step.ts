import type { Reply, Trouble } from '../contract/exchange.ts';
import { isTrouble } from '../contract/exchange.ts';
import type { JsonObject } from '../contract/json.ts';
import type { Script } from '../contract/script.ts';
import {
  type ActionType,
  type Apply,
  isRefusal,
  isUnknown,
  MOVED,
  type QueryType,
  type Refusal,
  type StateType,
  type Touches,
} from '../contract/task-type.ts';
import type { HostWork, Question, Work } from '../plan/prepare.ts';
import { explainReply, failed, type Raw, refused, skipped, troubled, unknown } from './raw.ts';
import { type Overlay, REAL } from './world.ts';

/** How a step reaches its machine; the caller sees to riders, epochs and turns. */
export interface Reach {
  answer(question: Question): Promise<Reply | Trouble>;
  /** `touches`: the paths that it swears to meet, if it can. */
  apply(apply: Apply, touches: Touches | null): Promise<Reply | Trouble>;
  /** A question said in its own time and kept from nobody: a wait. */
  wait(script: Script): Promise<Reply | Trouble>;
  /** Forget the kept answers: the ground moved. */
  forget(): void;
  /** The answer that this step's change was decided on, if the line was lost while it was in flight. */
  cut(question: Question): Reply | null;
}

export interface StepMode {
  /** Say no applies. */
  readonly dry: boolean;
  readonly overlay: Overlay;
  /** A handler notified by a change that is certain: its action would happen. */
  readonly certain: boolean;
}

/** One step, on one machine, from question to outcome. */
export function runStep(work: Work, reach: Reach, mode: StepMode): Promise<Raw> | Raw {
  if (work.kind === 'local') return runLocal(work.type.evaluate(work.params));
  if (work.type.kind === 'state') return runState(work.type, work, reach, mode);
  if (work.type.kind === 'query') return runQuery(work.type, work, reach, mode);
  return runAction(work.type, work, reach, mode);
}

function runLocal(verdict: {
  readonly result: JsonObject;
  readonly failed?: string;
  readonly msg?: string;
  readonly hint?: string;
  readonly facts?: JsonObject;
}): Raw {
  const { result, msg, facts } = verdict;
  if (verdict.failed !== undefined) return failed(verdict.failed, verdict.hint, result);
  return { status: 'ok', result, ...(msg === undefined ? {} : { msg }), ...(facts ? { facts } : {}) };
}

/** A line that is lost so often in the middle of one change is not worth calling again. */
const MOST_CUTS = 3;

async function runState(type: StateType, work: HostWork, reach: Reach, mode: StepMode): Promise<Raw> {
  const { desired, question } = work;
  for (let moved = 0, cuts = 0; ; ) {
    const reply = await reach.answer(question!);
    if (isTrouble(reply)) return troubled(reply);
    const current = type.read(reply, desired);
    if (isRefusal(current)) return foreseen(current, mode, false);
    const delta = type.decide(current, desired, mode.overlay);
    if (delta && isRefusal(delta)) return foreseen(delta, mode, type.touches !== undefined);
    if (delta && isUnknown(delta)) return unknown(delta.unknown);
    if (delta === null) return doneBefore(type, work, reach, current);
    if (mode.dry) {
      // What a type can't foretell of itself may be what a later refusal would miss.
      if (type.predict) mode.overlay.predict(type.predict(delta, desired, current));
      else mode.overlay.cloud();
      return { status: 'would_change', delta, result: { ...type.result?.(desired, current, delta, null) } };
    }
    const touches = type.touches?.(desired, current) ?? null;
    // What an earlier cut left open is settled by saying the change again.
    if (cuts > 0) reach.cut(question!);
    const said = await reach.apply(asApply(type.apply(delta, desired, current)), touches);
    if (isTrouble(said) && said.recovered && ++cuts <= MOST_CUTS) continue;
    if (isTrouble(said)) return troubled(said);
    if (said.code === MOVED && ++moved === 1) {
      reach.forget();
      continue;
    }
    if (said.code === MOVED) return failed('it keeps changing on the host between looking and writing');
    if (said.code !== 0) return { ...refused(type.explain?.(said, desired) ?? explainReply(said)), delta };
    return { status: 'changed', delta, result: { ...type.result?.(desired, current, delta, said) } };
  }
}

/** As declared: it was so before, or our own change made it so just before the line was lost. */
function doneBefore(type: StateType, work: HostWork, reach: Reach, current: unknown): Raw {
  const { desired, question } = work;
  const asked = reach.cut(question!);
  const before = asked && type.read(asked, desired);
  const delta = before && !isRefusal(before) ? type.decide(before, desired, REAL) : null;
  const result = { ...type.result?.(desired, current, null, null) };
  if (!delta || isRefusal(delta) || isUnknown(delta)) return { status: 'ok', result };
  return { status: 'changed', delta, result, msg: 'it was done before the line was lost' };
}

async function runQuery(type: QueryType, work: HostWork, reach: Reach, mode: StepMode): Promise<Raw> {
  const { desired, question } = work;
  const overtaken = mode.dry ? type.overtaken?.(desired, mode.overlay) : null;
  if (overtaken) return unknown(overtaken.unknown);
  const first = await reach.answer(question!);
  if (isTrouble(first)) return troubled(first);
  let verdict = type.read(first, desired);
  // What it waits for may be the work of changes that a dry run does not make.
  if ('again' in verdict && mode.dry) return unknown('it is not so now; a real run would wait for it');
  if ('again' in verdict && type.wait) {
    const reply = await reach.wait(type.wait(desired));
    if (isTrouble(reply)) return troubled(reply);
    verdict = type.read(reply, desired);
  }
  if ('again' in verdict) return failed('it did not come true in time');
  if (verdict.failed !== undefined) return failed(verdict.failed, verdict.hint, verdict.result);
  return { status: 'ok', result: verdict.result, ...(verdict.msg === undefined ? {} : { msg: verdict.msg }) };
}

async function runAction(type: ActionType, work: HostWork, reach: Reach, mode: StepMode): Promise<Raw> {
  const { desired, question } = work;
  if (question && type.needless) {
    const reply = await reach.answer(question);
    if (isTrouble(reply)) return troubled(reply);
    const needless = type.needless(reply, desired, mode.overlay);
    if (needless && isRefusal(needless)) return foreseen(needless, mode, false);
    if (needless) return { ...skipped(needless.because), status: 'ok', result: { msg: needless.because } };
  }
  if (mode.dry) {
    mode.overlay.cloud();
    const certain = mode.certain || (question !== null && type.whenNeeded === 'certain');
    return certain
      ? { status: 'would_change', result: {}, msg: 'it would run' }
      : unknown('it would run, and only then can be told what it does', 'unknowable');
  }
  const said = await reach.apply(asApply(type.perform(desired)), null);
  if (isTrouble(said) && said.recovered) return cutAction(type, work, reach, mode);
  if (isTrouble(said)) return troubled(said);
  const verdict = type.read(said, desired);
  if (verdict.failed !== undefined) {
    const otherwise = verdict.changed ? 'changed' : 'ok';
    return { ...failed(verdict.failed, verdict.hint, verdict.result), otherwise };
  }
  const { result, msg } = verdict;
  return { status: verdict.changed ? 'changed' : 'ok', result, ...(msg === undefined ? {} : { msg }) };
}

/** The line was lost while it ran: only its guard can tell what came of it. */
async function cutAction(type: ActionType, work: HostWork, reach: Reach, mode: StepMode): Promise<Raw> {
  const { question } = work;
  if (question) reach.cut(question);
  const reply = question && (await reach.answer(question));
  if (reply && !isTrouble(reply)) {
    const needless = type.needless?.(reply, work.desired, mode.overlay);
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

/** A refusal; in a dry run only where the real one would give it too. */
function foreseen(refusal: Refusal, mode: StepMode, exact: boolean): Raw {
  if (!mode.dry || mode.overlay.foretells(exact)) return refused(refusal);
  return unknown(`as the host is now: ${refusal.refusal}; earlier changes that were not made may alter that`);
}

function asApply(apply: Script | Apply): Apply {
  return 'script' in apply ? apply : { script: apply };
}
