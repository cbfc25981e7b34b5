import { existsSync } from 'node:fs';
import { ansible, mitogen } from '../peers/ansible.ts';
import { floor, floor25519 } from '../peers/floor.ts';
import { ours } from '../peers/ours.ts';
import { type Peer, rootOf, type Site, type Work } from '../peers/peer.ts';
import type { Ground } from './ground.ts';
import type { Stopwatch } from './measure.ts';
import type { Options, PeerName } from './options.ts';
import type { Row } from './results.ts';
import { emptied, mustHold, written } from './tree.ts';
import { inTurns } from './turns.ts';
import { whenUnlocked } from './unlocked.ts';
import { expectedTree } from './work.ts';

const PEERS: readonly Peer[] = [ours, floor, floor25519, mitogen, ansible];
const SLOW: ReadonlySet<PeerName> = new Set(['mitogen', 'ansible']);

interface Distance {
  readonly hosts: number;
  readonly rtt: number;
  readonly repeat: number;
  /** What Ansible and Mitogen take part in: they need minutes for what the others do in seconds. */
  readonly slow: readonly Work[];
}

const ALL: readonly Work[] = ['first', 'second', 'check'];

const DISTANCES: readonly Distance[] = [
  { hosts: 1, rtt: 0, repeat: 3, slow: ALL },
  { hosts: 10, rtt: 0, repeat: 3, slow: ALL },
  { hosts: 50, rtt: 0, repeat: 3, slow: ['second'] },
  { hosts: 1, rtt: 20, repeat: 3, slow: ALL },
  { hosts: 10, rtt: 20, repeat: 3, slow: [] },
  { hosts: 1, rtt: 100, repeat: 7, slow: ALL },
  { hosts: 10, rtt: 100, repeat: 3, slow: [] },
];

/** Seconds after which a peer is not run again in a row; more where a promise hangs on the row. */
const PATIENCE = 12;
const PATIENCE_PROMISED = 60;

/** Calls `each` with every row as soon as it is measured. */
export async function measureTwentyTasks(
  ground: Ground,
  stopwatch: Stopwatch,
  options: Options,
  each: (row: Row) => void,
  progress: (text: string) => void,
): Promise<void> {
  const works = ALL.filter((work) => options.scenarios.includes(work));
  const peers = PEERS.filter((peer) => options.peers.includes(peer.name));
  const distances = DISTANCES.filter(
    ({ hosts, rtt }) => (options.hosts ?? [hosts]).includes(hosts) && (options.rtts ?? [rtt]).includes(rtt),
  );
  for (const { hosts, rtt, repeat, slow } of distances) {
    const places = await ground.places(hosts, rtt);
    for (const work of works) {
      const taking = peers.filter((peer) => !SLOW.has(peer.name) || slow.includes(work));
      const series = await inTurns(
        taking.map((peer) => {
          const site: Site = { ground, peer: peer.name, places, rtt };
          return { peer: peer.name, run: () => perform(stopwatch, peer, site, work) };
        }),
        options.repeat ?? repeat,
        work === 'second' && promised(hosts, rtt) ? PATIENCE_PROMISED : PATIENCE,
        (peer, ran) => progress(`${work} ${hosts} hosts ${rtt} ms ${peer}: ${ran.wall.toFixed(2)} s`),
      );
      each({ work, hosts, rtt, series });
    }
  }
}

function promised(hosts: number, rtt: number): boolean {
  return (hosts === 10 && rtt === 0) || (hosts === 1 && rtt === 100);
}

/** One run: prepared, measured, and looked into. */
async function perform(stopwatch: Stopwatch, peer: Peer, site: Site, work: Work) {
  for (const place of site.places) {
    const root = rootOf(site, place);
    if (work === 'first') emptied(root);
    else if (!existsSync(root)) written(root, expectedTree(root, place.name));
  }
  const ran = await whenUnlocked(() => stopwatch.run(peer.command(site, work)));
  const seen = await peer.judge(site, work, ran);
  for (const place of site.places) {
    const root = rootOf(site, place);
    mustHold(root, expectedTree(root, place.name), `${peer.title}, ${work} run, ${place.name}`);
  }
  return { ...ran, ...seen };
}
