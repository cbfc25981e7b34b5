import type { Json } from '../contract/json.ts';
import type { Area } from '../contract/task-type.ts';
import { split } from './areas.ts';

/** What a task that is not run would make of one thing. */
export interface Fact {
  readonly value: Json;
  /** The task that would bring it about. */
  readonly by: string;
  /** How many were predicted before it. */
  readonly order: number;
}

/**
 * What would be otherwise, by its key (`path:/x`, `container:c` …), in the order in which it was predicted. What concerns an
 * area is found without looking at all of it.
 */
export class Predicted {
  private readonly facts = new Map<string, Fact>();
  private readonly bySort = new Map<string, Set<string>>();
  /** Keys of all that something was ever predicted below of. */
  private readonly above = new Set<string>();
  private count = 0;

  copy(): Predicted {
    const copy = new Predicted();
    for (const [key, { value, by }] of this.facts) copy.set(key, value, by);
    return copy;
  }

  get(key: string): Fact | undefined {
    return this.facts.get(key);
  }

  set(key: string, value: Json, by: string): void {
    this.facts.set(key, { value, by, order: this.facts.get(key)?.order ?? this.count++ });
    const [sort] = split(key);
    const keys = this.bySort.get(sort) ?? new Set();
    this.bySort.set(sort, keys.add(key));
    this.above.add(`${sort}:`);
    for (const one of ancestors(key)) {
      if (this.above.has(one)) break;
      this.above.add(one);
    }
  }

  deleteBelow(key: string): void {
    if (!this.above.has(key)) return;
    for (const known of this.facts.keys())
      if (known.startsWith(`${key}/`)) {
        this.facts.delete(known);
        this.bySort.get(split(known)[0])?.delete(known);
      }
  }

  /** All that may alter one of these areas, and little else; the first predicted first. */
  near(areas: readonly Area[]): Iterable<readonly [key: string, fact: Fact]> {
    if (areas.includes('*')) return this.facts;
    const keys = new Set(areas.flatMap((area) => [...this.keysNear(area)]));
    const found = [...keys].flatMap((key) => {
      const fact = this.facts.get(key);
      return fact ? [[key, fact] as const] : [];
    });
    return found.sort(([, a], [, b]) => a.order - b.order);
  }

  private keysNear(area: Area): Iterable<string> {
    const [sort, at] = split(area);
    if (sort !== 'path' && sort !== 'tree') return this.bySort.get(sort) ?? [];
    const key = `path:${at}`;
    const within = at === '' || (sort === 'tree' && (this.above.has(key) || at === '/'));
    return within ? (this.bySort.get('path') ?? []) : [key, ...ancestors(key), 'path:/', 'path:'];
  }
}

/** `path:/a/b` and `path:/a` of `path:/a/b/c`, the nearest first. */
function ancestors(key: string): string[] {
  const all: string[] = [];
  for (let end = key.lastIndexOf('/'); end > 0 && key[end - 1] !== ':'; end = key.lastIndexOf('/', end - 1))
    all.push(key.slice(0, end));
  return all;
}
