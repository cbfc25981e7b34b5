import type { TaskEvent } from '../contract/event.ts';
import { isTrouble } from '../contract/exchange.ts';
import type { Json } from '../contract/json.ts';
import type { Block, Flush, Include, Meta, Task } from '../language/model.ts';
import { ahead } from '../plan/ahead.ts';
import { type HostContext, scopeOf } from '../plan/context.ts';
import { Cursor, type Leaf } from '../plan/cursor.ts';
import { conditions } from '../plan/prepare.ts';
import { type Item, itemsOf, rounds } from '../plan/rounds.ts';
import type { Batch } from './batch.ts';
import { Dialogue } from './dialogue.ts';
import type { Host } from './host.ts';
import { registered } from './judge.ts';
import type { Machine } from './machine.ts';
import { type Certainty, Notified } from './notified.ts';
import { outcomeEvent, titleOf } from './outcome-event.ts';
import { faulty, type Raw, troubled, unknown } from './raw.ts';
import type { Run } from './run-context.ts';
import { TaskRun } from './task-run.ts';

/** What `run_once` hands to the other hosts. */
interface Shared {
  readonly raw: Raw;
}

/** One host's way through one play, from its first task to its last. Never throws for what a host does. */
export class Way {
  private readonly run: Run;
  private readonly batch: Batch;
  private readonly host: Host;
  private readonly notified: Notified;
  private readonly context: HostContext;
  private cursor: Cursor;
  private dialogue: Dialogue | null = null;

  constructor(run: Run, batch: Batch, host: Host, playHosts: () => readonly string[]) {
    this.run = run;
    this.batch = batch;
    this.host = host;
    this.notified = new Notified(batch.play.handlers);
    this.cursor = Cursor.start(batch.play, (handler) => this.notified.has(handler));
    this.context = {
      run: run.context,
      play: batch.play,
      host: host.inventory,
      playHosts,
      batchHosts: () => batch.hosts.filter((one) => one.live).map((one) => one.name),
      memoryOf: (name) => run.hosts.get(name)?.memory ?? new Map(),
    };
  }

  async go(): Promise<void> {
    await this.follow();
    if (this.host.state === 'failed' && (this.batch.play.forceHandlers || this.run.forceHandlers)) {
      this.cursor = Cursor.flushOnly(this.batch.play, (handler) => this.notified.has(handler));
      await this.follow();
    }
    this.batch.lockstep?.leave(this.host.name);
  }

  /** Names of handlers that were notified and have not run. */
  get owed(): number {
    return this.notified.size;
  }

  private async follow(): Promise<void> {
    for (let leaf = this.cursor.leaf(); leaf; leaf = this.cursor.leaf()) {
      await this.batch.lockstep?.arrive(this.host.name, this.cursor.position());
      // What was done ahead of its turn is told before anything else.
      const owing = this.dialogue?.owesOutcomes === true;
      if (this.run.interrupt.stop && !owing) {
        this.host.state = 'interrupted';
        return;
      }
      if (this.batch.over && !owing) return;
      if (!(await this.take(leaf))) return;
    }
  }

  /** False: this host's way ends here. */
  private async take(leaf: Leaf): Promise<boolean> {
    if (leaf.kind === 'task') return this.task(leaf.task, leaf.handler);
    if (leaf.kind === 'meta') return this.meta(leaf.meta);
    if (leaf.kind === 'flush') return this.flush(leaf.flush);
    return this.enter(leaf.node);
  }

  private async task(task: Task, handler: boolean): Promise<boolean> {
    const started = performance.now();
    if (task.runOnce && this.batch.lockstep) {
      const shared = await this.another(task);
      if (shared) return this.inherit(task, shared);
    }
    const certainty = handler ? this.notified.take(task) : 'sure';
    const raw = await this.perform(task, handler, certainty);
    if (task.runOnce) this.run.once.set(this.place(task), { raw } satisfies Shared);
    return this.conclude(task, raw, handler, started);
  }

