import {
  type Answer,
  type Fragment,
  type Identity,
  sameIdentity,
  type Trouble,
} from '../contract/exchange.ts';

/** Something of our own that is to be said to a machine, and can ride on whatever is said next by the same user. */
export interface Errand {
  readonly identity: Identity;
  readonly fragment: Fragment;
  done(answer: Answer | Trouble): void;
}

/** Errands that wait for an exchange to ride on, in order. */
export class Errands {
  private waiting: Errand[] = [];

  add(errand: Errand): void {
    this.waiting.push(errand);
  }

  /** Those that can ride with this user's exchange; they wait no longer. */
  take(identity: Identity): Errand[] {
    const taken = this.waiting.filter((errand) => sameIdentity(errand.identity, identity));
    this.waiting = this.waiting.filter((errand) => !taken.includes(errand));
    return taken;
  }

  /** Users for whom something waits. */
  identities(): Identity[] {
    const all = this.waiting.map((errand) => errand.identity);
    return all.filter((one, i) => all.findIndex((other) => sameIdentity(one, other)) === i);
  }
}
