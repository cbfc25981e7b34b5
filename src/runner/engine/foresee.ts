import type { Delta } from '../contract/delta.ts';
import type { Reply, Trouble } from '../contract/exchange.ts';
import {
  type ActionType,
  type Area,
  EVERYTHING,
  isRefusal,
  isUnknown,
  type Refusal,
  type StateType,
  type Unknown,
} from '../contract/task-type.ts';
import type { HostWork } from '../plan/prepare.ts';
import { type Raw, refused, troubled, unknown } from './raw.ts';
import type { StepMode } from './step.ts';

/**
 * What a state task would come to in the real run, told from the host as it is and from the changes that were not
 * made; and what later steps have to reckon with.
 */
export function foresee(type: StateType, work: HostWork, reply: Reply, mode: StepMode): Raw {
  const { desired } = work;
  const { overlay } = mode;
  const look = overlay.look();
  const current: unknown = type.read(reply, desired);
  if (isRefusal(current)) return refusal(current, look.doubt(), type, work, mode);
  const delta: Delta | null | Refusal | Unknown = type.decide(current, desired, look);
  const doubt =
    delta && isUnknown(delta) ? delta.unknown : look.doubt(type.looksAt?.(desired, current) ?? EVERYTHING);
  if (delta && isRefusal(delta)) return refusal(delta, doubt, type, work, mode);
  if (delta === null && doubt === null) {
    return { status: 'ok', result: { ...type.result?.(desired, current, null, null, look) } };
  }
  const change = delta && !isUnknown(delta) ? delta : null;
  const predictions = change && (type.predict?.(change, desired, current, look) ?? null);
  const unsure = doubt ?? mode.maybe;
  if (unsure !== null) {
    // What it may bring about is as uncertain as the step itself.
    const areas = [...mayAlter(type, work, current), ...Object.keys(predictions ?? {})];
    overlay.cloud(areas, `what "${mode.title}" does depends on the run`);
    if (!change && delta) return { ...unknown(unsure), undecided: true };
    const now = `as the host is now, it would change ${change ? 'this' : 'nothing'}`;
    return { ...unknown(`${now}; but ${unsure}`), ...(change ? { delta: change } : {}) };
  }
  if (predictions) overlay.predict(predictions, mode.title);
  else {
    overlay.cloud(
      mayAlter(type, work, current),
      `"${mode.title}" would make changes that cannot all be foreseen`,
    );
  }
  return {
    status: 'would_change',
    delta: change!,
    result: { ...type.result?.(desired, current, change, null, look) },
  };
}

/** An action that is not run. */
export function withhold(type: ActionType, work: HostWork, mode: StepMode): Raw {
  cloudOf(type, work, mode);
  if (mode.certain || (work.question !== null && type.whenNeeded === 'certain')) {
    return { status: 'would_change', result: {}, msg: 'it would run', performs: true };
  }
  const raw = unknown('it would run, and only then can be told what it does', 'unknowable');
  return mode.readsOnly ? { ...raw, otherwise: 'ok' } : raw;
}

/** An action whose guard gave an answer that need not hold. */
export function hesitate(
  type: ActionType,
  work: HostWork,
  needless: { readonly because: string } | Refusal | null,
  doubt: string,
  mode: StepMode,
): Raw {
  cloudOf(type, work, mode);
  const now =
    needless === null
      ? 'it would run'
      : isRefusal(needless)
        ? needless.refusal
        : `it is needless: ${needless.because}`;
  return unknown(`as the host is now: ${now}; but ${doubt}`);
}

/** What it hangs on whether the login may become another user. */
const BECOMING: readonly Area[] = [
  ...['user:', 'group:', 'package:', 'path:/usr/bin/sudo', 'path:/etc/sudoers', 'tree:/etc/sudoers.d'],
  ...['passwd', 'shadow', 'group', 'pam.d'].map((name) => `path:/etc/${name}`),
];

/** No answer came. That nobody can become the user is a fact of now, too: a change that is not made may alter it. */
export function unanswered(trouble: Trouble, work: HostWork, { overlay, title }: StepMode): Raw {
  const { type, desired } = work;
  const doubt = trouble.trouble === 'become' ? overlay.look().doubt(BECOMING) : null;
  if (doubt === null) return troubled(trouble);
  const areas = type.kind === 'query' ? [] : (type.mayAlter?.(desired) ?? EVERYTHING);
  overlay.cloud(areas, `what "${title}" does depends on the run`);
  return { ...unknown(`as the host is now: ${trouble.message}; but ${doubt}`), undecided: true };
}

/** A refusal of now; the real run would give it, too, if nothing were altered before. */
function refusal(
  refusal: Refusal,
  doubt: string | null,
  type: StateType,
  work: HostWork,
  mode: StepMode,
): Raw {
  if (doubt === null) return refused(refusal);
  mode.overlay.cloud(mayAlter(type, work), `what "${mode.title}" does depends on the run`);
  return { ...unknown(`as the host is now: ${refusal.refusal}; but ${doubt}`), undecided: true };
}

function mayAlter(type: StateType, work: HostWork, current?: unknown): readonly string[] {
  return type.mayAlter?.(work.desired, current) ?? EVERYTHING;
}

function cloudOf(type: ActionType, work: HostWork, { overlay, readsOnly, title }: StepMode): void {
  // What has a guard leaves something behind, for the guard to find.
  if (readsOnly && work.question === null) return;
  overlay.cloud(
    type.mayAlter?.(work.desired) ?? EVERYTHING,
    `"${title}" was not run: what it does is not known`,
  );
}
