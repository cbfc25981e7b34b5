import { join } from 'node:path';
import { Stop } from '../../scripts/lib/run.ts';
import type { Ground, Place } from '../lib/ground.ts';
import type { Command, Measured } from '../lib/measure.ts';
import type { PeerName } from '../lib/options.ts';

/** The three runs of the twenty tasks. */
export type Work = 'first' | 'second' | 'check';

/** The hosts of one row, and where this peer keeps them. */
export interface Site {
  readonly ground: Ground;
  readonly peer: PeerName;
  readonly places: readonly Place[];
  readonly rtt: number;
}

/** What a run showed besides its measures. */
export interface Seen {
  /** The largest number among the hosts. */
  readonly roundTrips?: number;
  /** Bytes both ways, all hosts together. */
  readonly bytes?: number;
  /** CPU seconds of helpers that outlive the run. */
  readonly cpuAfter?: number;
}

/** One way to do the twenty tasks on many hosts. */
export interface Peer {
  readonly name: PeerName;
  readonly title: string;
  /** Written down before the clock runs. */
  command(site: Site, work: Work): Command;
  /** Stops where the run did not do what was asked; every run leaves no connection behind. */
  judge(site: Site, work: Work, ran: Measured): Promise<Seen>;
}

export function rootOf({ ground, peer }: Site, place: Place): string {
  return join(ground.dir, 'hosts', peer, place.name);
}

/** How many of the tasks must have changed something. */
export function changesDue(work: Work, tasks: number): number {
  return work === 'first' ? tasks : 0;
}

export function mustHaveEnded(title: string, ran: Measured): void {
  if (ran.code === 0) return;
  const said = `${ran.stdout}\n${ran.stderr}`.trim().split('\n').slice(-25).join('\n');
  throw new Stop(`${title} ended with ${ran.code}:\n${said}`);
}
