/** Lets at most `size` holders in; the others wait in the order in which they came. */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(size: number) {
    this.#free = size;
  }

  /** Resolves to the function that gives the slot back; calling it twice does nothing. */
  async take(): Promise<() => void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    };
  }
}

/** One `Slots` per key, made when first asked for. */
export class SlotsByKey {
  readonly #size: number;
  readonly #slots = new Map<string, Slots>();

  constructor(size: number) {
    this.#size = size;
  }

  take(key: string): Promise<() => void> {
    const slots = this.#slots.get(key) ?? new Slots(this.#size);
    this.#slots.set(key, slots);
    return slots.take();
  }
}
