/** What is to be taken away again, last made first. Undoing twice does nothing twice. */
export class Undo {
  readonly #steps: (() => void | Promise<void>)[] = [];

  later(step: () => void | Promise<void>): void {
    this.#steps.push(step);
  }

  /** Goes on where a step fails: the rest is to be taken away too. */
  async all(): Promise<void> {
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) {
      try {
        await step();
      } catch (error) {
        console.error(`clearing up: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
}
