import type {
  Answer,
  Answers,
  Conversation,
  Fragment,
  Identity,
  Reply,
  Trouble,
} from '../contract/exchange.ts';
import { isTrouble } from '../contract/exchange.ts';
import type { Apply } from '../contract/task-type.ts';

/**
 * One machine and what was said to it. Its epoch moves with every apply, whoever said it and however it ended: an
 * answer is trusted only in the epoch it was given in.
 */
export class Machine {
  readonly name: string;
  private readonly conversation: Conversation;
  private now = 0;

  constructor(name: string, conversation: Conversation) {
    this.name = name;
    this.conversation = conversation;
  }

  get epoch(): number {
    return this.now;
  }

  get traffic() {
    return this.conversation.traffic;
  }

  /** Probes of several identities, side by side; one list of answers per list of probes. */
  async ask(batches: readonly Batch[]): Promise<readonly (readonly Answer[])[] | Trouble> {
    const replies = await Promise.all(
      batches.map((batch) => this.conversation.exchange(batch.identity, batch.probes)),
    );
    const trouble = replies.find((reply): reply is Trouble => isTrouble(reply));
    return trouble ?? (replies as Answers[]).map((reply) => reply.answers);
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
