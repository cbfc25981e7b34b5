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
import { type Lease, type LeaseOutcome, readLease } from './lease.ts';

/**
 * One machine and what was said to it. Its epoch moves with every apply, whoever said it and however it ended: an
 * answer is trusted only in the epoch it was given in.
 */
export class Machine {
  readonly name: string;
  private readonly conversation: Conversation;
  private readonly lease: Lease | null;
  private now = 0;

  /** `lease` null: a dry run, which needs none. */
  constructor(name: string, conversation: Conversation, lease: Lease | null) {
    this.name = name;
    this.conversation = conversation;
    this.lease = lease;
  }

  get epoch(): number {
    return this.now;
  }

  get traffic() {
    return this.conversation.traffic;
  }

  /** Probes of several identities, side by side; one list of answers per list of probes. */
  async ask(batches: readonly Batch[]): Promise<readonly (readonly Answer[])[] | Trouble> {
    const replies = await Promise.all(batches.map((batch) => this.exchange(batch.identity, batch.probes)));
    const trouble = replies.find((reply): reply is Trouble => isTrouble(reply));
    return trouble ?? (replies as Answers[]).map((reply) => reply.answers);
  }

  /** The machine's lease, asked for now if nothing that was said carried the question yet; null: a dry run. */
  async leased(): Promise<LeaseOutcome | null> {
    if (!this.lease) return null;
    if (!this.lease.isAsked) await this.exchange(this.lease.identity, []);
    return this.lease.wait();
  }

  /** Asking for the lease would take a round trip of its own. */
  get owesLease(): boolean {
    return this.lease !== null && !this.lease.isAsked;
  }

  /** What came of asking for the lease, if it was asked for. */
  get leaseSoFar(): LeaseOutcome | null {
    return this.lease?.known ?? null;
  }

  /** The first exchange of the lease's identity carries the question for it. */
  private async exchange(identity: Identity, fragments: readonly Fragment[]): Promise<Answers | Trouble> {
    const { lease } = this;
    if (!lease || lease.isAsked || !sameIdentity(identity, lease.identity)) {
      return this.conversation.exchange(identity, fragments);
    }
    lease.isAsked = true;
    const reply = await this.conversation.exchange(identity, [lease.fragment, ...fragments]);
    if (isTrouble(reply)) {
      lease.settle({ kind: 'none', because: reply.message });
      return reply;
    }
    lease.settle(readLease(reply.answers[0]!));
    return { kind: 'answers', answers: reply.answers.slice(1) };
  }

  /** Changes, in order, stopping at the first that fails, and probes that see what they made. */
  async say(
    identity: Identity,
    applies: readonly Fragment[],
    probes: readonly Fragment[],
  ): Promise<Answers | Trouble> {
    this.now++;
    return this.conversation.exchange(identity, [...applies, ...probes]);
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
}

export interface Batch {
  readonly identity: Identity;
  readonly probes: readonly Fragment[];
}
