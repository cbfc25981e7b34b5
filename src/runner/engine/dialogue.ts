import type { Answer, Fragment, Identity, Reply, Trouble } from '../contract/exchange.ts';
import { isTrouble } from '../contract/exchange.ts';
import type { Script } from '../contract/script.ts';
import type { Apply, Touches } from '../contract/task-type.ts';
import { toolsOf } from '../contract/tools.ts';
import type { Task } from '../language/model.ts';
import type { Coming } from '../plan/ahead.ts';
import type { HostWork, Question } from '../plan/prepare.ts';
import { type Agreed, chainBehind, type Link } from './chain.ts';
import type { Machine } from './machine.ts';
import { Reach } from './reach.ts';
import type { Overlay } from './world.ts';

interface Kept {
  readonly epoch: number;
  readonly reply: Reply;
}

/** A step whose turn has not come, decided and perhaps done in the chain of one before it. */
interface Done {
  readonly probed: Reply;
  /** null: it was found as declared, which holds while nothing else changes the machine. */
  readonly applied: Reply | null;
  readonly epoch: number;
}

/** The coming questions, best first; asked for only when something is about to be said anyway. */
export type LookAhead = () => Iterable<Coming>;

/**
 * What one host's way through a play says to its machine, and what it was told. Answers are kept for as long as
 * nothing was changed on the machine, so that a step which finds its answer here costs no round trip.
 */
export class Dialogue {
  private readonly machine: Machine;
  private readonly batching: boolean;
  private readonly onRoundTrip: () => void;
  /** Called for each coming step whose change is about to be said ahead of its turn. */
  private readonly beforeAhead: (task: Task) => void;
  private readonly agreed: Agreed;
  private readonly kept = new Map<string, Kept>();
  private readonly reach = new Reach();
  private readonly done = new Map<string, Done>();
  /** Changes in flight when the line was lost, and the answers that they were decided on. */
  private readonly cut = new Map<string, Reply>();
  /** Users as whom nothing rides along until one of their own questions was answered. */
  private readonly barred = new Set<string>();
  private said = 0;

  constructor(
    machine: Machine,
    batching: boolean,
    onRoundTrip: () => void,
    beforeAhead: (task: Task) => void = () => {},
    agreed: Agreed = () => true,
  ) {
    this.machine = machine;
    this.beforeAhead = beforeAhead;
    this.agreed = agreed;
    this.batching = batching;
    this.onRoundTrip = onRoundTrip;
  }

  /** The answer to a step's question, as of now. */
  async answer(work: HostWork, question: Question, lookAhead: LookAhead): Promise<Reply | Trouble> {
    const key = keyOf(work, question);
    const done = this.done.get(key);
    if (done?.applied) return done.probed;
    if (done) this.done.delete(key);
    if (done?.epoch === this.machine.epoch) return done.probed;
    for (;;) {
      const kept = this.kept.get(key);
      if (kept?.epoch === this.machine.epoch) return this.able(kept.reply);
      const riders = this.riders(lookAhead, [key], null);
      const trouble = await this.ask([
        { key, identity: work.identity, fragment: probe(work, question.script) },
        ...riders,
      ]);
      if (trouble) return trouble;
    }
  }

  /** A question of the play itself, before its first step; the coming ones ride along. */
  async opening(identity: Identity, fragment: Fragment, lookAhead: LookAhead): Promise<Reply | Trouble> {
    const key = 'opening';
    const trouble = await this.ask([{ key, identity, fragment }, ...this.riders(lookAhead, [], null)]);
    return trouble ?? this.kept.get(key)!.reply;
  }

  /** The answer that this step's change was decided on, if the line was lost while the change was in flight. */
  takeCut(work: HostWork, question: Question): Reply | null {
    const key = keyOf(work, question);
    const reply = this.cut.get(key) ?? null;
    this.cut.delete(key);
    return reply;
  }

  /** Ask again although nothing was changed by us: the ground may have moved by itself. */
  forget(): void {
    this.kept.clear();
  }

  /** What a dry run left unmade on the machine. */
  get overlay(): Overlay {
    return this.machine.overlay;
  }

  /** How many changes were said so far. */
  get changes(): number {
    return this.said;
  }

