/** How often, counted in questions per step of the play, everything ahead may be asked anew. */
const FULL_LOOKS = 3;

/**
 * How far ahead to ask. Everything at first. After a change, again everything as long as the questions asked so far
 * stay within a small multiple of the steps ahead (so a host with few changes costs changes + 1 round trips), then
 * about twice as far as lately walked between two changes (so that a fresh host of n changes costs O(n) questions,
 * not O(n²)).
 */
export class Reach {
  private changes = 0;
  private sinceChange = 0;
  private lately = 1;
  private total = 0;
  private size = 0;

  limit(): number {
    if (this.changes === 0 || this.total + this.size <= FULL_LOOKS * this.size)
      return Number.POSITIVE_INFINITY;
    return 2 * Math.max(this.lately, this.sinceChange) + 1;
  }

  /** So many steps were looked at. */
  asked(steps: number): void {
    this.size = Math.max(this.size, steps);
    this.total += steps;
  }

  walked(): void {
    this.sinceChange++;
  }

  changed(): void {
    this.changes++;
    this.lately = Math.max(1, Math.ceil((this.lately + this.sinceChange) / 2));
    this.sinceChange = 0;
  }
}
