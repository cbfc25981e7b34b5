import { spawn } from 'node:child_process';
import { KEY, KNOWN_HOSTS } from './state.ts';
import { LOGIN, type TestHost } from './table.ts';

/** The arguments with which OpenSSH's client reaches a host, its key checked against ours only. */
export function sshArguments(host: TestHost, user: string = LOGIN): string[] {
  return [
    '-p',
    String(host.sshPort),
    '-i',
    KEY,
    '-o',
    'IdentitiesOnly=yes',
    '-o',
    `UserKnownHostsFile=${KNOWN_HOSTS}`,
  ]
    .concat(['-o', 'GlobalKnownHostsFile=/dev/null', '-o', 'StrictHostKeyChecking=yes', '-F', '/dev/null'])
    .concat([`${user}@127.0.0.1`]);
}

/** A shell on the host, or one command. Returns ssh's exit status. */
export function shell(host: TestHost, command: readonly string[]): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn('ssh', [...sshArguments(host), ...command], { stdio: 'inherit' });
    child.on('error', (error) => {
      console.error(`ssh can't be started: ${error.message}`);
      resolve(127);
    });
    child.on('close', (code) => resolve(code ?? 255));
  });
}
