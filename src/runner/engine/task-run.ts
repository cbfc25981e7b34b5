import type { Delta } from '../contract/delta.ts';
import type { Reply, Trouble } from '../contract/exchange.ts';
import { isTrouble } from '../contract/exchange.ts';
import type { Json, JsonObject } from '../contract/json.ts';
import type { Script } from '../contract/script.ts';
import type { Apply, Pause, Touches } from '../contract/task-type.ts';
import type { Evaluated, Task } from '../language/model.ts';
import type { Coming } from '../plan/ahead.ts';
import { type HostContext, scopeOf } from '../plan/context.ts';
import type { Round } from '../plan/cursor.ts';
import { factsOf } from '../plan/facts.ts';
import { secretInputs } from '../plan/inputs.ts';
import { conditions, type HostWork, prepare, type Question, type Work } from '../plan/prepare.ts';
import { type Item, itemsOf, labelOf, rounds } from '../plan/rounds.ts';
import { evaluateIn, type PlanScope } from '../plan/scope.ts';
import { apart } from '../plan/taken.ts';
import { altersAccounts } from './accounts.ts';
import { isChainable } from './chain.ts';
import { Dialogue, probe } from './dialogue.ts';
import { cloud, overlayOf, wouldKeep } from './doubt.ts';
import type { Permit } from './gate.ts';
import type { Host } from './host.ts';
import { exhausted, judge, satisfied, summarize } from './judge.ts';
import { runLocal } from './local-step.ts';
import { itemEvent } from './outcome-event.ts';
import type { Asked, Ended } from './pauses.ts';
import { definite, failed, faulty, type Raw, refused, STOPPED, skippedBy, troubled, unknown } from './raw.ts';
import type { Run } from './run-context.ts';
import { runStep } from './step.ts';
import type { Unit } from './unit.ts';

export interface TaskRunContext {
  readonly run: Run;
  readonly host: Host;
  readonly context: HostContext;
  readonly task: Task;
  readonly title: string;
  readonly handler: boolean;
  /** It is owed by an earlier run. */
  readonly debt: boolean;
  /** Loop variables of the blocks around. */
  readonly around: readonly Round[];
  /** A handler whose notification is certain. */
  readonly certain: boolean;
  /** Why it is not known whether the task runs at all (a dry run); null: its turn has come. */
  readonly doubt: string | null;
  /** Changes may be said ahead of their turn: nobody else has a say in whether they come to it. */
  readonly mayChain: boolean;
  /** What the hosts of the batch ask the operator, and where this task stands among it. */
  readonly asked: { readonly questions: Asked; readonly place: string };
  /** What was asked of the host before counts no more. */
  readonly forget: () => void;
  /** Changes were made ahead of their turn, and are still to be told. */
  readonly owesOutcomes: () => boolean;
  /** Called right before a change is said. */
  readonly beforeApply: () => void;
  /** The host's own dialogue, or why there is none. */
  readonly dialogue: () => Promise<Dialogue | Raw>;
  readonly lookAhead: (rest: readonly Item[] | null, pending: readonly string[]) => Iterable<Coming>;
}

/** One task on one host: its condition, its items, its attempts. */
export class TaskRun {
  private readonly is: TaskRunContext;
  /** Of a loop: the task as a whole will have failed, so that nothing behind it is certain to come. */
  private failedItem = false;
  /** Of the unit in hand: its parameters, once they are known, and what the plan says of it. */
  private params: JsonObject | null = null;
  private permit: Permit | null = null;
  /** Of the unit in hand: an earlier run finished it. */
  private looksOnly = false;
  private fromPast = false;

  constructor(context: TaskRunContext) {
    this.is = context;
  }

  async run(): Promise<Raw> {
    const { task, around, doubt } = this.is;
    const { loop } = task;
    if (doubt !== null) return this.whole(await this.perhaps(doubt, loop ? null : around, this.unit(null)));
    if (!loop) return this.one(null, null);
    const scope = this.scope(around);
    // A loop over what a skipped task registered must not fail where the condition says no: ask it first.
    const before = conditions(apart(task.when, loop).once, scope);
    if (before.kind === 'value' && !before.value) return this.whole(skippedBy(before.by));
    const items = itemsOf(loop, scope);
    if (items.kind === 'unknown') return this.whole(await this.perhaps(items.because, null, this.unit(null)));
    if (items.kind === 'fault') return this.whole(faulty(items.diagnostic));
    return this.loop(rounds(loop, items.value));
  }

