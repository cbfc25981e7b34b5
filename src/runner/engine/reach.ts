import { LONGEST } from './chain.ts';

/** How often, counted in questions per step of the play, everything ahead may be asked anew. */
const FULL_LOOKS = 3;

/**
 * How far ahead to ask. Everything at first. After a change, again everything as long as the questions asked so far
 * stay within a small multiple of the steps ahead (so a host with few changes costs changes + 1 round trips), then
 * about twice as far as lately walked between two sayings of changes (so that a fresh host of n changes costs O(n)
 * questions, not O(n²)). The changes of a chain are said once and walked one by one: long chains look far. Behind one
 * that is as long as it may be, what the next one can hold is asked: there all the rest is likely to change.
 */
export class Reach {
  private sayings = 0;
  private sinceSaying = 0;
  private lately = 1;
  private total = 0;
  private size = 0;
  private isFresh = false;

  limit(): number {
    if (this.isFresh && this.sinceSaying === 0) return LONGEST + 1;
    if (this.sayings === 0 || this.total + this.size <= FULL_LOOKS * this.size)
      return Number.POSITIVE_INFINITY;
    return 2 * Math.max(this.lately, this.sinceSaying) + 1;
  }

  /** So many steps were looked at. */
  asked(steps: number): void {
    this.size = Math.max(this.size, steps);
    this.total += steps;
  }

  walked(): void {
    this.sinceSaying++;
  }

  /** So many changes are about to be said at once. */
  said(changes: number): void {
    this.isFresh = changes > LONGEST;
    this.sayings++;
    this.lately = Math.max(1, Math.ceil((this.lately + this.sinceSaying) / 2));
    this.sinceSaying = 0;
  }
}