  /** A question that takes its own time and whose answer is nobody else's. */
  async wait(identity: Identity, fragment: Fragment): Promise<Reply | Trouble> {
    this.onRoundTrip();
    const [said] = await this.machine.ask([{ identity, probes: [fragment] }]);
    return isTrouble(said!) ? said : this.able(said!.answers[0] as Reply);
  }

  /** Something is about to be changed: a lease that no question carried yet takes a round trip of its own. */
  beforeChange(): void {
    if (this.machine.lease?.known === null) this.onRoundTrip();
  }

  /** A change is about to be said that may alter who is who on the machine. */
  renewUsers({ identity }: HostWork): Promise<void> {
    return this.machine.renewUsers(identity);
  }

  /** Ends what runs on the machine for us; whoever waits for it is answered. */
  interrupt(): Promise<void> {
    return this.machine.interrupt(false);
  }

  /** A step was passed without anything being said. */
  walked(): void {
    this.reach.walked();
  }

  /** Changes of coming steps were made whose turn, and whose outcome, is still to come. */
  get owesOutcomes(): boolean {
    return [...this.done.values()].some((done) => done.applied !== null);
  }

  /**
   * Say a change, with the changes right behind it that provably don't meet it (`touches` null: none), and then the
   * coming questions. `dry`: a run that writes nothing of its own, not even for a while.
   */
  async apply(
    work: HostWork,
    apply: Apply,
    touches: Touches | null,
    lookAhead: LookAhead,
    onLine: (line: string) => void,
    dry: boolean,
  ): Promise<Reply | Trouble> {
    const applied = this.takeDone(work);
    if (applied) return this.able(applied);
    const size = {
      ...(work.type.kind === 'action' ? { endless: true as const } : {}),
      ...(dry ? {} : { toDisk: true as const }),
    };
    const fragment: Fragment = { ...base(work), ...code(apply.script), ...size, role: 'apply' };
    this.onRoundTrip();
    this.said += 1;
    const key = work.question && keyOf(work, work.question);
    const decidedOn = key === null ? undefined : this.kept.get(key)?.reply;
    if (apply.stream !== undefined) {
      this.reach.said(1);
      await this.machine.runErrands();
      const reply = await this.machine.stream(work.identity, fragment, apply.stream, onLine);
      if (isTrouble(reply) && reply.recovered && decidedOn) this.cut.set(key!, decidedOn);
      return isTrouble(reply) ? reply : this.able(reply);
    }
    const links = this.batching && touches ? this.links(work, touches, lookAhead) : [];
    const changes = links.filter((link) => link.script !== null);
    this.said += changes.length;
    this.reach.said(1 + changes.length);
    const keys = links.map((link) => keyOf(link.coming.work, link.coming.question));
    const riders = this.riders(lookAhead, keys, work.identity);
    const applies = changes.map(
      (link): Fragment => ({ ...base(link.coming.work), ...code(link.script!), role: 'apply' }),
    );
    for (const link of changes) this.beforeAhead(link.coming.task);
    if (this.machine.hasErrandsBeside(work.identity)) {
      this.onRoundTrip();
      await this.machine.runErrands();
    }
    const said = this.machine.say(
      work.identity,
      [fragment, ...applies],
      riders.map((rider) => rider.fragment),
    );
    const epoch = this.machine.epoch;
    const reply = await said;
    if (isTrouble(reply)) {
      if (reply.recovered) {
        if (decidedOn) this.cut.set(key!, decidedOn);
        for (const link of changes) this.cut.set(keyOf(link.coming.work, link.coming.question), link.reply);
      }
      return reply;
    }
    const [own, ...rest] = reply.answers;
    this.settle(links, rest.slice(0, changes.length), epoch);
    this.keep(riders, rest.slice(changes.length), epoch);
    return this.able(own as Reply);
  }

  /** A fragment that was not begun answers nothing. */
  private able(reply: Reply): Reply | Trouble {
    if (reply.lacks === undefined) return reply;
    const message = `${this.machine.name} lacks ${reply.lacks}`;
    return { kind: 'trouble', trouble: 'unfit', message, hint: 'docs/hosts.md lists what a host needs' };
  }

