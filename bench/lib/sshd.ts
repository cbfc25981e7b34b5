import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { must, Stop } from '../../scripts/lib/run.ts';
import type { Undo } from './undo.ts';

export interface Sshd {
  readonly port: number;
  readonly user: string;
  /** The login key. */
  readonly key: string;
  /** `ssh-ed25519 AAAA…`, as a known_hosts line ends. */
  readonly hostKey: string;
}

/**
 * One OpenSSH server with keys of its own, for every address 127.x.y.z. (It can listen on 16 addresses at most, so it
 * listens on all, and lets nobody in who does not come from this machine.) Its sessions have an empty home directory, as
 * on a new host: what the account's `.bashrc` does here, before every command, is nobody's merit or fault.
 */
export async function startSshd(dir: string, undo: Undo): Promise<Sshd> {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const [hostKey, key] = [join(dir, 'host_key'), join(dir, 'login_key')];
  for (const file of [hostKey, key]) {
    await must('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'bench', '-f', file]);
  }
  mkdirSync(join(dir, 'home'));
  writeFileSync(join(dir, 'authorized_keys'), readFileSync(`${key}.pub`));
  const port = await freePort();
  const config = join(dir, 'sshd_config');
  const user = userInfo().username;
  writeFileSync(config, configuration(dir, hostKey, port, user));
  if (process.getuid?.() === 0 && !existsSync('/run/sshd')) mkdirSync('/run/sshd', { mode: 0o755 });
  await must('/usr/sbin/sshd', ['-t', '-f', config]);
  await start(config, join(dir, 'log'), port, undo);
  return {
    port,
    user,
    key,
    hostKey: readFileSync(`${hostKey}.pub`, 'utf8').split(' ').slice(0, 2).join(' '),
  };
}

function configuration(dir: string, hostKey: string, port: number, user: string): string {
  return `Port ${port}
ListenAddress 0.0.0.0
HostKey ${hostKey}
AuthorizedKeysFile ${join(dir, 'authorized_keys')}
AllowUsers ${user}@127.0.0.0/8
PermitRootLogin prohibit-password
PubkeyAuthentication yes
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
StrictModes no
PidFile none
PrintMotd no
SetEnv HOME=${join(dir, 'home')}
MaxStartups 1000
LogLevel ERROR
Subsystem sftp internal-sftp
`;
}

async function start(config: string, log: string, port: number, undo: Undo): Promise<void> {
  const file = openSync(log, 'a');
  const child = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', config], { stdio: ['ignore', file, file] });
  closeSync(file);
  const ended = new Promise<void>((resolve) => {
    child.on('exit', () => resolve());
    child.on('error', () => resolve());
  });
  undo.later(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  for (let attempt = 0; attempt < 50; attempt++) {
    if (await answers(port)) return;
    await sleep(100);
  }
  throw new Stop(`sshd did not start:\n${readFileSync(log, 'utf8')}`);
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('data', () => done(true));
    socket.once('error', () => done(false));
    const done = (well: boolean) => {
      socket.destroy();
      resolve(well);
    };
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
