import { isTrouble } from '../contract/exchange.ts';
import type { Block, Expression, Flush, Include, Meta, Task } from '../language/model.ts';
import { ahead } from '../plan/ahead.ts';
import { awaits } from '../plan/awaits.ts';
import { type HostContext, scopeOf } from '../plan/context.ts';
import { Cursor, type Leaf, type Round } from '../plan/cursor.ts';
import { conditions } from '../plan/prepare.ts';
import type { Item } from '../plan/rounds.ts';
import { tasksOf } from '../plan/tags.ts';
import type { Batch } from './batch.ts';
import { Books } from './books.ts';
import { Dialogue } from './dialogue.ts';
import { entryOf } from './entry.ts';
import { Forks } from './forks.ts';
import type { Host } from './host.ts';
import { Ledger } from './ledger.ts';
import { Notified } from './notified.ts';
import { Once } from './once.ts';
import { titleOf } from './outcome-event.ts';
import { definite, type Raw, troubled } from './raw.ts';
import type { Run } from './run-context.ts';
import { Talk } from './talk.ts';
import { TaskRun } from './task-run.ts';
import type { Unit } from './unit.ts';
import { verdictOf } from './verdict.ts';

/** One host's way through one play, from its first task to its last. Never throws for what a host does. */
export class Way {
  private readonly run: Run;
  private readonly batch: Batch;
  private readonly host: Host;
  private readonly notified: Notified;
  private readonly context: HostContext;
  private readonly books: Books;
  private readonly ledger: Ledger;
  private readonly forks: Forks;
  private cursor: Cursor;
  private readonly talk: Talk;
  /** A handler failed: those behind it are left to the next run. */
  private isFlushBroken = false;

  constructor(
    run: Run,
    batch: Batch,
    host: Host,
    allHosts: readonly string[],
    playHosts: () => readonly string[],
  ) {
    this.run = run;
    this.batch = batch;
    this.host = host;
    this.notified = new Notified(batch.play.handlers);
    this.cursor = Cursor.start(batch.play, (handler) => this.isDue(handler));
    this.context = {
      run: run.context,
      play: batch.play,
      host: host.inventory,
      allHosts,
      playHosts,
      batchHosts: () => batch.hosts.filter((one) => one.live).map((one) => one.name),
      memoryOf: (name) => run.hosts.get(name)?.memory ?? new Map(),
    };
    this.books = new Books(run, host, this.context, this.notified);
    this.ledger = new Ledger(run, host, this.notified);
    this.talk = new Talk(
      run,
      host,
      (task) => this.ledger.intend(task, this.scope(task)),
      ({ task, around, item, work }, delta) => {
        if (run.past && !run.past.isOver(host.name)) return false;
        const unit = { ...this.unit(task, false), around, item };
        return run.gate?.foresees(unit, { delta, params: work.params }) ?? true;
      },
    );
    this.forks = new Forks(run, host, this.notified, (task) => this.scope(task));
  }

  async go(): Promise<void> {
    await this.payDebts();
    if (this.host.live) await this.follow();
    if (this.mustFlush()) {
      this.cursor = Cursor.flushOnly(this.batch.play, (handler) => this.isDue(handler), 'after');
      await this.follow();
    }
    if (this.host.live) this.ledger.tellUnpaid();
    this.batch.lockstep?.leave(this.host.name);
    if (this.host.state !== 'unreachable' && !this.run.check) await this.talk.machine?.runErrands();
  }

  /** What is owed since an earlier run waits for what it reads of this one: results, facts. */
  private isDue(handler: Task): boolean {
    if (!this.notified.isOwed(handler)) return this.notified.has(handler);
    return !awaits(handler, this.scope(handler), this.batch.given);
  }

  /** What an earlier run of this play left unpaid on the host is run before anything else. */
  private async payDebts(): Promise<void> {
    const { play } = this.batch;
    if (play.handlers.length === 0) return;
    const dialogue = await this.talk.open();
    const { machine } = this.talk;
    if (!(dialogue instanceof Dialogue) || !machine) return;
    const from = {
      cursor: this.cursor,
      rest: null,
      memory: this.host.memory,
      pending: [],
      here: true,
    } as const;
    if (!(await this.ledger.open(play, machine, dialogue, () => ahead(this.context, from)))) return;
    const start = this.cursor;
    this.cursor = Cursor.flushOnly(play, (handler) => this.isDue(handler), 'before');
    await this.follow();
    this.cursor = start;
    this.settleDebts();
  }

  /** Not before all outcomes are told: those of changes said ahead of their turn may still notify. */
  private settleDebts(): void {
    if (!this.talk.owesOutcomes) this.ledger.settle();
  }

  private async follow(): Promise<void> {
    await this.walk();
    // A failure that waited for an always counts, whatever ended the way there.
    if (this.cursor.hasFailed() && this.host.live) this.giveUp();
  }

