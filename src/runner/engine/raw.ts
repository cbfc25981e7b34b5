import type { Delta } from '../contract/delta.ts';
import type { Diagnostic } from '../contract/diagnostic.ts';
import { formatPosition } from '../contract/diagnostic.ts';
import type { Reply, Trouble } from '../contract/exchange.ts';
import { text } from '../contract/exchange.ts';
import type { JsonObject } from '../contract/json.ts';
import type { Doubt, Status } from '../contract/outcome.ts';
import type { Refusal } from '../contract/task-type.ts';
import type { Evaluated, Expression } from '../language/model.ts';

/** What a step came to, before the play's own judgement (`changed_when`, `failed_when`, `ignore_errors`). */
export interface Raw {
  readonly status: Exclude<Status, 'ignored'>;
  readonly result: JsonObject;
  /** Only with the status `unknown`; `depends` unless told. */
  readonly doubt?: Doubt;
  /** With the status `unknown`: as the host is now. */
  readonly delta?: Delta;
  readonly msg?: string;
  readonly hint?: string;
  /** What a failure would count as if `failed_when` overruled it; `ok` unless told. */
  readonly otherwise?: 'changed' | 'would_change' | 'ok';
  /** The host that a delegated step happened on. */
  readonly on?: string;
  /** Variables that the step sets on its host. */
  readonly facts?: JsonObject;
  /** Of a dry run: it is an action that would be performed, whatever the play makes of its outcome. */
  readonly performs?: true;
  /** What `register` stores instead: the run that this one goes on from was told so. */
  readonly remembered?: Evaluated;
  /** The operator ended it. */
  readonly cut?: true;
  /** Unknown: a dry run can't tell even what it would change as the host is now. */
  readonly undecided?: true;
  /** Held back, because it is not what the plan showed: the host goes on without it, and has failed in the end. */
  readonly held?: true;
}

export function failed(msg: string, hint?: string, result: JsonObject = {}): Raw {
  return { status: 'failed', result, msg, ...(hint === undefined ? {} : { hint }) };
}

export function refused(refusal: Refusal): Raw {
  return failed(refusal.refusal, refusal.hint);
}

export function faulty(diagnostic: Diagnostic): Raw {
  const at = diagnostic.at ? ` (${formatPosition(diagnostic.at)})` : '';
  return failed(diagnostic.message + at, diagnostic.hint);
}

/** `result` of an unknown holds nothing: whoever reads the registered name gets the reason instead. */
export function unknown(because: string, doubt: Doubt = 'depends'): Raw {
  return { status: 'unknown', result: {}, msg: because, doubt };
}

/**
 * An action of a dry run that the host would outlive if it failed: whatever reads its result, and whoever hears of its
 * change, hangs on the run.
 */
export function mayFail(raw: Raw): Raw {
  return { ...raw, remembered: { kind: 'unknown', because: 'it was not run, and might fail' } };
}

/** `moved`: what is not as the plan saw it. */
export function heldBack(because: string, moved?: Delta): Raw {
  const raw = failed(`held back: ${because}`, 'look at it, then make a new plan');
  return { ...raw, held: true, ...(moved ? { delta: moved } : {}) };
}

/** A run that goes on, or keeps to a plan, never passes over what it can't know: that hangs on what it did without. */
export function definite(
  raw: Raw,
  run: { readonly gate: unknown; readonly past: unknown },
  dry: boolean,
): Raw {
  if (raw.status !== 'unknown' || dry) return raw;
  if (run.gate) return heldBack(raw.msg!);
  return run.past ? failed(raw.msg!) : raw;
}

export function skipped(because: string): Raw {
  return { status: 'skipped', result: {}, msg: because };
}

/** `when`: the condition that does not hold. */
export function skippedBy(when: Expression | undefined): Raw {
  const source = when?.source.trim() ?? 'its condition';
  return skipped(source === 'false' ? 'its "when" is false' : `${source} is false`);
}

const NOT_BEGUN = 'interrupted: it was not begun';

/** The operator stopped the run before this change was said. */
export const STOPPED: Trouble = { kind: 'trouble', trouble: 'lost', message: NOT_BEGUN };

/** The operator ended it: how far it came is not known, unless it was not begun. */
export function interrupted({ hint: _hint, ...raw }: Raw): Raw {
  const known = raw.msg === NOT_BEGUN || raw.msg?.startsWith('interrupted: ') ? raw.msg : undefined;
  return { ...raw, status: 'failed', msg: known ?? 'interrupted: it was ended before it was done' };
}

/** A loop that was interrupted between two of its items. */
export function cutShort(loop: Raw, done: number, all: number): Raw {
  const msg = `interrupted: ${done} of ${all} items were done`;
  const changed = loop.status === 'changed' ? { otherwise: 'changed' as const } : {};
  return { ...loop, ...changed, status: 'failed', cut: true, msg };
}

/** A line that is gone is the host's trouble; sudo's word, a missing tool or a file of ours is the task's. */
export function troubled(trouble: Trouble): Raw {
  if (trouble === STOPPED) return { ...failed(trouble.message), cut: true };
  if (['become', 'unfit', 'source'].includes(trouble.trouble)) return failed(trouble.message, trouble.hint);
  const raw: Raw = { status: 'unreachable', result: {}, msg: trouble.message };
  return trouble.hint === undefined ? raw : { ...raw, hint: trouble.hint };
}

/** The default account of an apply that failed. */
export function explainReply(reply: Reply): Refusal {
  const lines = (text(reply.err).trim() || text(reply.out).trim())
    .split('\n')
    .filter((line) => line.trim() !== '');
  const said = lines.slice(-3).join('; ');
  return { refusal: said === '' ? `the host's shell answered ${reply.code} and said nothing` : said };
}
