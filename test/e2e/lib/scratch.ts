import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { KEY, KNOWN_HOSTS } from '../../hosts/state.ts';
import { HOSTS, LOGIN } from '../../hosts/table.ts';

/** Variables of one host in a scratch inventory. */
export type HostVars = Readonly<Record<string, string | number | boolean>>;

/** A project in a folder of its own: one playbook, one inventory. */
export interface Scratch {
  readonly folder: string;
  /** Arguments for mama-play. */
  readonly args: readonly string[];
  path(name: string): string;
  remove(): void;
}

/** How a test host is reached, with what a test wants otherwise. */
export function reach(name: string, otherwise: HostVars = {}): HostVars {
  const { sshPort } = HOSTS.find((host) => host.name === name)!;
  return {
    ansible_host: '127.0.0.1',
    ansible_port: sshPort,
    ansible_user: LOGIN,
    ansible_ssh_private_key_file: KEY,
    mama_known_hosts: KNOWN_HOSTS,
    ...otherwise,
  };
}

export function scratch(playbook: string, hosts: Readonly<Record<string, HostVars>>): Scratch {
  const folder = mkdtempSync(join(tmpdir(), 'mama-e2e-'));
  const path = (name: string) => join(folder, name);
  writeFileSync(path('play.yaml'), playbook);
  writeFileSync(path('hosts.yaml'), stringify({ all: { hosts } }));
  return {
    folder,
    path,
    args: [path('play.yaml'), '-i', path('hosts.yaml')],
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A port of the loopback address on which nobody listens. */
export function deadPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
