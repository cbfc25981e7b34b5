import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Stop } from '../../scripts/lib/run.ts';
import { writeInventory } from '../peers/inventory.ts';
import { MAIN, recapSeen } from '../peers/ours.ts';
import { mustHaveEnded, rootOf, type Seen, type Site } from '../peers/peer.ts';
import { type Ground, sshOptions } from './ground.ts';
import type { Command, Measured, Stopwatch } from './measure.ts';
import type { Options } from './options.ts';
import type { Row } from './results.ts';
import { emptied, mustHold, type Tree } from './tree.ts';
import { inTurns } from './turns.ts';
import { whenUnlocked } from './unlocked.ts';

type What = 'tree' | 'file';

interface Mover {
  readonly name: string;
  command(site: Site, what: What, from: string): Command;
  judge?(site: Site, run: 'first' | 'second', ran: Measured): Seen;
}

const FILES = 300;
const LARGE = 100_000_000;

/** A tree of 300 files, and one of 100 MB: brought to an empty place, and again when nothing has changed. */
export async function measureTransfers(
  ground: Ground,
  stopwatch: Stopwatch,
  options: Options,
  each: (row: Row) => void,
  progress: (text: string) => void,
): Promise<void> {
  const places = await ground.places(1, 0);
  const site: Site = { ground, peer: 'ours', places, rtt: 0 };
  for (const what of (['tree', 'file'] as const).filter((one) => options.scenarios.includes(one))) {
    const from = join(ground.dir, 'project', 'files', 'moved', what);
    const expected = what === 'tree' ? makeTree(from) : makeLarge(from);
    for (const run of ['first', 'second'] as const) {
      const movers = MOVERS.filter(({ name }) => name !== 'rsync -c' || run === 'second');
      const series = await inTurns(
        movers.map((mover) => ({
          peer: mover.name,
          run: async () => {
            const to = destination(site, mover);
            if (run === 'first') emptied(to);
            else if (!existsSync(to))
              cpSync(destination(site, MOVERS[0]!), to, { recursive: true, preserveTimestamps: true });
            const ran = await whenUnlocked(() => stopwatch.run(mover.command(site, what, from)));
            mustHaveEnded(mover.name, ran);
            mustHold(to, expected, `${mover.name}, ${run} run of the ${what}`, false);
            return { ...ran, ...mover.judge?.(site, run, ran) };
          },
        })),
        options.repeat ?? 5,
        60,
        (peer, ran) => progress(`${what} ${run} ${peer}: ${ran.wall.toFixed(2)} s`),
      );
      each({ work: `${what} ${run}`, hosts: 1, rtt: 0, series });
    }
    rmSync(from, { recursive: true });
    for (const mover of MOVERS) rmSync(destination(site, mover), { recursive: true, force: true });
  }
}

function destination(site: Site, { name }: Mover): string {
  return join(rootOf(site, site.places[0]!), '..', `moved by ${name}`.replaceAll(' ', '-'));
}

const MOVERS: readonly Mover[] = [
  {
    name: 'ours',
    command(site, what) {
      const project = join(site.ground.dir, 'project');
      const to = destination(site, MOVERS[0]!);
      const text = `- hosts: all\n  tasks:\n    - copy: {src: moved/${what}/, dest: ${to}/}\n`;
      writeFileSync(join(project, 'move.yaml'), text);
      const inventory = writeInventory(site);
      return {
        argv: [process.execPath, MAIN, 'move.yaml', '-i', inventory, '--output', 'json'],
        cwd: project,
      };
    },
    judge: (site, run, ran) => recapSeen(site, ran, { ok: 1, changed: run === 'first' ? 1 : 0 }),
  },
  { name: 'rsync', command: (site, _, from) => rsync(site, from, destination(site, MOVERS[1]!), []) },
  { name: 'rsync -c', command: (site, _, from) => rsync(site, from, destination(site, MOVERS[2]!), ['-c']) },
  {
    name: 'scp',
    command(site, _, from) {
      const [{ address, port }] = site.places as [Site['places'][number]];
      const options = sshOptions(site.ground).filter(
        (word) => word !== '-l' && word !== site.ground.sshd.user,
      );
      const to = `${site.ground.sshd.user}@${address}:${destination(site, MOVERS[3]!)}`;
      return {
        argv: ['/usr/bin/scp', '-q', '-r', '-P', String(port), ...options, `${from}/.`, to],
        cwd: site.ground.dir,
      };
    },
  },
];

function rsync(site: Site, from: string, to: string, more: readonly string[]): Command {
  const [{ address, port }] = site.places as [Site['places'][number]];
  const shell = ['ssh', '-p', String(port), ...sshOptions(site.ground)].join(' ');
  return {
    argv: ['/usr/bin/rsync', '-a', ...more, '-e', shell, `${from}/`, `${address}:${to}/`],
    cwd: site.ground.dir,
  };
}

function makeTree(dir: string): Tree {
  const tree = new Map<string, Uint8Array | null>();
  for (let i = 0; i < FILES; i++) {
    const path = `part-${i % 15}/section-${i % 5}/file-${i}.txt`;
    for (const folder of [dirname(dirname(path)), dirname(path)]) tree.set(folder, null);
    tree.set(path, noise(`${i}`, 500 + ((i * 37) % 9000)));
    mkdirSync(join(dir, dirname(path)), { recursive: true });
    writeFileSync(join(dir, path), tree.get(path)!);
  }
  return tree;
}

function makeLarge(dir: string): Tree {
  mkdirSync(dir, { recursive: true });
  const content = noise('large', LARGE);
  writeFileSync(join(dir, 'large.bin'), content);
  if (readFileSync(join(dir, 'large.bin')).length !== LARGE)
    throw new Stop('the large file could not be written');
  return new Map([['large.bin', content]]);
}

/** Bytes that don't compress, the same in every sitting. */
function noise(seed: string, length: number): Uint8Array {
  return createHash('shake256', { outputLength: length }).update(seed).digest();
}
