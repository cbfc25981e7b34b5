import { formatPosition } from '../contract/diagnostic.ts';
import type { TaskEvent } from '../contract/event.ts';
import type { Json } from '../contract/json.ts';
import type { Status } from '../contract/outcome.ts';
import type { Task } from '../language/model.ts';
import type { HostContext } from '../plan/context.ts';
import { evaluateIn, type PlanScope } from '../plan/scope.ts';
import { registered } from './judge.ts';
import type { Raw } from './raw.ts';
import type { Run } from './run-context.ts';

interface Occasion {
  readonly run: Run;
  readonly host: string;
  readonly context: HostContext;
  readonly task: Task;
  /** See `titleOf`. */
  readonly title: string;
  readonly raw: Raw;
  readonly handler: boolean;
  /** `performance.now()` when it began. */
  readonly started: number;
}

/** The task's name as a person reads it, its variables filled in where they are known. */
export function titleOf(task: Task, scope: PlanScope | null): string {
  if (task.title && scope) {
    const title = evaluateIn(task.title, scope);
    if (title.kind === 'value') return String(title.value);
  }
  return task.name ?? task.type.name;
}

/** What is told of a task. */
export function outcomeEvent(
  occasion: Occasion & { readonly status: Status; readonly rescued: boolean; readonly debt: boolean },
): TaskEvent {
  const { task, raw, status, rescued } = occasion;
  const results = task.loop ? raw.result['results'] : undefined;
  return {
    ...base(occasion, status),
    ...(Array.isArray(results) ? { items: results.length } : {}),
    ...(rescued ? { rescued: true as const } : {}),
    ...(occasion.debt ? { debt: true as const } : {}),
  };
}

/** What is told of one item of a loop. */
export function itemEvent(occasion: Occasion & { readonly label: Json }): TaskEvent {
  const { task, raw, label } = occasion;
  return { ...base(occasion, raw.status), item: task.noLog ? '(hidden: no_log)' : label };
}

function base({ host, context, task, title, raw, handler, started }: Occasion, status: Status): TaskEvent {
  const common = {
    event: 'task' as const,
    host,
    play: context.play.name,
    task: title,
    type: task.type.name,
    status,
    ...(status === 'unknown' ? { unknown: raw.doubt ?? ('depends' as const) } : {}),
    at: formatPosition(task.at),
    ms: Math.round(performance.now() - started),
    ...(handler ? { handler: true as const } : {}),
    ...(raw.on === undefined ? {} : { delegated_to: raw.on }),
  };
  if (task.noLog) {
    const hidden =
      raw.msg === undefined && raw.delta === undefined ? {} : { msg: 'the output is hidden by no_log' };
    return { ...common, ...hidden };
  }
  const stored = registered(raw);
  return {
    ...common,
    ...(raw.delta ? { delta: raw.delta } : {}),
    ...(raw.msg === undefined ? {} : { msg: raw.msg }),
    ...(raw.hint === undefined ? {} : { hint: raw.hint }),
    ...(stored.kind === 'value' ? { result: stored.value as TaskEvent['result'] & object } : {}),
  };
}
