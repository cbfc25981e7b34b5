import type { Answers, Conversation, Fragment, Identity, Reply, Trouble } from '../contract/exchange.ts';
import { isTrouble, sameIdentity } from '../contract/exchange.ts';
import type { Apply } from '../contract/task-type.ts';
import { type Errand, Errands } from './errands.ts';
import type { Lease } from './lease.ts';
import type { Link } from './link.ts';
import { Overlay } from './world.ts';

/** A question that a machine's shell dies of so often is not worth asking again. */
const MOST_CUTS = 3;

/**
 * One machine and what was said to it. Its epoch moves with every apply, whoever said it and however it ended: an
 * answer is trusted only in the epoch it was given in.
 */
export class Machine {
  readonly name: string;
  /** null: a dry run, which needs none. */
  readonly lease: Lease | null;
  /** What a dry run left unmade on it. */
  readonly overlay: Overlay;
  private readonly link: Link;
  private readonly errands = new Errands();
  private foretold: Trouble | null = null;
  private now = 0;
  /** What is said over the line, and not answered yet. */
  private readonly talking = new Set<Promise<unknown>>();

  constructor(name: string, link: Link, lease: Lease | null, overlay = new Overlay()) {
    this.name = name;
    this.link = link;
    this.lease = lease;
    this.overlay = overlay;
    if (lease) this.errands.add(lease.errand);
  }

  get epoch(): number {
    return this.now;
  }

  get traffic() {
    return this.link.traffic;
  }

  /** It rides on the next exchange of its user; see `runErrands`. */
  send(errand: Errand): void {
    this.errands.add(errand);
  }

  /** True: what waits for an exchange of another user than this must be said on its own. */
  hasErrandsBeside(identity: Identity): boolean {
    return this.errands.identities().some((one) => !sameIdentity(one, identity));
  }

  /** Say now what found nothing to ride on. A machine that can't be reached is not tried again by the next question. */
  async runErrands(): Promise<void> {
    const replies = await Promise.all(
      this.errands.identities().map((identity) => this.exchange(identity, [])),
    );
    this.foretold = replies.filter(isTrouble).find(({ trouble }) => trouble === 'unreachable') ?? null;
  }

  /** Probes of several identities, side by side; what came of each list of probes. */
  ask(batches: readonly Batch[]): Promise<readonly (Answers | Trouble)[]> {
    return Promise.all(batches.map((batch) => this.exchange(batch.identity, batch.probes)));
  }

  /**
   * Changes, in order, stopping at the first that fails, and probes that see what they made. What waits to be said by
   * the same user is said before them.
   */
  async say(
    identity: Identity,
    applies: readonly Fragment[],
    probes: readonly Fragment[],
  ): Promise<Answers | Trouble> {
    this.now++;
    return this.exchange(identity, [...applies, ...probes]);
  }

  /** One change on a channel of its own. */
  async stream(
    identity: Identity,
    fragment: Fragment,
    source: NonNullable<Apply['stream']> | null,
    onLine: (line: string) => void,
  ): Promise<Reply | Trouble> {
    this.now++;
    const { conversation } = this.link;
    const reply = await this.talk(conversation.stream(identity, fragment, source, onLine));
    return isTrouble(reply) ? this.mend(reply, conversation) : reply;
  }

  /** Before a change to the accounts of the machine: other users' shells are begun anew behind it. */
  async renewUsers(by: Identity): Promise<void> {
    await this.link.conversation.renew?.([by, ...(this.lease ? [this.lease.errand.identity] : [])]);
  }

  /** `meta: reset_connection`: what is said from now on is said to a new login. */
  async reset(): Promise<Trouble | null> {
    const trouble = await this.link.replace(() => Promise.all(this.talking));
    if (trouble) return trouble;
    this.now++;
    return this.renewLease('the line was begun anew');
  }

  close(): Promise<void> {
    return this.link.close();
  }

  /** Ends whatever runs there for us, at once; `forGood`: nothing more will be said. */
  interrupt(forGood: boolean): Promise<void> {
    return this.link.interrupt(forGood);
  }

  /**
   * An exchange, with the errands of its user in front. What only asks is asked again over a new line when the line
   * is lost; of a change it is then only known that it was in flight.
   */
  private async exchange(identity: Identity, fragments: readonly Fragment[]): Promise<Answers | Trouble> {
    const { foretold } = this;
    this.foretold = null;
    if (foretold) return foretold;
    const errands = this.errands.take(identity);
    const all = [...errands.map((one) => one.fragment), ...fragments];
    const asksOnly = fragments.every((fragment) => fragment.role === 'probe');
    for (let cuts = 0; ; ) {
      const { conversation } = this.link;
      const reply = await this.talk(conversation.exchange(identity, all));
      const mended = isTrouble(reply) ? await this.mend(reply, conversation) : reply;
      if (isTrouble(mended) && mended.recovered && asksOnly && ++cuts <= MOST_CUTS) continue;
      if (!isTrouble(mended) && (await this.mustWait(errands, mended))) continue;
      errands.forEach((errand, i) => {
        errand.done(isTrouble(mended) ? mended : mended.answers[i]!);
      });
      return isTrouble(mended) ? mended : { kind: 'answers', answers: mended.answers.slice(errands.length) };
    }
  }

  private talk<T>(said: Promise<T>): Promise<T> {
    const answered: Promise<unknown> = said.finally(() => this.talking.delete(answered)).catch(() => {});
    this.talking.add(answered);
    return said;
  }

  /** True: the machine's last holder is still ending, and nothing that was answered so far counts. */
  private async mustWait(errands: readonly Errand[], { answers }: Answers): Promise<boolean> {
    const { lease } = this;
    const at = lease ? errands.indexOf(lease.errand) : -1;
    if (!lease || at < 0 || !(await lease.isEnding(answers[at]!))) return false;
    this.now++;
    return true;
  }

  /** The lease ended with the line: somebody else may have taken it meanwhile. */
  private async renewLease(why = 'the line was lost'): Promise<Trouble | null> {
    if (!this.lease) return null;
    this.errands.add(this.lease.errand);
    await this.runErrands();
    const outcome = await this.lease.wait();
    if (outcome.kind !== 'refused') return null;
    const message = `${why}, and now another run holds ${this.name}: ${outcome.holder}`;
    return { kind: 'trouble', trouble: 'locked', message, hint: 'wait for it to end, then run again' };
  }

  /** A lost line is called again; then nothing that was answered before is trusted any more, and the lease is renewed. */
  private async mend(trouble: Trouble, over: Conversation): Promise<Trouble> {
    const mended = await this.link.mend(trouble, over);
    if (mended.kind === 'given-up') return mended.trouble;
    if (mended.kind === 'new') {
      this.now++;
      const refusal = await this.renewLease();
      if (refusal) return refusal;
    }
    return { ...trouble, recovered: true };
  }
}

export interface Batch {
  readonly identity: Identity;
  readonly probes: readonly Fragment[];
}
