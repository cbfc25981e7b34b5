import { formatPosition } from '../contract/diagnostic.ts';
import type { Status } from '../contract/outcome.ts';
import type { Block, Include, Meta, Task } from '../language/model.ts';
import type { HostContext } from '../plan/context.ts';
import { factsOf } from '../plan/facts.ts';
import { evaluateIn, type PlanScope } from '../plan/scope.ts';
import type { Host } from './host.ts';
import { registered } from './judge.ts';
import type { Certainty, Notified } from './notified.ts';
import { outcomeEvent, titleOf } from './outcome-event.ts';
import type { Raw } from './raw.ts';
import type { Run } from './run-context.ts';

/** An outcome, and what became of it. */
export interface Entered {
  readonly raw: Raw;
  readonly status: Status;
  readonly rescued: boolean;
  readonly handler: boolean;
  /** A handler that an earlier run owed. */
  readonly debt: boolean;
  /** `performance.now()` when it began. */
  readonly started: number;
  readonly scope: PlanScope;
}

/** What is written down of one host's way through a play: told, counted, remembered, notified. */
export class Books {
  private readonly run: Run;
  private readonly host: Host;
  private readonly context: HostContext;
  private readonly notified: Notified;

  constructor(run: Run, host: Host, context: HostContext, notified: Notified) {
    this.run = run;
    this.host = host;
    this.context = context;
    this.notified = notified;
  }

  /** A task came to its end on this host. */
  enter(task: Task, entered: Entered): void {
    if (task.quiet && entered.status === 'ok') {
      this.inherit(task, entered.raw);
      return;
    }
    const { run, host, context } = this;
    const title = titleOf(task, entered.scope);
    run.emit(outcomeEvent({ run, host: host.name, context, task, title, ...entered }));
    host.tally.add(entered.status, entered.rescued, entered.raw.otherwise === 'changed');
    this.inherit(task, entered.raw);
    if (entered.raw.status === 'failed') this.rememberFailure(task, entered.raw);
  }

  /** The outcome of a `run_once` task, on a host that did not run it. */
  inherit(task: Task, raw: Raw): void {
    const { memory } = this.host;
    for (const [name, value] of Object.entries(raw.facts ?? {})) memory.set(name, { kind: 'value', value });
    if (raw.status === 'unknown') for (const name of factsOf(task).keys()) memory.set(name, registered(raw));
    // A skipped task leaves what was registered before.
    if (task.register && !(raw.status === 'skipped' && memory.has(task.register))) {
      memory.set(task.register, registered(raw));
    }
  }

  /** A looped block, or an include, was entered or passed over. */
  enterNode(node: Block | Include | Meta, raw: Raw, rescued: boolean, started: number, times = 1): void {
    const type = node.kind === 'include' ? node.type : node.kind;
    this.run.emit({
      event: 'task',
      host: this.host.name,
      play: this.context.play.name,
      task: node.name ?? (node.kind === 'meta' ? `meta: ${node.action}` : type),
      type,
      status: raw.status,
      ...(raw.status === 'unknown' ? { unknown: raw.doubt ?? ('depends' as const) } : {}),
      at: formatPosition(node.at),
      ...(raw.msg === undefined ? {} : { msg: raw.msg }),
      ms: Math.round(performance.now() - started),
      ...(rescued ? { rescued: true as const } : {}),
    });
    // As Ansible counts: the including of tasks is a task, each time; the including of a role is not.
    if (type === 'include_role' && raw.status === 'ok') return;
    for (let time = 0; time < times; time++) this.host.tally.add(raw.status, rescued);
  }

  /** Notify the handlers of a task that changed something, or may have. */
  notify(task: Task, raw: Raw, scope: PlanScope): void {
    const changes = raw.status === 'changed' || raw.status === 'would_change';
    const maybe = raw.status === 'unknown' && raw.otherwise !== 'ok';
    if (!changes && !maybe) return;
    const unsure = maybe || (raw.performs && raw.remembered?.kind === 'unknown');
    for (const template of task.notify) {
      const name = evaluateIn(template, scope);
      const names = name.kind === 'value' ? [name.value].flat() : [];
      for (const one of names) this.notifyOne(task, String(one), unsure ? 'unknown' : 'sure');
    }
  }

  private notifyOne(task: Task, name: string, certainty: Certainty): void {
    if (this.notified.notify(name, certainty, task)) return;
    const msg = `${titleOf(task, null)} notifies "${name}", but no handler of this play has that name`;
    this.run.emit({ event: 'note', level: 'warning', host: this.host.name, msg });
  }

  private rememberFailure(task: Task, raw: Raw): void {
    const { memory } = this.host;
    const value = { name: titleOf(task, null), action: task.type.name };
    memory.set('ansible_failed_task', { kind: 'value', value });
    memory.set('ansible_failed_result', registered(raw));
  }
}