  private async perform(task: Task, handler: boolean, certainty: Certainty): Promise<Raw> {
    const taskRun = new TaskRun({
      run: this.run,
      host: this.host,
      context: this.context,
      task,
      title: this.title(task),
      handler,
      around: this.cursor.rounds(),
      certain: handler && certainty === 'sure',
      mayChain: this.batch.lockstep === null,
      dialogue: () => this.dialogueWith(this.host.name),
      // Called only when something is about to be said: a fresh walk from where this host stands now.
      lookAhead: (rest: readonly Item[] | null, pending: readonly string[]) =>
        ahead(this.context, { cursor: this.cursor, rest, memory: this.host.memory, pending }),
    });
    if (handler && certainty === 'unknown') return unknown('whether it is notified is not known');
    return taskRun.run();
  }

  /** The outcome of a `run_once` task that another host runs or ran; null: this host is to run it. */
  private async another(task: Task): Promise<Shared | null> {
    const place = this.place(task);
    const position = this.cursor.position();
    const first = this.batch.lockstep!.first(position);
    if (!this.run.once.has(place) && first !== undefined && first !== this.host.name) {
      await this.batch.lockstep!.past(first, position);
    }
    return (this.run.once.get(place) as Shared | undefined) ?? null;
  }

  private place(task: Task): string {
    return `${task.id}/${this.cursor.position().join('.')}`;
  }

  private inherit(task: Task, { raw }: Shared): boolean {
    this.remember(task, raw);
    for (const [name, value] of Object.entries(raw.facts ?? {}))
      this.host.memory.set(name, { kind: 'value', value });
    if (raw.status !== 'failed' || this.ignores(task)) {
      this.cursor = this.cursor.next();
      return true;
    }
    return this.failHere();
  }

  private conclude(task: Task, raw: Raw, handler: boolean, started: number): boolean {
    const ignored = raw.status === 'failed' && this.ignores(task);
    const rescued = raw.status === 'failed' && !ignored && this.cursor.rescues();
    const status = ignored ? 'ignored' : raw.status;
    this.emit(
      outcomeEvent({
        run: this.run,
        host: this.host.name,
        context: this.context,
        task,
        title: this.title(task),
        raw,
        status,
        rescued,
        handler,
        started,
      }),
    );
    this.host.tally.add(status, rescued);
    this.remember(task, raw);
    for (const [name, value] of Object.entries(raw.facts ?? {}))
      this.host.memory.set(name, { kind: 'value', value });
    if (raw.status === 'unreachable') return this.lost(task);
    if (raw.status === 'failed' && !ignored) {
      this.rememberFailure(task, raw);
      return this.failHere();
    }
    this.notify(task, raw);
    this.cursor = this.cursor.next();
    return true;
  }

  private title(task: Task): string {
    const scope = task.title ? scopeOf(this.context, task, this.host.memory, this.cursor.rounds()) : null;
    return titleOf(task, scope);
  }

  private ignores(task: Task): boolean {
    if (typeof task.ignoreErrors === 'boolean') return task.ignoreErrors;
    const verdict = conditions(
      [task.ignoreErrors],
      scopeOf(this.context, task, this.host.memory, this.cursor.rounds()),
    );
    return verdict.kind === 'value' && verdict.value;
  }

  private lost(task: Task): boolean {
    if (task.ignoreUnreachable) {
      this.cursor = this.cursor.next();
      return true;
    }
    this.host.state = 'unreachable';
    this.batch.hostFailed();
    return false;
  }

  private failHere(): boolean {
    this.cursor = this.cursor.fail();
    if (!this.cursor.leaf() && this.cursor.failed) {
      this.host.state = 'failed';
      this.batch.hostFailed();
      return false;
    }
    return true;
  }

  private remember(task: Task, raw: Raw): void {
    if (!task.register) return;
    const { memory } = this.host;
    if (raw.status === 'skipped' && !('results' in raw.result) && memory.has(task.register)) return;
    memory.set(task.register, registered(raw));
  }

  private rememberFailure(task: Task, raw: Raw): void {
    const name = task.name ?? task.type.name;
    this.host.memory.set('ansible_failed_task', { kind: 'value', value: { name, action: task.type.name } });
    this.host.memory.set('ansible_failed_result', registered(raw));
  }

  private notify(task: Task, raw: Raw): void {
    const changes = raw.status === 'changed' || raw.status === 'would_change';
    const unsure = raw.status === 'unknown' && raw.otherwise !== 'ok';
    if (!changes && !unsure) return;
    const scope = scopeOf(this.context, task, this.host.memory, this.cursor.rounds());
    for (const template of task.notify) {
      const name = template.evaluate(scope.at(template.site));
      const names = name.kind === 'value' ? [name.value].flat() : [];
      for (const one of names) this.notifyOne(task, String(one), unsure ? 'unknown' : 'sure');
    }
  }