  private async loop(items: readonly Item[]): Promise<Raw> {
    const { task, title, around, run, host, context, handler } = this.is;
    const outcomes: { raw: Raw; item: Json }[] = [];
    let acted = false;
    for (const [index, item] of items.entries()) {
      if (acted) await this.apart();
      if (acted && run.interrupt.stop) break;
      const started = performance.now();
      const inner = [...around, item.round];
      const raw = await this.one(item.round, items.slice(index + 1));
      if (raw.status === 'unreachable' && run.leases.refused.size > 0) break;
      const label = labelOf(task.loop!, item, this.scope(inner));
      run.emit(itemEvent({ run, host: host.name, context, task, title, raw, handler, started, label }));
      this.failedItem ||= raw.status === 'failed';
      outcomes.push({ raw, item: item.value });
      acted = this.needsPause(raw);
      // An item whose change was made ahead of its turn is told yet.
      if (raw.status === 'unreachable' || (run.interrupt.stop && !this.is.owesOutcomes())) break;
    }
    const facts = Object.assign({}, ...outcomes.map(({ raw }) => raw.facts ?? {}));
    const cutOf = run.interrupt.stop && outcomes.length < items.length ? items.length : null;
    return { ...summarize(outcomes, cutOf), ...(Object.keys(facts).length > 0 ? { facts } : {}) };
  }

  /** The loop has a `pause`, and the item did something now: it was not in order already, skipped, or done by an earlier run. */
  private needsPause({ status }: Raw): boolean {
    const { task } = this.is;
    if (!task.loop!.pause || this.isDry || this.fromPast || status === 'skipped') return false;
    return status !== 'ok' || task.type.kind !== 'state';
  }

  private async apart(): Promise<void> {
    const seconds = this.number(this.is.task.loop!.pause, this.scope(this.is.around), 0);
    await this.is.run.pauses.wait({ seconds, prompt: null }, 0);
    // Meanwhile the host may have become another one.
    this.is.forget();
  }

  /** A loop that no item is reached of. */
  private whole(came: Raw): Raw {
    const raw = definite(came, this.is.run, this.isDry);
    this.is.run.journal?.came(this.unit(null), raw, null);
    return raw;
  }

  /** The task without a loop, or one item of it; `rest`: the items still to come. */
  private async one(item: Round | null, rest: readonly Item[] | null): Promise<Raw> {
    const { run, host } = this.is;
    const unit = this.unit(item);
    const recalled = run.past?.recall(unit, host.memory) ?? null;
    this.params = null;
    this.permit = run.gate?.permit(unit) ?? null;
    this.looksOnly = recalled?.kind === 'look';
    this.fromPast = recalled?.kind === 'answer';
    const raw = recalled?.kind === 'answer' ? recalled.raw : await this.now(unit, rest);
    const came = recalled?.kind === 'look' ? recalled.restore(raw) : raw;
    run.journal?.came(unit, came, this.params);
    if (this.looksOnly && unit.task.type.kind === 'state' && came.msg !== undefined) this.warn(came.msg);
    return came;
  }

  private warn(msg: string): void {
    const { run, host, title } = this.is;
    run.emit({ event: 'note', level: 'warning', host: host.name, msg: `${title}: ${msg}` });
  }

  private async now(unit: Unit, rest: readonly Item[] | null): Promise<Raw> {
    const { around, item } = unit;
    const raw = definite(
      await this.perform(item ? [...around, item] : around, unit, rest),
      this.is.run,
      this.isDry,
    );
    return this.permit?.told(raw) ?? raw;
  }

  private unit(item: Round | null): Unit {
    const { host, context, task, around, handler, debt } = this.is;
    return { host: host.name, play: context.play, task, around, item, handler, debt };
  }

  private async perform(around: readonly Round[], unit: Unit, rest: readonly Item[] | null): Promise<Raw> {
    const { task, host } = this.is;
    const scope = this.scope(around);
    const when = conditions(task.when, scope);
    if (when.kind === 'fault') return faulty(when.diagnostic);
    if (when.kind === 'unknown') return this.perhaps(when.because, around, unit, rest);
    if (!when.value) return skippedBy(when.by);
    this.keepSecrets(null, scope);
    const work = prepare(task, host.name, scope, this.is.context);
    if (work.kind === 'unknown') return this.perhaps(work.because, null, unit);
    if (work.kind === 'fault') return judge(task, faulty(work.diagnostic), scope, false);
    if (work.kind === 'refused') return judge(task, refused(work.refusal), scope, false);
    if (work.kind === 'host') this.keepSecrets(work, scope);
    this.params = work.params;
    return this.attempts(work, scope, unit, rest);
  }