  private async walk(): Promise<void> {
    for (let leaf = this.cursor.leaf(); leaf; leaf = this.cursor.leaf()) {
      await this.forks.leave(this.cursor.position());
      await this.batch.lockstep?.arrive(this.host.name, this.cursor.position());
      if (this.mustStop()) return;
      if (!(await this.take(leaf))) return;
    }
    await this.forks.leave([]);
  }

  /** What was done ahead of its turn is told before anything stops. */
  private mustStop(): boolean {
    if (this.talk.owesOutcomes) return false;
    if (this.run.interrupt.stop) this.host.state = 'interrupted';
    return this.run.interrupt.stop || this.isOver() || this.run.leases.refused.size > 0;
  }

  /** Where another's failure ends the play for all, a `rescue`, an `always` and forced handlers are brought to their end. */
  private isOver(): boolean {
    const { over } = this.batch;
    if (over === null || this.cursor.stage === 'after') return false;
    if (over === 'fatal' && this.cursor.mends()) return false;
    this.host.isCutShort ||= over === 'fatal';
    return true;
  }

  /** `force_handlers`: what was notified runs although a failure ended the play, be it of another host. */
  private mustFlush(): boolean {
    const isForced = this.batch.play.forceHandlers || this.run.forceHandlers;
    return isForced && !this.isFlushBroken && (this.host.state === 'failed' || this.host.isCutShort);
  }

  /** Owed handlers of an earlier run are being paid, and are told as such. */
  private get isPaying(): boolean {
    return this.cursor.stage === 'before';
  }

  /** False: this host's way ends here. */
  private take(leaf: Leaf): Promise<boolean> | boolean {
    if (leaf.kind === 'task') return this.task(leaf.task, leaf.handler);
    if (leaf.kind === 'meta') return this.meta(leaf.meta);
    if (leaf.kind === 'flush') return this.flush(leaf.flush);
    return this.enter(leaf.node);
  }

  private async task(task: Task, handler: boolean): Promise<boolean> {
    const started = performance.now();
    const once = task.runOnce ? new Once(this.run, this.batch, task, handler, this.cursor.position()) : null;
    const shared = await once?.ofAnother(this.host.name);
    if (shared) {
      if (handler) this.notified.take(task);
      return this.inherit(task, shared);
    }
    const debt = this.isPaying || (handler && this.notified.isOwed(task));
    const raw = await this.perform(task, handler, debt);
    if (this.run.leases.refused.size > 0) return false;
    await once?.keep(raw, this.host.name);
    return this.conclude(task, raw, handler, debt, started);
  }

  private async perform(task: Task, handler: boolean, debt: boolean): Promise<Raw> {
    const certainty = handler ? this.notified.take(task) : 'sure';
    const taskRun = new TaskRun({
      run: this.run,
      host: this.host,
      context: this.context,
      task,
      title: titleOf(task, task.title && this.scope(task)),
      handler,
      debt,
      around: this.cursor.rounds(),
      certain: handler && certainty === 'sure',
      doubt: certainty === 'unknown' ? 'whether it is notified is not known' : null,
      mayChain: this.batch.lockstep === null && !this.isPaying,
      asked: {
        questions: this.batch.asked,
        place: `${task.id}/${this.cursor.position().join('.')}`,
      },
      forget: () => this.talk.forget(),
      owesOutcomes: () => this.talk.owesOutcomes,
      beforeApply: () => this.ledger.intend(task, this.scope(task)),
      dialogue: () => this.talk.open(),
      // Called only when something is about to be said: a fresh walk from where this host stands now.
      lookAhead: (rest: readonly Item[] | null, pending: readonly string[]) =>
        ahead(this.context, { cursor: this.cursor, rest, memory: this.host.memory, pending }),
    });
    return taskRun.run();
  }

  private inherit(task: Task, raw: Raw): boolean {
    this.books.inherit(task, raw);
    if (raw.held) return this.hold();
    const failed = raw.status === 'failed' && !this.ignores(task);
    return failed || (raw.status === 'unreachable' && !task.ignoreUnreachable) ? this.fail() : this.goOn();
  }

  private conclude(task: Task, came: Raw, handler: boolean, debt: boolean, started: number): boolean {
    const ignoresErrors = this.ignores(task);
    const verdict = verdictOf(came, {
      interrupted: this.run.interrupt.now,
      ignoresErrors,
      ignoresUnreachable: task.ignoreUnreachable,
      rescues: () => this.cursor.rescues(),
    });
    const { raw, cut, failed, ignored, rescued } = verdict;
    const scope = this.scope(task);
    this.books.enter(task, {
      raw,
      status: ignored ? 'ignored' : raw.status,
      rescued,
      handler,
      debt,
      started,
      scope,
    });
    if (handler && failed && !ignored) this.ledger.fail(task);
    const catchers = ignoresErrors ? [] : this.cursor.catchers();
    this.forks.passed(task, raw, catchers, this.cursor.rounds().length > 0);
    this.run.journal?.ended(this.unit(task, handler), raw, verdict.goesOn);
    if (raw.held) {
      if (raw.otherwise === 'changed') this.books.notify(task, { ...raw, status: 'changed' }, scope);
      return this.hold();
    }
    if (cut) {
      this.host.state = 'interrupted';
      return false;
    }
    if (raw.status === 'unreachable') return ignored ? this.goOn() : this.lose();
    if (failed && !ignored) {
      this.settleDebts();
      return this.fail();
    }
    this.books.notify(task, raw, scope);
    this.settleDebts();
    return this.goOn();
  }

