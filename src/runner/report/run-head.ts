import type { RecapEvent } from '../contract/event.ts';
import { COUNTS } from './recap.ts';

/** A run: what was asked for, by whom, and, once it has ended, what it came to. Kept as `run.json`. */
export interface RunHead {
  readonly id: string;
  /** Of mama-play. */
  readonly version: string;
  /** As they were given on the command line. */
  readonly playbooks: readonly string[];
  readonly inventory: readonly string[];
  readonly limit: string | null;
  readonly tags: readonly string[];
  readonly skip_tags: readonly string[];
  readonly check: boolean;
  /** ISO 8601, UTC. */
  readonly started: string;
  /** `user@machine (process 123)` */
  readonly who: string;
  readonly elapsed_ms?: number;
  readonly exit?: number;
  /** How many hosts it had, and the sums of their counts. */
  readonly hosts?: number;
  readonly counts?: Counts;
}

export type Counts = Readonly<Record<(typeof COUNTS)[number], number>>;

export function totals(recap: RecapEvent): { hosts: number; counts: Counts } {
  const hosts = Object.values(recap.hosts);
  const sums = COUNTS.map((name) => [name, hosts.reduce((sum, host) => sum + host[name], 0)]);
  return { hosts: hosts.length, counts: Object.fromEntries(sums) as Counts };
}

/** The command line that it was, as far as it is kept (variables are not). */
export function commandWords(run: RunHead): string[] {
  const { playbooks, inventory, limit, tags, skip_tags, check } = run;
  return [
    ...playbooks,
    ...inventory.map((path) => `-i ${path}`),
    ...(limit === null ? [] : [`--limit ${limit}`]),
    ...(tags.length > 0 ? [`--tags ${tags.join(',')}`] : []),
    ...(skip_tags.length > 0 ? [`--skip-tags ${skip_tags.join(',')}`] : []),
    ...(check ? ['--check'] : []),
  ];
}
