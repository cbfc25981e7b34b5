/** Choices that follow from a seed, so that a number is all that has to be told of a project. */
export class Draw {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** One of 0 … below-1. (mulberry32) */
  nat(below: number): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  }

  /** True so many times of a hundred. */
  chance(percent: number): boolean {
    return this.nat(100) < percent;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.nat(list.length)]!;
  }

  /** Some of them, in their order. */
  some<T>(list: readonly T[], percent: number): T[] {
    return list.filter(() => this.chance(percent));
  }

  times<T>(least: number, most: number, make: (i: number) => T): T[] {
    return Array.from({ length: least + this.nat(most - least + 1) }, (_, i) => make(i));
  }
}
