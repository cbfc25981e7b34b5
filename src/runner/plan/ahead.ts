import type { Json, JsonObject } from '../contract/json.ts';
import type { LocalType } from '../contract/task-type.ts';
import type { Block, Evaluated, Include, Task } from '../language/model.ts';
import { type HostContext, scopeOf } from './context.ts';
import type { Cursor, Leaf, Round } from './cursor.ts';
import { factsOf } from './facts.ts';
import { conditions, type HostWork, prepare, type Question } from './prepare.ts';
import { type Item, itemsOf, rounds } from './rounds.ts';
import type { Memory } from './scope.ts';
import { apart, takenRounds } from './taken.ts';

/** A question worth asking now for a step still to come. */
export interface Coming {
  readonly task: Task;
  /** Loop variables of the blocks around, and of the item (null: no loop). */
  readonly around: readonly Round[];
  readonly item: Round | null;
  readonly work: HostWork;
  readonly question: Question;
  /** Its condition is known to hold. */
  readonly sure: boolean;
  /** Between the step in hand and this one stand only such steps and ones that are known to do nothing. */
  readonly straight: boolean;
}

/** Where looking ahead begins: behind the item in hand. */
export interface From {
  readonly cursor: Cursor;
  /** Items of the task at `cursor` that are still to come; null: look from the place after it. */
  readonly rest: readonly Item[] | null;
  readonly memory: Memory;
  /** Names that the step in hand will write. */
  readonly pending: readonly string[];
  /** Begin with the place itself: nothing is in hand yet. */
  readonly here?: true;
}

/**
 * The questions of the coming steps, in order, as long as they are certain to be the right ones if all goes well. It
 * ends where a parameter reads something still to come, at a step on another host, at a probe that is dear or
 * time-bound, and behind an action that is certain to run. A condition that is not known yet does not end it: a
 * probe is harmless; only the user's own guards wait until their condition is known to be true.
 */
export function* ahead(context: HostContext, from: From): Generator<Coming> {
  const walk = new Walk(context, from);
  let cursor = from.cursor;
  if (from.rest) {
    const leaf = cursor.leaf();
    if (leaf?.kind !== 'task' || (from.rest.length > 0 && walk.isPaced(leaf.task))) return;
    if (!(yield* walk.items(leaf.task, from.rest, cursor.rounds()))) return;
    walk.ran(leaf.task);
  }
  const { flushes } = from.cursor;
  if (!from.here) {
    walk.passed(cursor.leaf());
    cursor = cursor.next();
  }
  for (;;) {
    // What the step in hand notifies would run there first.
    if (cursor.flushes !== flushes) walk.straight = false;
    const leaf = cursor.leaf();
    if (!leaf) return;
    if (leaf.kind === 'task') {
      if (leaf.task.runOnce || !(yield* walk.task(leaf.task, cursor.rounds()))) return;
      walk.passed(leaf);
      cursor = cursor.next();
    } else if (leaf.kind === 'enter') {
      const inside = walk.enter(leaf.node, cursor);
      if (!inside) return;
      cursor = inside;
    } else if (leaf.kind === 'flush') {
      const go = conditions(leaf.flush.when, walk.scope(leaf.flush, cursor.rounds()));
      if (go.kind !== 'value') return;
      cursor = go.value ? cursor.flush() : cursor.next();
    } else if (leaf.meta.action === 'noop') cursor = cursor.next();
    else return;
  }
}

class Walk {
  private readonly context: HostContext;
  private readonly memory: Map<string, Evaluated>;
  private readonly pending = new Map<string, string>();
  straight = true;

  constructor(context: HostContext, from: From) {
    this.context = context;
    this.memory = new Map(from.memory);
    for (const name of from.pending) this.pending.set(name, 'a step still to come sets it');
  }

  scope(node: Parameters<typeof scopeOf>[1], around: readonly Round[]) {
    return scopeOf(this.context, node, this.memory, around, this.pending);
  }

