import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDelayProxy } from '../delay-proxy.ts';
import { type Sshd, startSshd } from './sshd.ts';
import type { Undo } from './undo.ts';

/** A host as a peer sees it: an address and a port of this machine, perhaps with a delay in between. */
export interface Place {
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

/** Everything that the peers work on: one directory, one sshd, many addresses. */
export interface Ground {
  readonly dir: string;
  readonly sshd: Sshd;
  /** Names the server's key for every place. */
  readonly knownHosts: string;
  /** The same places again for the same arguments. `rtt` in milliseconds, both ways together. */
  places(count: number, rtt: number): Promise<readonly Place[]>;
}

export async function makeGround(undo: Undo): Promise<Ground> {
  const dir = mkdtempSync(join(tmpdir(), 'mama-bench-'));
  undo.later(() => rmSync(dir, { recursive: true, force: true }));
  const sshd = await startSshd(join(dir, 'sshd'), undo);
  const knownHosts = join(dir, 'known_hosts');
  mkdirSync(join(dir, 'run'));
  const made = new Map<string, Promise<Place>>();

  const make = async (index: number, rtt: number): Promise<Place> => {
    const address = `127.9.${rtt}.${index}`;
    const port = rtt === 0 ? sshd.port : await delayed(address, rtt);
    appendFileSync(knownHosts, `[${address}]:${port} ${sshd.hostKey}\n`);
    return { name: `host-${index}`, address, port };
  };
  const delayed = async (address: string, rtt: number): Promise<number> => {
    const to = { host: address, port: sshd.port };
    const proxy = await startDelayProxy({ to, delayMs: rtt / 2, listen: address });
    undo.later(() => proxy.close());
    return proxy.port;
  };
  const place = (index: number, rtt: number): Promise<Place> => {
    const key = `${index} ${rtt}`;
    const there = made.get(key) ?? make(index, rtt);
    made.set(key, there);
    return there;
  };
  return {
    dir,
    sshd,
    knownHosts,
    places: (count, rtt) => Promise.all(Array.from({ length: count }, (_, i) => place(i + 1, rtt))),
  };
}

/** What the system's ssh is told of the ground, by every peer that uses it. */
export function sshOptions({ sshd, knownHosts }: Ground): string[] {
  return ['-i', sshd.key, '-l', sshd.user, '-o', `UserKnownHostsFile=${knownHosts}`, '-o', 'BatchMode=yes'];
}
