import type { Json, JsonObject } from '../contract/json.ts';
import { asCondition } from '../language/expression.ts';
import type { Evaluated, Expression, Task } from '../language/model.ts';
import { conditions } from '../plan/prepare.ts';
import { evaluateIn, type PlanScope } from '../plan/scope.ts';
import { cutShort, faulty, type Raw } from './raw.ts';

/** The value that `register` stores for an outcome. */
export function registered(raw: Raw): Evaluated {
  if (raw.remembered) return raw.remembered;
  if (raw.held) return { kind: 'unknown', because: 'it hangs on a step that was held back' };
  if (raw.status === 'unknown') return { kind: 'unknown', because: raw.msg ?? 'it was not run' };
  const changed = isChange(raw);
  const value: Record<string, Json> = { ...raw.result };
  value['changed'] = changed;
  value['failed'] = raw.status === 'failed' || raw.status === 'unreachable';
  value['skipped'] = raw.status === 'skipped';
  if (raw.msg !== undefined && !('msg' in value)) value['msg'] = raw.msg;
  return { kind: 'value', value };
}

/** Whether a result is `changed`, or would be; a failure can be that as well. */
function isChange(raw: Raw): boolean {
  return changeIn([raw]) !== undefined;
}

function changeIn(all: readonly Raw[]): 'changed' | 'would_change' | undefined {
  const changes = ['changed', 'would_change'] as const;
  return changes.find((one) => all.some(({ status, otherwise }) => status === one || otherwise === one));
}

/** The variables of a task with its own result among them. */
export function withResult(scope: PlanScope, name: string | null, result: Evaluated): PlanScope {
  if (!name) return scope;
  return {
    at: (site) => withResult(scope.at(site), name, result),
    get: (wanted) => (wanted === name ? result : scope.get(wanted)),
    *names() {
      yield* scope.names();
      yield name;
    },
  };
}

/** `changed_when` and `failed_when`: the play's judgement of what a step came to. `dry`: it was not done for real. */
export function judge(task: Task, raw: Raw, scope: PlanScope, dry: boolean): Raw {
  if (raw.status === 'skipped' || raw.status === 'unreachable' || raw.held || raw.cut) return raw;
  let judged = raw;
  if (task.changedWhen)
    judged = judgeChange(task.changedWhen, judged, withResult(scope, task.register, registered(judged)), dry);
  if (task.failedWhen)
    judged = judgeFailure(task.failedWhen, judged, withResult(scope, task.register, registered(judged)));
  return judged;
}

function judgeChange(when: readonly Expression[], raw: Raw, scope: PlanScope, dry: boolean): Raw {
  if (raw.status === 'unknown') return raw;
  const verdict = conditions(when, scope);
  if (verdict.kind === 'fault') return unjudged(raw, faulty(verdict.diagnostic));
  if (verdict.kind === 'unknown') return { ...raw, status: 'unknown', msg: verdict.because };
  if (raw.status === 'failed') return { ...raw, otherwise: verdict.value ? 'changed' : 'ok' };
  const change = dry ? 'would_change' : 'changed';
  return { ...raw, status: verdict.value ? change : 'ok' };
}

function judgeFailure(when: readonly Expression[], raw: Raw, scope: PlanScope): Raw {
  if (raw.status === 'unknown') return raw;
  const verdict = conditions(when, scope);
  if (verdict.kind === 'fault') return unjudged(raw, faulty(verdict.diagnostic));
  if (verdict.kind === 'unknown') return { ...raw, status: 'unknown', msg: verdict.because };
  if (verdict.value) {
    const because = verdict.by ? '' : when.map((expression) => expression.source).join(' and ');
    return {
      ...raw,
      status: 'failed',
      otherwise: changeIn([raw]) ?? 'ok',
      msg: raw.status === 'failed' && raw.msg ? raw.msg : `failed_when: ${because} is true`,
    };
  }
  if (raw.status !== 'failed') return raw;
  const { msg: _msg, hint: _hint, otherwise = 'ok', ...rest } = raw;
  return { ...rest, status: otherwise };
}

/** What failed may lack what its judgement reads: why it failed comes first. */
function unjudged(raw: Raw, fault: Raw): Raw {
  return raw.status === 'failed' && raw.msg
    ? { ...raw, msg: `${raw.msg}; and ${fault.msg}` }
    : { ...fault, result: raw.result };
}

/** True: `until` is satisfied (or there is none and the step did not fail). */
export function satisfied(task: Task, raw: Raw, scope: PlanScope): Evaluated<boolean> {
  if (!task.until) return { kind: 'value', value: raw.status !== 'failed' };
  const inner = withResult(scope, task.register, registered(raw));
  for (const expression of task.until) {
    const verdict = asCondition(evaluateIn(expression, inner), expression);
    if (verdict.kind !== 'value' || !verdict.value) return verdict;
  }
  return { kind: 'value', value: true };
}

/** The last of its attempts was not enough. */
export function exhausted(raw: Raw, attempts: number, task: Task): Raw {
  const what = task.until
    ? `until: ${task.until.map((e) => e.source).join(' and ')} did not come true`
    : (raw.msg ?? '');
  return { ...raw, status: 'failed', msg: `${what} (${attempts} attempts)` };
}

interface Outcome {
  readonly raw: Raw;
  readonly item: Json;
}

/**
 * One outcome for a loop: the worst of its items, with all their results. `cutOf`: how many it has, if it was interrupted
 * between two of them.
 */
export function summarize(items: readonly Outcome[], cutOf: number | null): Raw {
  const raw = summarized(items);
  return cutOf === null || raw.status === 'unreachable' ? raw : cutShort(raw, items.length, cutOf);
}

function summarized(items: readonly Outcome[]): Raw {
  const results = items.map(({ raw, item }) => {
    const stored = registered(raw);
    return { ...(stored.kind === 'value' ? (stored.value as JsonObject) : { unknown: true }), item };
  });
  const statuses = new Set(items.map(({ raw }) => raw.status));
  const worst = (
    ['unreachable', 'failed', 'unknown', 'changed', 'would_change', 'ok', 'skipped'] as const
  ).find((s) => statuses.has(s));
  const status = worst ?? 'skipped';
  const first = items.find(({ raw }) => raw.status === status)?.raw;
  const bad = status === 'failed' || status === 'unreachable';
  const count = items.filter(({ raw }) => raw.status === status).length;
  const change = changeIn(items.map(({ raw }) => raw));
  const msg = bad
    ? `${count} of ${items.length} items ${status}: ${first?.msg ?? ''}`
    : status === 'unknown'
      ? first?.msg
      : undefined;
  const held = status === 'failed' && items.every(({ raw }) => raw.status !== 'failed' || raw.held);
  const base: Raw = {
    status,
    result: { results },
    ...(held ? { held: true } : {}),
    ...(items.some(({ raw }) => raw.performs) ? { performs: true as const } : {}),
    ...(items.some(({ raw }) => raw.cut) ? { cut: true as const } : {}),
    // Items that a run before this one changed, or that were not held back.
    ...((held || status === 'ok') && results.some((one: JsonObject) => one['changed'] === true)
      ? { otherwise: 'changed' }
      : {}),
  };
  if (items.length === 0) return { ...base, msg: 'the loop has no items' };
  return {
    ...base,
    ...(msg === undefined ? {} : { msg }),
    ...(bad && first?.hint ? { hint: first.hint } : {}),
    ...(bad && change ? { otherwise: change } : {}),
    ...(first?.doubt ? { doubt: first.doubt } : {}),
  };
}