  /** False: nothing behind this task can be known yet. */
  *task(task: Task, around: readonly Round[]): Generator<Coming, boolean> {
    if (!task.loop) {
      const goOn = yield* this.unit(task, around, null);
      this.ran(task);
      return goOn;
    }
    const scope = this.scope(task, around);
    const whole = conditions(apart(task.when, task.loop).once, scope);
    const items: Evaluated<readonly Json[]> =
      whole.kind === 'value' && !whole.value ? { kind: 'value', value: [] } : itemsOf(task.loop, scope);
    if (items.kind !== 'value') return false;
    const goOn = yield* this.items(task, rounds(task.loop, items.value), around);
    this.ran(task);
    return goOn;
  }

  *items(task: Task, items: readonly Item[], around: readonly Round[]): Generator<Coming, boolean> {
    for (const [index, item] of items.entries()) {
      if (index > 0 && this.isPaced(task)) return false;
      if (!(yield* this.unit(task, around, item.round))) return false;
    }
    return true;
  }

  enter(node: Block | Include, cursor: Cursor): Cursor | null {
    const around = cursor.rounds();
    // Each of a block's tasks has its condition; where it is known, none of them need be looked at.
    const block = node.kind === 'block' ? conditions(node.when, this.scope(node, around)) : null;
    if (block && block.kind !== 'value') return null;
    if (block && !block.value) return cursor.next();
    const taken = takenRounds(node, (own) => this.scope(node, own ? [...around, own] : around));
    if (taken.kind !== 'value') return null;
    return taken.no ? cursor.next() : cursor.enter(taken.value);
  }

  /** What a handler notifies runs before whatever comes behind the handlers that wait now. */
  passed(leaf: Leaf | null): void {
    if (leaf?.kind === 'task' && leaf.handler) this.straight = false;
  }

  /** What the task will register and set is not known before it has run. */
  ran(task: Task): void {
    const later = `${task.name ?? task.type.name} has not run yet`;
    if (task.register) this.pending.set(task.register, later);
    if (task.type.kind !== 'local') for (const name of factsOf(task).keys()) this.pending.set(name, later);
  }

  private *unit(task: Task, around: readonly Round[], item: Round | null): Generator<Coming, boolean> {
    const scope = this.scope(task, item ? [...around, item] : around);
    const when = conditions(task.when, scope);
    if (when.kind === 'fault') return false;
    if (when.kind === 'value' && !when.value) return true;
    const sure = when.kind === 'value';
    const work = prepare(task, this.context.host.name, scope, this.context);
    if (work.kind === 'refused') {
      this.straight = false;
      return !sure;
    }
    if (task.type.kind === 'local' && !this.isDry(task) && mayPause(task.type, work)) return false;
    if (work.kind === 'unknown' && task.type.kind === 'local') return this.localLater(task);
    if (work.kind === 'unknown' || work.kind === 'fault') return false;
    if (work.kind === 'local') return sure && this.local(task, work.type.evaluate(work.params));
    if (work.on !== this.context.host.name) return false;
    if (work.type.kind !== 'action' && work.type.ask === 'due') return false;
    const { question } = work;
    if (question && !(question.users && !sure)) {
      yield { task, around, item, work, question, sure, straight: this.straight };
    } else this.straight = false;
    return question !== null || !sure || this.isDry(task);
  }

  /** Its items are to be apart in time. (A state that is as declared needs no pause, and may be asked for.) */
  isPaced(task: Task): boolean {
    return !!task.loop?.pause && task.type.kind !== 'state' && !this.isDry(task);
  }

  private isDry(task: Task): boolean {
    return task.checkMode ?? this.context.run.check;
  }

  /** A local step whose values are still to come changes nothing on the host: go on, without what it will set. */
  private localLater(task: Task): boolean {
    for (const name of factsOf(task).keys()) this.pending.set(name, `${name} is still to be set`);
    this.straight = false;
    return true;
  }

  private local(task: Task, verdict: { failed?: string; result: JsonObject; facts?: JsonObject }): boolean {
    if (verdict.failed !== undefined || task.failedWhen || task.changedWhen) return false;
    for (const [name, value] of Object.entries(verdict.facts ?? {})) {
      this.pending.delete(name);
      this.memory.set(name, { kind: 'value', value });
    }
    return true;
  }
}

/** Behind a pause the host may be another one: nothing is asked, and nothing changed, ahead of it. */
function mayPause({ pause }: LocalType, work: ReturnType<typeof prepare>): boolean {
  if (!pause) return false;
  return work.kind !== 'local' || pause(work.params) !== null;
}