  private notifyOne(task: Task, name: string, certainty: Certainty): void {
    if (this.notified.notify(name, certainty, task)) return;
    const msg = `${task.name ?? task.type.name} notifies "${name}", but no handler of this play has that name`;
    this.run.emit({ event: 'note', level: 'warning', host: this.host.name, msg });
  }

  private flush(flush: Flush): boolean {
    const go = conditions(flush.when, scopeOf(this.context, flush, this.host.memory, this.cursor.rounds()));
    this.cursor = go.kind === 'value' && go.value ? this.cursor.flush() : this.cursor.next();
    return true;
  }

  private enter(node: Block | Include): boolean {
    const started = performance.now();
    const around = this.cursor.rounds();
    const scope = scopeOf(this.context, node, this.host.memory, around);
    const include = node.kind === 'include' ? node : null;
    if (include) {
      const when = conditions(include.when, scope);
      if (when.kind !== 'value')
        return this.noEntry(
          include,
          when.kind === 'fault' ? faulty(when.diagnostic) : unknown(when.because),
          started,
        );
      if (!when.value)
        return this.noEntry(
          include,
          { status: 'skipped', result: {}, msg: `${when.by?.source} is false` },
          started,
        );
    }
    const inside = this.roundsOf(node, scope);
    if (inside.kind === 'trouble') return this.noEntry(node, inside.raw, started);
    if (include) this.account(include, { status: 'ok', result: {} }, started);
    this.cursor = this.cursor.enter(inside.rounds);
    return true;
  }

  private roundsOf(node: Block | Include, scope: ReturnType<typeof scopeOf>) {
    if (!node.loop) return { kind: 'rounds', rounds: [new Map<string, Json>()] } as const;
    const items = itemsOf(node.loop, scope);
    if (items.kind === 'fault') return { kind: 'trouble', raw: faulty(items.diagnostic) } as const;
    if (items.kind === 'unknown') return { kind: 'trouble', raw: unknown(items.because) } as const;
    return { kind: 'rounds', rounds: rounds(node.loop, items.value).map((item) => item.round) } as const;
  }

  private noEntry(node: Block | Include, raw: Raw, started: number): boolean {
    this.account(node, raw, started);
    if (raw.status === 'failed') return this.failHere();
    this.cursor = this.cursor.next();
    return true;
  }

  private account(node: Block | Include, raw: Raw, started: number): void {
    const rescued = raw.status === 'failed' && this.cursor.rescues();
    const type = node.kind === 'include' ? node.type : 'block';
    this.emit({
      event: 'task',
      host: this.host.name,
      play: this.batch.play.name,
      task: node.name ?? type,
      type,
      status: raw.status,
      at: `${node.at.file}:${node.at.line}:${node.at.column}`,
      ...(raw.msg === undefined ? {} : { msg: raw.msg }),
      ms: Math.round(performance.now() - started),
      ...(rescued ? { rescued: true as const } : {}),
    });
    this.host.tally.add(raw.status, rescued);
  }

  private meta(meta: Meta): boolean {
    const scope = scopeOf(this.context, meta, this.host.memory, this.cursor.rounds());
    const when = conditions(meta.when, scope);
    const goes = when.kind === 'value' && when.value;
    if (goes && meta.action === 'end_host') return false;
    if (goes && (meta.action === 'end_play' || meta.action === 'end_batch')) {
      this.batch.over ??= meta.action;
      return false;
    }
    if (goes && meta.action === 'clear_host_errors') {
      for (const host of this.batch.hosts) if (host.state === 'failed') host.state = 'done';
    }
    this.cursor = this.cursor.next();
    return true;
  }

  private async dialogueWith(name: string): Promise<Dialogue | Raw> {
    if (this.dialogue) return this.dialogue;
    const machine = await this.run.lines.machine(name);
    if (isTrouble(machine)) return troubled(machine);
    this.dialogue = new Dialogue(machine as Machine, this.run.batching, () => {
      this.host.tally.roundTrips++;
    });
    return this.dialogue;
  }

  private emit(event: TaskEvent): void {
    this.run.emit(event);
  }
}
