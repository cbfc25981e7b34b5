import type { Json } from '../contract/json.ts';
import type { World } from '../contract/task-type.ts';

/** What the unmade changes of a dry run would have made of one machine. A real run never writes to it. */
export class Overlay implements World {
  private readonly facts = new Map<string, Json>();

  predicted(key: string): Json | undefined {
    return this.facts.get(key);
  }

  predict(facts: { readonly [key: string]: Json } | undefined): void {
    for (const [key, value] of Object.entries(facts ?? {})) this.facts.set(key, value);
  }
}
