import type { TaskEvent } from '../contract/event.ts';

/** Outcomes of several hosts that read the same but for the host. */
export interface Group {
  readonly first: TaskEvent;
  readonly hosts: readonly string[];
  /** When the first of them came, on the reporter's clock. */
  readonly since: number;
  /** What the slowest of them took. */
  readonly ms: number;
}

interface Growing extends Group {
  readonly key: string;
  readonly hosts: string[];
  ms: number;
}

/**
 * Holds outcomes back for a moment, so that hosts to which the same happened can share a line. What happened to one
 * host is told in the order in which it happened.
 */
export class Groups {
  private readonly withResults: boolean;
  private groups: Growing[] = [];
  /** How many groups were taken: a group's number is its place, counted from the first ever. */
  private taken = 0;
  /** What reads the same → the number of the latest group of it. */
  private readonly latest = new Map<string, number>();
  /** Host → the number of the group that tells its latest outcome. */
  private readonly last = new Map<string, number>();

  /** `withResults`: what `register` would store is told too, and must be the same. */
  constructor(withResults: boolean) {
    this.withResults = withResults;
  }

  add(event: TaskEvent, now: number): void {
    const key = sameness(event, this.withResults);
    const after = this.last.get(event.host) ?? -1;
    const number = this.latest.get(key) ?? -1;
    const group = number > after ? this.groups[number - this.taken] : undefined;
    if (group) {
      group.hosts.push(event.host);
      group.ms = Math.max(group.ms, event.ms);
      this.last.set(event.host, number);
      return;
    }
    const next = this.taken + this.groups.length;
    this.groups.push({ key, first: event, hosts: [event.host], since: now, ms: event.ms });
    this.latest.set(key, next);
    this.last.set(event.host, next);
  }

  /** The groups from the oldest on, up to the first that is not ripe. */
  take(isRipe: (group: Group) => boolean): Group[] {
    const end = this.groups.findIndex((group) => !isRipe(group));
    const taken = end < 0 ? this.groups : this.groups.slice(0, end);
    this.groups = end < 0 ? [] : this.groups.slice(end);
    for (const [place, { key }] of taken.entries())
      if (this.latest.get(key) === this.taken + place) this.latest.delete(key);
    this.taken += taken.length;
    return taken;
  }

  /** An outcome of this host is held back. */
  holds(host: string): boolean {
    return (this.last.get(host) ?? -1) >= this.taken;
  }

  get size(): number {
    return this.groups.length;
  }
}

/** Everything a person would see of it, but the host and the time. */
export function sameness({ host: _host, ms: _ms, result, ...rest }: TaskEvent, withResults: boolean): string {
  return JSON.stringify(withResults ? { ...rest, result } : rest);
}
