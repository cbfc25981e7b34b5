import { isTrouble } from '../contract/exchange.ts';
import { EVERYTHING } from '../contract/task-type.ts';
import type { Task } from '../language/model.ts';
import type { Catcher } from '../plan/cursor.ts';
import { factsOf } from '../plan/facts.ts';
import { evaluateIn, type PlanScope } from '../plan/scope.ts';
import { tasksOf } from '../plan/tags.ts';
import type { Host } from './host.ts';
import type { Notified } from './notified.ts';
import type { Raw } from './raw.ts';
import type { Run } from './run-context.ts';

/** The real run may take another way from a step of unknown outcome on, until the block around it is left. */
interface Fork {
  readonly within: readonly number[];
  readonly rest: readonly Task[];
  readonly because: string;
  /** Its tasks may have come by before, and come again. */
  readonly again: boolean;
  /** Handlers whose notification does not hang on it. */
  readonly sure: ReadonlySet<Task>;
}

/**
 * A dry run goes on behind a step of unknown outcome as if it succeeded. If it fails in the real run, a `rescue` or an
 * `always` takes over: what these and the rest of the block do, or leave undone, is uncertain for all that comes after.
 */
export class Forks {
  private readonly run: Run;
  private readonly host: Host;
  private readonly notified: Notified;
  private readonly scope: (task: Task) => PlanScope;
  /** The tasks that were passed, and whether they would leave the host as it is. */
  private readonly done = new Map<Task, boolean>();
  private open: readonly Fork[] = [];

  constructor(run: Run, host: Host, notified: Notified, scope: (task: Task) => PlanScope) {
    this.run = run;
    this.host = host;
    this.notified = notified;
    this.scope = scope;
  }

  /** `catchers`: what a failure of it would lead to; `again`: it is gone through more than once. */
  passed(task: Task, raw: Raw, catchers: readonly Catcher[], again: boolean): void {
    const wasDone = new Set(this.done.keys());
    this.done.set(task, raw.status === 'ok' || raw.status === 'skipped');
    if (raw.status !== 'unknown' || !this.run.check) return;
    const name = task.name ?? task.type.name;
    const because = `it is not known whether "${name}" fails, and so what runs behind it`;
    const forks = catchers.map(({ within, rest }): Fork => {
      const tasks = [...tasksOf(rest)].filter((one) => one !== task && (again || !wasDone.has(one)));
      return { within, rest: tasks, because, again, sure: this.notified.sure() };
    });
    this.open = [...this.open, ...forks];
  }

  /** The host stands at this position now. */
  async leave(position: readonly number[]): Promise<void> {
    if (this.open.length === 0) return;
    const left = this.open.filter(({ within }) => !within.every((part, i) => part === position[i]));
    this.open = this.open.filter((fork) => !left.includes(fork));
    for (const { rest, because, again, sure } of left) {
      this.notified.doubt(sure);
      await this.perhaps(rest, because, again ? [] : rest.filter((task) => this.done.get(task)));
    }
  }

  /** These tasks may have run, or not; the `idle` ones would change nothing. */
  async perhaps(tasks: Iterable<Task>, because: string, idle: readonly Task[] = []): Promise<void> {
    const all = [...tasks];
    for (const task of all) {
      for (const name of [...factsOf(task).keys(), ...(task.register ? [task.register] : [])]) {
        this.host.memory.set(name, { kind: 'unknown', because });
      }
      this.notify(task);
    }
    if (!this.run.check) return;
    const areas = all
      .filter((task) => !idle.includes(task) && !task.checkMode)
      .flatMap(({ type }) =>
        type.kind === 'state' || type.kind === 'action' ? (type.mayAlter?.(null) ?? EVERYTHING) : [],
      );
    const elsewhere = all.some((task) => task.delegateTo !== null);
    const { lines } = this.run;
    const machines = elsewhere ? await lines.machines() : [await lines.machine(this.host.name)];
    for (const machine of machines)
      if (!isTrouble(machine)) machine.overlay.cloud([...new Set(areas)], because);
  }

  private notify(task: Task): void {
    for (const template of task.notify) {
      const name = evaluateIn(template, this.scope(task));
      for (const one of name.kind === 'value' ? [name.value].flat() : []) {
        this.notified.notify(String(one), 'unknown', task);
      }
    }
  }
}