  /**
   * Whether it runs, or with what, is not known. What could be altered is uncertain from then on, unless the host is as
   * declared already. `around` null: its parameters are not known.
   */
  private async perhaps(
    because: string,
    around: readonly Round[] | null,
    unit: Unit,
    rest: readonly Item[] | null = null,
  ): Promise<Raw> {
    const { task, title, host } = this.is;
    const { type } = task;
    if (!this.isDry || type.kind === 'local' || type.kind === 'query') return unknown(because);
    const scope = this.scope(around ?? this.is.around);
    const work = around && prepare(task, host.name, scope, this.is.context);
    const known = work?.kind === 'host' ? work : null;
    if (known && known.type.kind === 'state' && known.type.ask !== 'due') {
      this.keepSecrets(known, scope);
      const raw = await this.step(known, unit, rest, 1, because);
      return raw.status === 'unreachable' || raw.status === 'unknown' ? raw : unknown(because);
    }
    wouldKeep(this.is, known);
    if (!this.readsOnly || known?.question)
      await cloud(this.is, known, `it is not known whether "${title}" runs`);
    return unknown(because);
  }

  private keepSecrets(work: HostWork | null, scope: PlanScope): void {
    const { task, run } = this.is;
    for (const secret of [...secretInputs(task, scope), ...(work?.secrets ?? [])]) run.keepSecret(secret);
  }

  /** The author's word that the task changes nothing, whatever it answers. */
  private get readsOnly(): boolean {
    const constants = (this.is.task.changedWhen ?? []).filter((expression) => expression.mentions.size === 0);
    const verdict = conditions(constants, this.scope(this.is.around));
    return verdict.kind === 'value' && !verdict.value;
  }

  private async attempts(
    work: Work,
    scope: PlanScope,
    unit: Unit,
    rest: readonly Item[] | null,
  ): Promise<Raw> {
    const { task, run } = this.is;
    const limit = this.number(task.retries, scope, task.until ? 3 : 0);
    const delay = this.number(task.delay, scope, 5);
    for (let attempt = 1; ; attempt++) {
      const came = await this.step(work, unit, rest, attempt);
      if (!task.until && !task.retries) return judge(task, came, scope, this.isDry);
      const told = { ...came, result: { ...came.result, attempts: attempt } };
      const counted = judge(task, told, scope, this.isDry);
      const raw = counted.status === 'unknown' ? { ...counted, result: came.result } : counted;
      if (raw.status === 'unreachable' || raw.status === 'unknown' || raw.held) return raw;
      const enough = satisfied(task, raw, scope);
      if (enough.kind === 'fault') return faulty(enough.diagnostic);
      if (this.isDry && !(enough.kind === 'value' && enough.value)) {
        return unknown('it is not so now; a real run would try again');
      }
      if (enough.kind === 'value' && enough.value) return raw;
      if (attempt > limit) return exhausted(raw, attempt, task);
      await run.pauses.wait({ seconds: delay, prompt: null }, 0);
      if (run.interrupt.stop) return { ...failed('interrupted'), cut: true };
    }
  }

  /** `maybe`: why it is not known whether it runs at all. */
  private async step(
    work: Work,
    unit: Unit,
    rest: readonly Item[] | null,
    attempt: number,
    maybe: string | null = null,
  ): Promise<Raw> {
    const { run, host, task, title, certain } = this.is;
    if (work.kind === 'local') {
      const wait = (pause: Pause) => this.pause(pause, unit, rest, attempt);
      return runLocal(work, this.isDry, this.looksOnly ? null : wait);
    }
    const dialogue = await this.dialogueFor(work);
    if (!(dialogue instanceof Dialogue)) return dialogue;
    run.emit({ event: 'started', host: host.name, task: title, type: task.type.name });
    const changesBefore = dialogue.changes;
    // What is asked again after a wait must not be answered from memory.
    if (attempt > 1) dialogue.forget();
    const mode = {
      dry: this.isDry,
      overlay: overlayOf(this.is, dialogue),
      certain,
      readsOnly: this.readsOnly,
      maybe,
      title,
    };
    const raw = await this.inTime(dialogue, () =>
      runStep(work, this.reach(work, dialogue, unit, rest), mode),
    );
    if (dialogue.changes === changesBefore) dialogue.walked();
    if (this.isDry && (raw.status === 'would_change' || raw.status === 'unknown')) wouldKeep(this.is, work);
    return work.on === host.name ? raw : { ...raw, on: work.on };
  }

