import type { Diagnostic } from '../contract/diagnostic.ts';
import type { Identity } from '../contract/exchange.ts';
import { isObject, type Json, type JsonObject } from '../contract/json.ts';
import type { ParamsSchema } from '../contract/schema.ts';
import type { Script } from '../contract/script.ts';
import {
  type ActionType,
  isRefusal,
  type LocalType,
  type QueryType,
  type Refusal,
  type StateType,
} from '../contract/task-type.ts';
import { asCondition } from '../language/expression.ts';
import { findHost } from '../language/inventory.ts';
import type { Evaluated, Expression, Task, Template } from '../language/model.ts';
import { validateParams } from '../language/params.ts';
import { type HostContext, hostScope, type RunContext } from './context.ts';
import { evaluateIn, type PlanScope } from './scope.ts';
import { localFor } from './sources.ts';

/** A task made definite for one host and one loop item: everything that can be said to the host is known. */
export type Work = HostWork | LocalWork;

/** The same, but for what to ask. */
export type Settled = Omit<HostWork, 'question'> | LocalWork;

export interface HostWork {
  readonly kind: 'host';
  readonly type: StateType | QueryType | ActionType;
  readonly desired: unknown;
  /** What to ask before deciding; null: an action without a guard. */
  readonly question: Question | null;
  readonly identity: Identity;
  /** The inventory host whose machine it happens on. */
  readonly on: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly params: JsonObject;
  /** Values of parameters that are declared secret. */
  readonly secrets: readonly Json[];
}

export interface Question {
  readonly script: Script;
  /** Holds the user's own code: asked only when the task is known to run. */
  readonly users: boolean;
}

export interface LocalWork {
  readonly kind: 'local';
  readonly type: LocalType;
  readonly params: JsonObject;
}

/** Why there is no work to do. */
export type NoWork =
  | { readonly kind: 'unknown'; readonly because: string }
  | { readonly kind: 'fault'; readonly diagnostic: Diagnostic }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** Do all conditions hold? A definite no wins over what is not known. */
export function conditions(
  all: readonly Expression[],
  scope: PlanScope,
): Evaluated<boolean> & { readonly by?: Expression } {
  let unknown: Evaluated<boolean> | null = null;
  for (const expression of all) {
    const verdict = asCondition(evaluateIn(expression, scope), expression);
    if (verdict.kind === 'fault') return unknown ?? verdict;
    if (verdict.kind === 'unknown') unknown ??= verdict;
    else if (!verdict.value) return { kind: 'value', value: false, by: expression };
  }
  return unknown ?? { kind: 'value', value: true };
}

export function prepare(
  task: Task,
  host: string,
  scope: PlanScope,
  context: Pick<HostContext, 'run' | 'play'>,
): Work | NoWork {
  const work = settle(task, host, scope, context);
  return work.kind === 'host' ? { ...work, question: questionOf(work.type, work.desired) } : work;
}

/** As `prepare`, for who only wants to know whether the task can be done. */
export function settle(
  task: Task,
  host: string,
  scope: PlanScope,
  { run, play }: Pick<HostContext, 'run' | 'play'>,
): Settled | NoWork {
  const rendered = evaluateIn(task.params, scope);
  if (rendered.kind !== 'value') return rendered;
  const valid = validateParams(task.type, rendered.value, task.params);
  if ('diagnostics' in valid) return { kind: 'fault', diagnostic: valid.diagnostics[0]! };
  const on = delegate(task, host, scope);
  if (on.kind === 'fault') return on;
  if (task.type.kind === 'local') return { kind: 'local', type: task.type, params: valid.value };
  const { local, trouble } = localFor(task, scope, run.sources, play.dir);
  const desired: unknown = task.type.desire(valid.value, local);
  const obstacle = trouble();
  if (obstacle) return obstacle;
  if (isRefusal(desired)) return { kind: 'refused', refusal: desired };
  if (on.kind !== 'value') return on;
  const there = on.value === host ? scope : delegateScope(on.value, run);
  const identity = identityOf(task, scope, there, run);
  if (identity.kind !== 'value') return identity;
  const environment = environmentOf(task, scope);
  if (environment.kind !== 'value') return environment;
  return {
    kind: 'host',
    type: task.type,
    desired,
    identity: identity.value,
    on: on.value,
    environment: environment.value,
    params: valid.value,
    secrets: secretsOf(task.type.schema, valid.value),
  };
}

