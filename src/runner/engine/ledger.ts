import { isTrouble } from '../contract/exchange.ts';
import { findHost } from '../language/inventory.ts';
import type { Play, Task } from '../language/model.ts';
import type { Coming } from '../plan/ahead.ts';
import { evaluateIn, type PlanScope } from '../plan/scope.ts';
import { Debts } from './debts.ts';
import type { Dialogue } from './dialogue.ts';
import type { Host } from './host.ts';
import type { Machine } from './machine.ts';
import { debtName, type Notified } from './notified.ts';
import type { Run } from './run-context.ts';

/** What one host owes to the handlers of one play: read when the play begins there, written along with its changes. */
export class Ledger {
  private readonly run: Run;
  private readonly host: Host;
  private readonly notified: Notified;
  private debts: Debts | null = null;
  /** Handlers that failed: still owed. */
  private readonly unpaid = new Set<string>();

  constructor(run: Run, host: Host, notified: Notified) {
    this.run = run;
    this.host = host;
    this.notified = notified;
  }

  /**
   * Ask what an earlier run of the play left unpaid; the coming questions ride along. True: handlers are notified by
   * it, to be run before anything else. A dry run only tells of them.
   */
  async open(
    play: Play,
    machine: Machine,
    dialogue: Dialogue,
    coming: () => Iterable<Coming>,
  ): Promise<boolean> {
    const place = this.run.debtPlaces.get(play);
    if (!place) return false;
    const { inventory } = this.run.context;
    this.debts = new Debts(
      machine,
      this.run.changesAs(this.host.name),
      place,
      (name) => findHost(inventory, name) !== undefined,
      (why) => this.note('warning', `what is owed to handlers can't be kept: ${why}`),
    );
    const { identity, fragment } = this.debts.question;
    const answer = await dialogue.opening(identity, fragment, coming);
    if (isTrouble(answer)) return false;
    const owed = this.debts.read(answer);
    this.run.journal?.owes(this.host.name, play, owed);
    if (this.run.check && owed.length > 0) {
      this.note('info', `owed by an earlier run, and paid first by the next: ${owed.join(', ')}`);
    }
    return !this.run.check && owed.length > 0 && (await this.take(owed));
  }

  /** A change is about to be said: whom it may notify must be written down first. */
  intend(task: Task, scope: PlanScope): void {
    if (!this.debts || task.notify.length === 0) return;
    const names = task.notify.flatMap((template) => {
      const name = evaluateIn(template, scope);
      return name.kind === 'value' ? [name.value].flat().map(String) : [];
    });
    this.debts.intend([...new Set(names.flatMap((name) => this.notified.meant(name, task)).map(debtName))]);
  }

  /** The handler failed: the next run owes it. */
  fail(handler: Task): void {
    this.unpaid.add(debtName(handler));
  }

  /** The host is through the play: who of an earlier run's handlers had nothing to read is still owed. */
  tellUnpaid(): void {
    for (const name of this.notified.owedNames())
      this.note('warning', `the handler "${name}" is still owed: nothing gave what it reads`);
  }

  /** What is owed now becomes what the host knows; where another run holds it, it is that run's to say. */
  settle(): void {
    if (!this.run.check && this.run.leases.refused.size === 0)
      this.debts?.settle([...new Set([...this.notified.names(), ...this.unpaid])]);
  }

  private async take(owed: readonly string[]): Promise<boolean> {
    for (const name of owed) {
      if (!this.notified.owe(name))
        this.note('warning', `the handler "${name}" was owed, but the play has it no more`);
    }
    if (this.notified.size === 0 && (await this.run.leases.mayChange(this.host.name))) this.settle();
    return this.notified.size > 0;
  }

  private note(level: 'info' | 'warning', msg: string): void {
    this.run.emit({ event: 'note', level, host: this.host.name, msg });
  }
}