  private async flush(flush: Flush): Promise<boolean> {
    const verdict = conditions(flush.when, this.scope(flush));
    if (verdict.kind === 'unknown') {
      const waiting = this.batch.play.handlers.filter((handler) => this.isDue(handler));
      await this.forks.perhaps(waiting, 'it is not known whether handlers run before');
    }
    this.cursor = verdict.kind === 'value' && verdict.value ? this.cursor.flush() : this.cursor.next();
    return true;
  }

  private async enter(node: Block | Include): Promise<boolean> {
    const started = performance.now();
    const entry = entryOf(node, (own) => this.scope(node, own));
    if ('instead' in entry) {
      const raw = definite(entry.instead, this.run, this.run.check);
      this.run.journal?.entered(this.host.name, this.batch.play, node, raw);
      const failed = raw.status === 'failed';
      if (raw.status === 'unknown') {
        const name = node.name ?? (node.kind === 'include' ? node.type : 'block');
        await this.forks.perhaps(tasksOf([node]), `it is not known whether "${name}" is gone through`);
      }
      this.books.enterNode(node, raw, failed && !raw.held && this.cursor.rescues(), started);
      if (raw.held) return this.hold();
      return failed ? this.fail() : this.goOn();
    }
    if (node.kind === 'include')
      this.books.enterNode(node, { status: 'ok', result: {} }, false, started, entry.rounds.length);
    this.cursor = this.cursor.enter(entry.rounds);
    return true;
  }

  private meta(meta: Meta): Promise<boolean> | boolean {
    if (!this.holds(meta.when, meta)) return this.goOn();
    if (meta.action === 'reset_connection') return this.reset(meta);
    if (meta.action === 'end_host') return false;
    if (meta.action === 'end_play' || meta.action === 'end_batch') {
      this.batch.over ??= meta.action;
      return false;
    }
    if (meta.action === 'clear_host_errors') {
      this.batch.clear();
      this.cursor = this.cursor.cleared();
    }
    return this.goOn();
  }

  private async reset(meta: Meta): Promise<boolean> {
    const started = performance.now();
    const machine = await this.run.lines.machine(this.host.name);
    const trouble = isTrouble(machine) ? machine : await machine.reset();
    this.talk.forget();
    if (trouble === null) return this.goOn();
    this.books.enterNode(meta, troubled(trouble), false, started);
    return this.lose();
  }

  /** What was held back is left as it is, and the rest is done. */
  private hold(): boolean {
    this.host.hasHeldBack = true;
    this.settleDebts();
    return this.goOn();
  }

  private unit(task: Task, handler: boolean): Unit {
    const { host, batch, isPaying: debt } = this;
    return {
      host: host.name,
      play: batch.play,
      task,
      around: this.cursor.rounds(),
      item: null,
      handler,
      debt,
    };
  }

  private goOn(): boolean {
    this.cursor = this.cursor.next();
    return true;
  }

  /** On to a rescue or an always; false where nothing catches the failure. */
  private fail(): boolean {
    const leaf = this.cursor.leaf();
    this.isFlushBroken ||= leaf?.kind === 'task' && leaf.handler && !this.cursor.rescues();
    this.cursor = this.cursor.fail();
    if (this.cursor.leaf() || !this.cursor.failed) return true;
    this.giveUp();
    return false;
  }

  private giveUp(): void {
    this.host.state = 'failed';
    this.batch.hostFailed();
  }

  private lose(): boolean {
    this.host.state = 'unreachable';
    this.batch.hostFailed();
    return false;
  }

  private scope(node: Parameters<typeof scopeOf>[1], own: Round | null = null) {
    const around = this.cursor.rounds();
    return scopeOf(this.context, node, this.host.memory, own ? [...around, own] : around);
  }

  private holds(when: readonly Expression[], node: Parameters<typeof scopeOf>[1]): boolean {
    const verdict = conditions(when, this.scope(node));
    return verdict.kind === 'value' && verdict.value;
  }

  private ignores(task: Task): boolean {
    return typeof task.ignoreErrors === 'boolean' ? task.ignoreErrors : this.holds([task.ignoreErrors], task);
  }
}