  private links(work: HostWork, touches: Touches, lookAhead: LookAhead): Link[] {
    const { epoch } = this.machine;
    const answerOf = ({ work: coming, question }: Coming) => {
      const kept = this.kept.get(keyOf(coming, question));
      return kept?.epoch === epoch && kept.reply.lacks === undefined ? kept.reply : undefined;
    };
    return chainBehind(touches, work.identity, lookAhead(), answerOf, this.agreed);
  }

  /** What became of the links of a chain, kept until their turn; those behind a failure were not said. */
  private settle(links: readonly Link[], answers: readonly Answer[], epoch: number): void {
    let next = 0;
    for (const { coming, reply, script } of links) {
      const answer = script ? answers[next++] : null;
      if (answer?.kind === 'not-run') return;
      const key = keyOf(coming.work, coming.question);
      this.done.set(key, { probed: reply, applied: answer ?? null, epoch });
      if (answer && answer.code !== 0) return;
    }
  }

  private takeDone(work: HostWork): Reply | null {
    const key = work.question && keyOf(work, work.question);
    const done = key === null ? undefined : this.done.get(key);
    if (!done?.applied) return null;
    this.done.delete(key!);
    return done.applied;
  }

  /** The trouble of the first; what rides along as a user whom nobody can become (yet) is asked at its own turn. */
  private async ask(riders: readonly Rider[]): Promise<Trouble | null> {
    const { epoch } = this.machine;
    const byIdentity = group(riders, who);
    const batches = [...byIdentity.values()];
    this.onRoundTrip();
    const said = await this.machine.ask(
      batches.map((batch) => ({
        identity: batch[0]!.identity,
        probes: batch.map((rider) => rider.fragment),
      })),
    );
    batches.forEach((batch, i) => {
      const reply = said[i]!;
      if (isTrouble(reply)) this.barred.add(who(batch[0]!));
      else this.barred.delete(who(batch[0]!));
      if (!isTrouble(reply)) this.keep(batch, reply.answers, epoch);
    });
    return isTrouble(said[0]!) ? said[0] : null;
  }

  private riders(lookAhead: LookAhead, taken: readonly string[], only: Identity | null): Rider[] {
    if (!this.batching) return [];
    const riders = new Map<string, Rider>();
    let seen = 0;
    const limit = this.reach.limit();
    for (const { work, question } of lookAhead()) {
      const key = keyOf(work, question);
      if (taken.includes(key)) continue;
      if (++seen > limit) break;
      if (riders.has(key)) continue;
      if (only ? who(work) !== who({ identity: only }) : this.barred.has(who(work))) continue;
      if (!only && this.kept.get(key)?.epoch === this.machine.epoch) continue;
      riders.set(key, { key, identity: work.identity, fragment: probe(work, question.script) });
    }
    this.reach.asked(seen);
    return [...riders.values()];
  }

  private keep(riders: readonly Rider[], answers: readonly Answer[], epoch: number): void {
    riders.forEach((rider, i) => {
      const answer = answers[i];
      if (answer?.kind === 'reply') this.kept.set(rider.key, { epoch, reply: answer });
    });
  }
}

interface Rider {
  readonly key: string;
  readonly identity: Identity;
  readonly fragment: Fragment;
}

/** A script, and what it needs of the host. */
function code(script: Script): Pick<Fragment, 'script' | 'needs'> {
  return { script, needs: toolsOf(script) };
}

/** The environment and user of a step's fragments. */
function base(work: HostWork): Pick<Fragment, 'environment' | 'runs'> {
  const users = work.type.kind === 'action' && work.type.runs === 'users';
  return { environment: work.environment, runs: users ? 'users' : 'ours' };
}

export function probe(work: HostWork, script: Fragment['script']): Fragment {
  return { ...base(work), ...code(script), role: 'probe' };
}

function who({ identity }: { readonly identity: Identity }): string {
  return identity.kind === 'login' ? '' : identity.user;
}

/** Two steps that would ask the same in the same way share one answer. */
function keyOf(work: HostWork, question: Question): string {
  const { text, input } = question.script;
  const runs = work.type.kind === 'action' ? (work.type.runs ?? '') : '';
  const bytes = input ? Buffer.from(input).toString('base64') : '';
  return `${who(work)}\0${runs}\0${JSON.stringify(work.environment)}\0${text}\0${bytes}`;
}

function group<T>(items: readonly T[], by: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = by(item);
    const members = groups.get(key);
    if (members) members.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
