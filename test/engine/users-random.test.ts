import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { type Sshd, startSshd } from '../connection/lib/sshd.ts';
import { playbookText, type RandomPlay } from './random-play.ts';
import { SEEDED } from './random-seed.ts';
import { usersGround, usersPlay } from './random-users.ts';
import { type RanHere, runHere, snapshot, writeFiles } from './run-here.ts';

/** How many random plays: 10 in `npm test`. */
const RUNS = Math.ceil(Number(process.env['MAMA_RANDOM_PLAYS'] ?? 5) / 20);

const OWN = '/home /srv /var/mail /run/sudo /run/mama-play /var/lib/mama-play';
const ACCOUNTS = 'passwd group shadow gshadow subuid subgid'.split(' ');

/** A host whose accounts, homes and /srv are its own, though it is this machine: they lie in a mount namespace. */
class Host {
  readonly dir: string;
  readonly sshd: Sshd;

  private constructor(dir: string, sshd: Sshd) {
    this.dir = dir;
    this.sshd = sshd;
  }

  static async start(): Promise<Host> {
    const dir = mkdtempSync(join(tmpdir(), 'mama-users-'));
    mkdirSync(join(dir, 'etc'));
    execFileSync('cp', ['-a', '/etc/.', join(dir, 'etc')]);
    const code = [
      'set -e',
      `mount --bind ${dir}/etc /etc`,
      `for d in ${OWN}; do mkdir -p $d; mount -t tmpfs tmpfs $d; done`,
      'useradd -m login; usermod -p "*" login',
      'echo "login ALL=(ALL:ALL) NOPASSWD: ALL" >/etc/sudoers.d/zz-login',
      `for f in ${ACCOUNTS.join(' ')}; do cp -a /etc/$f ${dir}/$f; done`,
      'exec "$@"',
    ].join('\n');
    const sshd = await startSshd([], ['unshare', '-m', 'sh', '-c', code, 'sh']);
    return new Host(dir, sshd);
  }

  /** As new, and then with what these lines make. Nothing is removed: what was there is covered. */
  lay(lines: readonly string[]): void {
    for (const name of ACCOUNTS)
      execFileSync('cp', ['-a', join(this.dir, name), join(this.dir, 'etc', name)]);
    const fresh = [
      `for d in ${OWN}; do mount -t tmpfs tmpfs $d || exit; done`,
      'mkdir -m 700 /home/login; chown login: /home/login; umask 022',
    ];
    const code = [...fresh, ...lines, ':'].join('\n');
    execFileSync('nsenter', ['-t', String(this.sshd.pid), '-m', 'sh', '-c', code], { stdio: 'ignore' });
  }

  state(): string[] {
    const below = (path: string) => snapshot(`/proc/${this.sshd.pid}/root${path}`).map((l) => `${path}/${l}`);
    const file = (name: string) =>
      readFileSync(`/proc/${this.sshd.pid}/root/etc/${name}`, 'utf8').split('\n');
    return [
      ...below('/home').filter((line) => !line.includes('/mama-play/lease ')),
      ...below('/srv'),
      ...ACCOUNTS.flatMap((name) => file(name).map((l) => `${name} ${l}`)),
    ];
  }

  async stop(): Promise<void> {
    await this.sshd.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }

  run(dir: string, play: RandomPlay, login: string, args: readonly string[]): Promise<RanHere> {
    const vars = {
      ansible_host: '127.0.0.1',
      ansible_port: this.sshd.port,
      ansible_user: login,
      ansible_ssh_private_key_file: this.sshd.key,
      mama_known_hosts: this.sshd.knownHosts,
      mama_ssh_config: 'none',
      root: '/srv',
    };
    mkdirSync(dir, { recursive: true });
    writeFiles(dir, {
      'play.yaml': playbookText(play),
      'inventory.yaml': `all:\n  hosts:\n    here: ${JSON.stringify(vars)}\n`,
    });
    return runHere(dir, ['play.yaml', '-i', 'inventory.yaml', ...args], { run: 'test', who: 'test' });
  }
}

/** The time it took, and names that are new each time, may differ. */
function told({ tasks }: RanHere): unknown[] {
  const lasting = (key: string, value: unknown) => (FLEETING.has(key) ? undefined : value);
  return tasks.map((task) =>
    JSON.parse(JSON.stringify(task, lasting).replaceAll(/\.mama-play-[\w.]+/g, 'TMP')),
  );
}

const FLEETING = new Set('ms inode dev mtime ctime atime birthtime nlink size'.split(' '));

describe('plays with users @host', function () {
  this.timeout(Math.max(600_000, RUNS * 60_000));
  let host: Host;
  let base: string;
  before(async () => {
    base = mkdtempSync(join(tmpdir(), 'mama-users-play-'));
    host = await Host.start();
  });
  after(async () => {
    await host.stop();
    rmSync(base, { recursive: true, force: true });
  });

  const login = fc.constantFrom('root', 'login');

  async function sameBatched(login: string, ground: readonly string[], play: RandomPlay): Promise<void> {
    host.lay(ground);
    const batched = await host.run(base, play, login, []);
    const first = host.state();
    const again = await host.run(base, play, login, []);
    const second = host.state();
    host.lay(ground);
    const single = await host.run(base, play, login, ['--no-batching']);
    assert.deepEqual(told(batched), told(single));
    assert.deepEqual(first, host.state());
    const singleAgain = await host.run(base, play, login, ['--no-batching']);
    assert.deepEqual(told(again), told(singleAgain));
    assert.deepEqual(second, host.state());
  }

  it(`${RUNS} plays that make users and groups end the same, batched or one task at a time`, () =>
    fc.assert(fc.asyncProperty(login, usersGround, usersPlay, sameBatched), {
      numRuns: RUNS,
      endOnFailure: true,
      ...SEEDED,
    }));
});
