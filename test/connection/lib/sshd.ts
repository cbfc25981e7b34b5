import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Target } from '../../../src/runner/contract/exchange.ts';

/** An sshd of our own on a loopback port, with keys and configuration in a folder of its own. Needs root. */
export interface Sshd {
  /** The listener; its children are the sessions. */
  readonly pid: number;
  readonly port: number;
  readonly folder: string;
  /** The login key; its public half is the only one that is let in. */
  readonly key: string;
  /** A known_hosts file that knows this server. */
  readonly knownHosts: string;
  /** The host key's line, `type base64`. */
  readonly hostKey: string;
  /** An environment whose HOME is an empty folder. */
  readonly env: Record<string, string>;
  target(via: Target['via'], more?: Partial<Target>): Target;
  stop(): Promise<void>;
}

/** `around`: a command that runs the listener in surroundings of its own, by `exec "$@"`. */
export async function startSshd(
  lines: readonly string[] = [],
  around: readonly string[] = [],
): Promise<Sshd> {
  const folder = mkdtempSync(join(tmpdir(), 'mp-sshd-'));
  // The users that log in must be able to pass through it.
  chmodSync(folder, 0o755);
  const home = join(folder, 'home');
  mkdirSync(join(home, '.ssh'), { recursive: true, mode: 0o700 });
  mkdirSync('/run/sshd', { recursive: true });
  const key = join(folder, 'id');
  for (const file of ['host', 'id']) makeKey(join(folder, file));
  writeFileSync(join(folder, 'authorized_keys'), readFileSync(`${key}.pub`));
  const port = await freePort();
  writeFileSync(
    join(folder, 'sshd_config'),
    [
      ...lines,
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${folder}/host`,
      `AuthorizedKeysFile ${folder}/authorized_keys`,
      `PidFile ${folder}/pid`,
      'StrictModes no',
      'UsePAM no',
      'PermitRootLogin yes',
      'LogLevel ERROR',
      '',
    ].join('\n'),
  );
  const [command, ...args] = [...around, '/usr/sbin/sshd', '-D', '-e', '-f', join(folder, 'sshd_config')];
  const child = spawn(command!, args, { stdio: 'ignore' });
  await answers(port);
  const hostKey = readFileSync(join(folder, 'host.pub'), 'utf8').split(' ').slice(0, 2).join(' ').trim();
  const knownHosts = join(folder, 'known_hosts');
  writeFileSync(knownHosts, `[127.0.0.1]:${port} ${hostKey}\n`);
  const env = { PATH: process.env['PATH'] ?? '', HOME: home, USER: 'root' };
  return {
    pid: child.pid!,
    port,
    folder,
    key,
    knownHosts,
    hostKey,
    env,
    target: (via, more = {}) => ({
      name: 'web1',
      via,
      address: '127.0.0.1',
      port,
      user: 'root',
      privateKeyFile: key,
      knownHostsFile: knownHosts,
      connectTimeout: 10,
      ...more,
    }),
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function makeKey(file: string, passphrase = ''): void {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', 'test', '-f', file]);
}

/** `SHA256:…` of a key file, as OpenSSH's own tool says it. */
export function fingerprintOf(file: string): string {
  return execFileSync('ssh-keygen', ['-lf', file], { encoding: 'utf8' }).split(' ')[1]!;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (!address || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function answers(port: number): Promise<void> {
  for (let i = 0; i < 100; i += 1) {
    const there = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('data', () => resolve(true)).once('error', () => resolve(false));
      socket.once('data', () => socket.destroy());
    });
    if (there) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('sshd did not start');
}
