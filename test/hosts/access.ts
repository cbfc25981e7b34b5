import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { must, Stop } from '../../scripts/lib/run.ts';
import { tryDocker } from './docker.ts';
import { KEY, KNOWN_HOSTS, makeState } from './state.ts';
import { HOSTS, type TestHost, USERS } from './table.ts';

/** The login key, made on the first run. Returns its public half. */
export async function ensureKey(): Promise<string> {
  makeState();
  if (!existsSync(KEY)) {
    await must('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'mama-play test hosts', '-f', KEY]);
  }
  return readFileSync(`${KEY}.pub`, 'utf8').trim();
}

/** Lets the key in, beside those of other checkouts that use the same hosts. */
export async function admit(host: TestHost, publicKey: string): Promise<void> {
  const script = `set -e; umask 077; for u in ${USERS.join(' ')}; do
    f=/home/$u/.ssh/authorized_keys
    grep -qxF "$1" "$f" 2>/dev/null || printf '%s\\n' "$1" >> "$f"; chown "$u:$u" "$f"; done`;
  const said = await tryDocker(['exec', host.name, 'sh', '-c', script, 'sh', publicKey]);
  if (said.code !== 0) throw new Stop(`${host.name}: the login key could not be put there: ${said.stderr}`);
}

/**
 * Writes known_hosts for all hosts that run. The keys come through `docker exec`, never over the network that they
 * are to vouch for.
 */
export async function writeKnownHosts(): Promise<void> {
  const lines = await Promise.all(HOSTS.map(hostKeys));
  writeFileSync(KNOWN_HOSTS, lines.flat().join(''), { mode: 0o600 });
}

async function hostKeys(host: TestHost): Promise<string[]> {
  const { code, stdout } = await tryDocker([
    'exec',
    host.name,
    'sh',
    '-c',
    'cat /etc/ssh/ssh_host_*_key.pub',
  ]);
  if (code !== 0) return [];
  const keys = stdout.split('\n').filter(Boolean);
  return keys.map((key) => `[127.0.0.1]:${host.sshPort} ${key.split(' ').slice(0, 2).join(' ')}\n`);
}