  private async pause(
    pause: Pause,
    { item }: Unit,
    rest: readonly Item[] | null,
    attempt: number,
  ): Promise<Ended> {
    const { run, host, task, title, asked } = this.is;
    run.emit({ event: 'started', host: host.name, task: title, type: task.type.name });
    const limit = this.number(task.timeout, this.scope(this.is.around), 0);
    const place = `${asked.place} ${item ? rest?.length : ''} ${attempt}`;
    const ended = await run.pauses.share(pause, limit, asked.questions, place);
    // Meanwhile the host may have become another one.
    this.is.forget();
    return ended;
  }

  /** `timeout`: what takes longer is ended on the host, and has failed. */
  private async inTime(dialogue: Dialogue, step: () => Promise<Raw> | Raw): Promise<Raw> {
    const { task } = this.is;
    const seconds = this.number(task.timeout, this.scope(this.is.around), 0);
    if (seconds === 0) return step();
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      void dialogue.interrupt();
    }, seconds * 1000);
    const raw = await step();
    clearTimeout(timer);
    return isLate
      ? failed(
          `it took longer than ${seconds} s and was ended`,
          'raise its timeout, or look at what it waits for',
        )
      : raw;
  }

  private reach(work: HostWork, dialogue: Dialogue, unit: Unit, rest: readonly Item[] | null) {
    const { run, host, task, title, lookAhead } = this.is;
    const own = work.on === host.name;
    const mayChain = own && this.is.mayChain && !this.failedItem && isChainable(task);
    const coming = () => (own ? lookAhead(rest, namesOf(task)) : []);
    const onLine = (line: string) => run.emit({ event: 'output', host: host.name, task: title, line });
    return {
      answer: (question: { script: Script; users: boolean }): Promise<Reply | Trouble> =>
        dialogue.answer(work, question, coming),
      apply: async (apply: Apply, touches: Touches | null): Promise<Reply | Trouble> => {
        dialogue.beforeChange();
        if (!(await run.leases.mayChange(work.on))) return LOCKED;
        if (run.interrupt.stop) return STOPPED;
        if (altersAccounts(work) && !(task.type.kind === 'action' && this.readsOnly))
          await dialogue.renewUsers(work);
        this.is.beforeApply();
        if (task.type.kind === 'action') run.journal?.begins(unit, work.question !== null);
        return dialogue.apply(work, apply, mayChain ? touches : null, coming, onLine, run.check);
      },
      wait: (script: Script): Promise<Reply | Trouble> => dialogue.wait(work.identity, probe(work, script)),
      keep: (path: string, bytes: Uint8Array): string | null => {
        const trouble = run.keep(path, bytes);
        run.context.sources.altered();
        return trouble;
      },
      forget: () => dialogue.forget(),
      holds: (delta: Delta | null) => this.holds(work, delta),
      cut: (question: Question) => dialogue.takeCut(work, question),
    };
  }

  private holds({ params }: HostWork, delta: Delta | null): Raw | null {
    const { past } = this.is.run;
    if (!this.looksOnly || !past) return this.permit?.holds({ delta, params }) ?? null;
    return { status: 'ok', result: {}, msg: past.leftAlone(Object.keys(delta ?? {}).join(', ')) };
  }

  private async dialogueFor(work: HostWork): Promise<Dialogue | Raw> {
    const { run, host } = this.is;
    if (work.on === host.name) return this.is.dialogue();
    const machine = await run.lines.machine(work.on);
    if (machine === STOPPED) return troubled(machine);
    if (isTrouble(machine)) return troubled({ ...machine, message: `${work.on}: ${machine.message}` });
    return new Dialogue(machine, false, () => {
      host.tally.roundTrips++;
    });
  }

  private get isDry(): boolean {
    return this.is.task.checkMode ?? this.is.run.check;
  }

  private scope(around: readonly Round[]): PlanScope {
    return scopeOf(this.is.context, this.is.task, this.is.host.memory, around);
  }

  private number(template: Task['retries'], scope: PlanScope, otherwise: number): number {
    const value: Evaluated | null = template && evaluateIn(template, scope);
    if (value?.kind !== 'value') return otherwise;
    const number = Number(value.value);
    return Number.isFinite(number) && number >= 0 ? number : otherwise;
  }
}

/** Another run holds a machine of this one: told once, for the run as a whole. */
const LOCKED: Trouble = { kind: 'trouble', trouble: 'locked', message: 'another run holds a lease' };

/** What the task will have written when it is done; a local one needs no host, and nothing rides with it. */
function namesOf(task: Task): string[] {
  return [...(task.register ? [task.register] : []), ...factsOf(task).keys()];
}
