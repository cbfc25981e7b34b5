import { setTimeout as sleep } from 'node:timers/promises';
import { type Conversation, isTrouble, type Traffic, type Trouble } from '../contract/exchange.ts';

/** Seconds before each further call to a machine whose line was lost. */
export const PAUSES: readonly number[] = [0.2, 1, 2, 4, 8, 15];

/** What came of a lost line. `known`: somebody else has called again already. */
export type Mended =
  | { readonly kind: 'new' }
  | { readonly kind: 'known' }
  | { readonly kind: 'given-up'; readonly trouble: Trouble };

/** The line to one machine, called again when it is lost. */
export class Link {
  private current: Conversation;
  private readonly call: (stop: AbortSignal) => Promise<Conversation | Trouble>;
  private readonly note: (msg: string) => void;
  private readonly pauses: readonly number[];
  private before: Traffic = { sent: 0, received: 0 };
  private mending: Promise<Mended> | null = null;
  /** Nobody waits for the machine any more. */
  private readonly ending = new AbortController();
  private readonly over = new Promise<null>((resolve) => {
    this.ending.signal.addEventListener('abort', () => resolve(null), { once: true });
  });

  constructor(
    first: Conversation,
    call: (stop: AbortSignal) => Promise<Conversation | Trouble>,
    note: (msg: string) => void,
    pauses: readonly number[],
  ) {
    this.pauses = pauses;
    this.current = first;
    this.call = call;
    this.note = note;
  }

  get conversation(): Conversation {
    return this.current;
  }

  get traffic(): Traffic {
    const { sent, received } = this.current.traffic;
    return { sent: this.before.sent + sent, received: this.before.received + received };
  }

  /** After trouble on `over`: a lost line is replaced, once for all who were on it. Other trouble is given back. */
  async mend(trouble: Trouble, over: Conversation): Promise<Mended> {
    if (trouble.trouble !== 'lost' || this.isEnding) return { kind: 'given-up', trouble };
    if (over !== this.current) return { kind: 'known' };
    if (this.mending) return (await this.mending).kind === 'given-up' ? this.mending : { kind: 'known' };
    this.mending = this.callAgain(trouble);
    const mended = await this.mending;
    this.mending = null;
    return mended;
  }

  /** The line is called anew, and the old one closed when nobody is on it any more; not null: nobody answered, and it stays. */
  async replace(quiet: () => Promise<unknown>): Promise<Trouble | null> {
    const fresh = await this.call(this.ending.signal);
    if (isTrouble(fresh)) return fresh;
    const old = this.current;
    const { sent, received } = this.traffic;
    this.before = { sent, received };
    this.current = fresh;
    await quiet();
    await old.close();
    return null;
  }

  close(): Promise<void> {
    this.ending.abort();
    return this.current.close();
  }

  async interrupt(forGood: boolean): Promise<void> {
    if (forGood) this.ending.abort();
    const conversation = this.current as Conversation & { interrupt?: (forGood: boolean) => Promise<void> };
    if (conversation.interrupt) await conversation.interrupt(forGood);
    else await conversation.close();
  }

  private get isEnding(): boolean {
    return this.ending.signal.aborted;
  }

  private async callAgain(lost: Trouble): Promise<Mended> {
    this.note(`the line was lost (${lost.message}); calling again`);
    void this.current.close();
    let last = lost;
    for (const pause of this.pauses) {
      await Promise.race([sleep(pause * 1000), this.over]);
      if (this.isEnding) break;
      const called = this.call(this.ending.signal);
      const conversation = await Promise.race([called, this.over]);
      if (conversation === null) {
        void called.then((late) => (isTrouble(late) ? undefined : late.close()));
        break;
      }
      if (!isTrouble(conversation)) {
        const { sent, received } = this.traffic;
        this.before = { sent, received };
        this.current = conversation;
        return { kind: 'new' };
      }
      last = conversation;
    }
    return { kind: 'given-up', trouble: last };
  }
}