function questionOf(type: StateType | QueryType | ActionType, desired: unknown): Question | null {
  if (type.kind === 'action') return type.guard?.(desired) ?? null;
  return { script: type.probe(desired), users: false };
}

function delegate(task: Task, host: string, scope: PlanScope): Evaluated<string> {
  if (!task.delegateTo) return { kind: 'value', value: host };
  const to = evaluateIn(task.delegateTo, scope);
  if (to.kind !== 'value') return to;
  if (typeof to.value === 'string' && to.value !== '') return { kind: 'value', value: to.value };
  return wrong(task.delegateTo, 'delegate_to must name a host');
}

/** The machine that a task happens on says who is who there, also for a delegated task. */
function delegateScope(on: string, run: RunContext): PlanScope {
  const host = findHost(run.inventory, on);
  return host ? hostScope(run, host) : EMPTY;
}

const EMPTY: PlanScope = { get: () => undefined, names: () => [], at: () => EMPTY };

/** The task's own word, else the inventory's, else the command line's. */
function identityOf(task: Task, scope: PlanScope, there: PlanScope, run: RunContext): Evaluated<Identity> {
  const active =
    ownValue(task.become.active, scope) ?? there.get('ansible_become') ?? constant(run.become.active);
  if (active.kind !== 'value') return active;
  if (typeof active.value !== 'boolean')
    return wrong(templateOf(task.become.active) ?? task.params, 'become must be true or false');
  if (!active.value) return { kind: 'value', value: { kind: 'login' } };
  const user =
    ownValue(task.become.user, scope) ??
    there.get('ansible_become_user') ??
    constant(run.become.user ?? 'root');
  if (user.kind !== 'value') return user;
  if (typeof user.value !== 'string' || !/^[A-Za-z0-9_][A-Za-z0-9_.-]*\$?$/.test(user.value)) {
    return wrong(
      task.become.user ?? task.params,
      `become_user must name a user, not ${JSON.stringify(user.value)}`,
    );
  }
  return { kind: 'value', value: { kind: 'become', method: 'sudo', user: user.value } };
}

function environmentOf(task: Task, scope: PlanScope): Evaluated<Record<string, string>> {
  const merged: Record<string, string> = {};
  for (const template of task.environment) {
    const value = evaluateIn(template, scope);
    if (value.kind !== 'value') return value;
    if (!isObject(value.value)) return wrong(template, 'environment must be a map of names and values');
    for (const [name, text] of Object.entries(value.value)) {
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
        return wrong(template, `${name} can't be the name of a variable`);
      merged[name] = typeof text === 'string' ? text : JSON.stringify(text);
    }
  }
  return { kind: 'value', value: merged };
}

function secretsOf(schema: ParamsSchema, params: JsonObject): Json[] {
  return Object.entries(schema.properties).flatMap(([name, property]) => {
    const value = params[name];
    return property.secret && value !== undefined ? [value] : [];
  });
}

function ownValue(value: Template | boolean | null, scope: PlanScope): Evaluated | undefined {
  if (value === null) return undefined;
  return typeof value === 'boolean' ? constant(value) : evaluateIn(value, scope);
}

function templateOf(value: Template | boolean | null): Template | null {
  return typeof value === 'boolean' ? null : value;
}

function constant(value: Json): Evaluated {
  return { kind: 'value', value };
}

function wrong(template: Template, message: string): { kind: 'fault'; diagnostic: Diagnostic } {
  return { kind: 'fault', diagnostic: { code: 'wrong-value', at: template.at, message } };
}
