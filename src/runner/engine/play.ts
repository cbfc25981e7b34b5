import PQueue from 'p-queue';
import type { Play } from '../language/model.ts';
import { Batch } from './batch.ts';
import type { Host } from './host.ts';
import type { Run } from './run-context.ts';
import { Way } from './way.ts';

/** What a play means for those after it. */
export type PlayEnd = 'go-on' | 'stop';

/** One play on its hosts, batch by batch. */
export async function runPlay(run: Run, play: Play, hosts: readonly Host[], forks: number): Promise<PlayEnd> {
  const live = hosts.filter((host) => host.live);
  // Hosts that failed earlier take no further part, and a play of nobody but them is not begun.
  if (live.length === 0 && hosts.length > 0) return 'go-on';
  if (live.length === 0) {
    run.emit({ event: 'play', play: play.name, hosts: [], empty: true });
    return 'go-on';
  }
  const absent = hosts.filter((host) => !host.live);
  const batches = batchesOf(live, play.serial);
  for (const [index, members] of batches.entries()) {
    run.emit({
      event: 'play',
      play: play.name,
      hosts: members.map((host) => host.name),
      ...(play.serial.length > 0 ? { batch: index + 1 } : {}),
    });
    const batch = new Batch(play, members, absent, forks);
    await runBatch(run, batch, hosts, forks);
    const isOver = run.interrupt.stop || batch.over === 'fatal' || run.leases.refused.size > 0;
    if (!isOver && batch.over === 'end_play') return 'go-on';
    // Nobody is left to show that the next batch would fare better; and what comes may need what this play does.
    if (isOver || members.every((host) => !host.live)) {
      for (const host of batches.slice(index + 1).flat()) host.isCutShort = true;
      return 'stop';
    }
  }
  return 'go-on';
}

async function runBatch(run: Run, batch: Batch, hosts: readonly Host[], forks: number): Promise<void> {
  const all = hosts.map((host) => host.name);
  const live = () => hosts.filter((host) => host.live).map((host) => host.name);
  // In lockstep every host must be able to arrive; how many go on from there at once, the lockstep sees to.
  const queue = new PQueue({ concurrency: batch.lockstep ? Number.POSITIVE_INFINITY : forks });
  const ways = batch.hosts.map((host) =>
    queue.add(() => walk(run, batch, host, new Way(run, batch, host, all, live))),
  );
  const ended = await Promise.allSettled(ways);
  for (const way of ended) if (way.status === 'rejected') throw way.reason;
}

/** Whatever a bug of ours breaks, the other hosts finish the task in hand, and nothing further begins. */
async function walk(run: Run, batch: Batch, host: Host, way: Way): Promise<void> {
  try {
    await way.go();
  } catch (bug) {
    run.interrupt.stop = true;
    throw bug;
  } finally {
    batch.lockstep?.leave(host.name);
  }
}

/** Sizes of `serial` in turn, the last one for all that remain; a percentage is of the play's hosts, at least one. */
export function batchesOf<T>(hosts: readonly T[], serial: Play['serial']): T[][] {
  if (serial.length === 0) return [[...hosts]];
  const batches: T[][] = [];
  for (let from = 0, turn = 0; from < hosts.length; turn++) {
    const size = sizeOf(serial[Math.min(turn, serial.length - 1)]!, hosts.length);
    batches.push(hosts.slice(from, from + size));
    from += size;
  }
  return batches;
}

function sizeOf(serial: Play['serial'][number], hosts: number): number {
  if (typeof serial === 'number') return serial > 0 ? serial : hosts;
  return Math.max(1, Math.floor((Number.parseFloat(serial) * hosts) / 100));
}
