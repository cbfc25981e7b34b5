import { join } from 'node:path';
import { Stop } from '../../scripts/lib/run.ts';
import type { Measured } from '../lib/measure.ts';
import { TASKS } from '../lib/work.ts';
import { writeInventory } from './inventory.ts';
import { changesDue, mustHaveEnded, type Peer, type Seen, type Site } from './peer.ts';

export const MAIN = join(import.meta.dirname, '../../dist/main.js');

export const ours: Peer = {
  name: 'ours',
  title: 'mama-play',
  command(site, work) {
    const project = join(site.ground.dir, 'project');
    const check = work === 'check' ? (['--check'] as const) : [];
    const inventory = writeInventory(site);
    return {
      argv: [process.execPath, MAIN, 'playbook.yaml', '-i', inventory, '--output', 'json', ...check],
      cwd: project,
    };
  },
  async judge(site, work, ran) {
    mustHaveEnded('mama-play', ran);
    return recapSeen(site, ran, { ok: TASKS, changed: changesDue(work, TASKS) });
  },
};

interface HostRecap {
  readonly ok: number;
  readonly changed: number;
  readonly would_change: number;
  readonly unknown: number;
  readonly failed: number;
  readonly round_trips: number;
  readonly bytes_sent: number;
  readonly bytes_received: number;
}

/** Stops unless every host's recap says just this, and nothing failed, is unknown or would change. */
export function recapSeen(
  site: Pick<Site, 'places'>,
  ran: Measured,
  due: { readonly ok: number; readonly changed: number },
): Seen {
  const recap = JSON.parse(ran.stdout.trim().split('\n').at(-1)!) as { hosts: Record<string, HostRecap> };
  for (const { name } of site.places) {
    const host = recap.hosts[name];
    const well =
      host &&
      host.ok === due.ok &&
      host.changed === due.changed &&
      host.would_change + host.unknown + host.failed === 0;
    if (!well)
      throw new Stop(`mama-play reports of ${name}: ${JSON.stringify(host)}, not ${JSON.stringify(due)}`);
  }
  const hosts = Object.values(recap.hosts);
  return {
    roundTrips: Math.max(...hosts.map((host) => host.round_trips)),
    bytes: hosts.reduce((sum, host) => sum + host.bytes_sent + host.bytes_received, 0),
  };
}
