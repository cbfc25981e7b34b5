import type { Seen } from '../peers/peer.ts';
import type { Measured } from './measure.ts';
import { median } from './statistics.ts';

/** The runs of one peer in one row. */
export interface Series {
  readonly peer: string;
  readonly runs: readonly (Measured & Seen)[];
}

/** What was done, on how many hosts, how far away; `rtt` in milliseconds. */
export interface Row {
  readonly work: string;
  readonly hosts: number;
  readonly rtt: number;
  readonly series: readonly Series[];
}

type Figure = 'wall' | 'cpu' | 'rss' | 'roundTrips' | 'bytes';

/** The median of a figure; NaN where the peer was not run. */
export function figure(row: Row | undefined, peer: string, name: Figure): number {
  const runs = row?.series.find((series) => series.peer === peer)?.runs ?? [];
  const values = runs.map((run) =>
    name === 'cpu' ? run.cpu + (run.cpuAfter ?? 0) : (run[name] ?? Number.NaN),
  );
  return median(values);
}

export function ratio(row: Row | undefined, over: string, under: string): number {
  return figure(row, over, 'wall') / figure(row, under, 'wall');
}

export function find(rows: readonly Row[], work: string, hosts = 1, rtt = 0): Row | undefined {
  return rows.find((row) => row.work === work && row.hosts === hosts && row.rtt === rtt);
}
