import type {
  Answer,
  Answers,
  Conversation,
  Fragment,
  Identity,
  Reply,
  Trouble,
} from '../contract/exchange.ts';
import { isTrouble, sameIdentity } from '../contract/exchange.ts';
import type { Apply } from '../contract/task-type.ts';
import { type Errand, Errands } from './errands.ts';
import type { Lease } from './lease.ts';

/**
 * One machine and what was said to it. Its epoch moves with every apply, whoever said it and however it ended: an
 * answer is trusted only in the epoch it was given in.
 */
export class Machine {
  readonly name: string;
  /** null: a dry run, which needs none. */
  readonly lease: Lease | null;
  private readonly conversation: Conversation;
  private readonly errands = new Errands();
  private now = 0;

  constructor(name: string, conversation: Conversation, lease: Lease | null) {
    this.name = name;
    this.conversation = conversation;
    this.lease = lease;
    if (lease) this.errands.add(lease.errand);
  }

  get epoch(): number {
    return this.now;
  }

  get traffic() {
    return this.conversation.traffic;
  }

  /** It rides on the next exchange of its user; see `runErrands`. */
  send(errand: Errand): void {
    this.errands.add(errand);
  }

  /** True: what waits for an exchange of another user than this must be said on its own. */
  hasErrandsBeside(identity: Identity): boolean {
    return this.errands.identities().some((one) => !sameIdentity(one, identity));
  }

  /** Say now what found nothing to ride on. */
  async runErrands(): Promise<void> {
    await Promise.all(this.errands.identities().map((identity) => this.exchange(identity, [])));
  }

  /** Probes of several identities, side by side; one list of answers per list of probes. */
  async ask(batches: readonly Batch[]): Promise<readonly (readonly Answer[])[] | Trouble> {
    const replies = await Promise.all(batches.map((batch) => this.exchange(batch.identity, batch.probes)));
    const trouble = replies.find((reply): reply is Trouble => isTrouble(reply));
    return trouble ?? (replies as Answers[]).map((reply) => reply.answers);
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
    return this.conversation.stream(identity, fragment, source, onLine);
  }

  close(): Promise<void> {
    return this.conversation.close();
  }

  /** Ends whatever runs there for us, at once. */
  async interrupt(): Promise<void> {
    const conversation = this.conversation as Conversation & { interrupt?: () => Promise<void> };
    if (conversation.interrupt) await conversation.interrupt();
    else await conversation.close();
  }

  /** An exchange, with the errands of its user in front. */
  private async exchange(identity: Identity, fragments: readonly Fragment[]): Promise<Answers | Trouble> {
    const errands = this.errands.take(identity);
    const reply = await this.conversation.exchange(identity, [
      ...errands.map((one) => one.fragment),
      ...fragments,
    ]);
    errands.forEach((errand, i) => {
      errand.done(isTrouble(reply) ? reply : reply.answers[i]!);
    });
    return isTrouble(reply) ? reply : { kind: 'answers', answers: reply.answers.slice(errands.length) };
  }
}

export interface Batch {
  readonly identity: Identity;
  readonly probes: readonly Fragment[];
}
