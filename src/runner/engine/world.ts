import type { Json } from '../contract/json.ts';
import type { World } from '../contract/task-type.ts';

/** In a real run nothing is predicted. */
export const REAL: World = { predicted: () => undefined };

/** What the unmade changes of a dry run would have made of one machine. A real run never writes to it. */
export class Overlay implements World {
  private readonly facts = new Map<string, Json>();
  private isClouded = false;

  /** Something was not run of which nobody can tell what it would have done. */
  cloud(): void {
    this.isClouded = true;
  }

  /**
   * Would a refusal of now be one in the real run as well? Not behind what nobody can foresee; and behind foreseen
   * changes only for a type that looks at them (`exact`).
   */
  foretells(exact: boolean): boolean {
    return !this.isClouded && (exact || this.facts.size === 0);
  }

  predicted(key: string): Json | undefined {
    return this.facts.get(key);
  }

  predict(facts: { readonly [key: string]: Json } | undefined): void {
    for (const [key, value] of Object.entries(facts ?? {})) this.facts.set(key, value);
  }
}
