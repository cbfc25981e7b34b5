import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makePerson, type Person } from '../connection/lib/person.ts';
import { type Sshd, startSshd } from '../connection/lib/sshd.ts';
import { until } from '../connection/lib/talk.ts';
import { writeFiles } from './run-here.ts';

const MAIN = join(import.meta.dirname, '../../dist/main.js');

interface Ended {
  readonly code: number | null;
  readonly said: string;
}

describe('@host what goes wrong on the way', function () {
  this.timeout(120_000);
  let dir: string;
  let sshd: Sshd;
  let person: Person;

  before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'mama-faults-'));
    // Others log in too.
    chmodSync(dir, 0o755);
    sshd = await startSshd([`SetEnv MAMA_PLAY_STATE_DIR=${dir}/state`]);
    person = makePerson();
    person.sudo('Defaults:WHO env_keep += MAMA_PLAY_STATE_DIR\nWHO ALL=(ALL:ALL) NOPASSWD: ALL');
  });
  after(async () => {
    person.remove();
    await sshd.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  function write(tasks: string, vars: Readonly<Record<string, unknown>> = {}, at: Sshd = sshd): void {
    const all = {
      ansible_host: '127.0.0.1',
      ansible_port: at.port,
      ansible_user: 'root',
      ansible_ssh_private_key_file: at.key,
      mama_known_hosts: at.knownHosts,
      mama_ssh_config: 'none',
      ...vars,
    };
    writeFiles(dir, {
      'play.yaml': `- hosts: all\n  tasks:\n${tasks}`,
      'inventory.yaml': `all:\n  hosts:\n    a: ${JSON.stringify(all)}\n`,
    });
  }

  /** The command line in a process of its own; `through`: words before it. */
  function start(through: readonly string[] = []): { readonly child: ChildProcess; ended: Promise<Ended> } {
    const [file = '', ...args] = [...through, process.execPath, MAIN, 'play.yaml', '-i', 'inventory.yaml'];
    const env = { ...process.env, HOME: sshd.env['HOME'], MAMA_PLAY_STATE_DIR: join(dir, 'state') };
    const child = spawn(file, args, { cwd: dir, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
    return { child, ended: new Promise((resolve) => child.once('close', (code) => resolve({ code, said }))) };
  }

  describe('an interrupt during a long command', () => {
    let seconds = 30_000 + (process.pid % 10_000);
    /** No two tests know each other's command. */
    beforeEach(() => {
      seconds += 1;
    });
    const tasks = () => `    - {name: long, shell: "sleep ${seconds}"}\n    - {name: later, shell: "true"}\n`;
    const runs = (): boolean =>
      readdirSync('/proc').some((pid) => {
        try {
          return readFileSync(`/proc/${pid}/cmdline`, 'utf8') === `sleep\0${seconds}\0`;
        } catch {
          return false;
        }
      });
    const begun = async (): Promise<void> => {
      await until(runs, 30_000);
      assert.ok(runs());
    };
    /** Milliseconds until it was gone; the promise is two seconds, the rest is for a busy machine. */
    const gone = async (within: number): Promise<void> => {
      await until(() => !runs(), within);
      assert.equal(runs(), false);
    };

    const ways: readonly [string, () => Readonly<Record<string, unknown>>][] = [
      ['ssh', () => ({})],
      ['openssh', () => ({ ansible_connection: 'openssh' })],
      ['local', () => ({ ansible_connection: 'local' })],
      ['ssh and sudo', () => ({ ansible_user: person.name, ansible_become: true })],
    ];
    for (const [name, vars] of ways) {
      it(`over ${name}: ^C lets it go on, the second ends it; exit 130`, async () => {
        write(tasks(), vars());
        const { child, ended } = start();
        await begun();
        child.kill('SIGINT');
        await until(() => false, 500);
        assert.ok(runs());
        child.kill('SIGINT');
        await gone(6000);
        const { code, said } = await ended;
        assert.equal(code, 130, said);
        assert.match(said, /long: interrupted: it was ended before it was done/);
        assert.match(said, /^a .* interrupted$/m);
        assert.doesNotMatch(said, /later/);
      });

      it(`over ${name}: when the runner is killed, it is ended on the host`, async () => {
        write(tasks(), vars());
        const { child, ended } = start();
        await begun();
        child.kill('SIGKILL');
        await ended;
        await gone(12_000);
      });
    }

    for (const [signal, code] of [
      ['SIGTERM', 143],
      ['SIGHUP', 129],
    ] as const) {
      it(`${signal} ends it at once; exit ${code}`, async () => {
        write(tasks());
        const { child, ended } = start();
        await begun();
        child.kill(signal);
        await gone(6000);
        const ran = await ended;
        assert.equal(ran.code, code, ran.said);
        assert.match(ran.said, /^a .* interrupted$/m);
      });
    }

    for (const [signal, code, via] of [
      ['SIGINT', 130, 'ssh'],
      ['SIGTERM', 143, 'ssh'],
      ['SIGINT', 130, 'openssh'],
    ] as const) {
      it(`${signal} while ${via} still connects to a host: no change is begun any more, and none is waited for`, async () => {
        let called = false;
        const mute = createServer(() => {
          called = true;
        });
        await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
        const { port } = mute.address() as { port: number };
        write(`    - {name: long, shell: "touch ${dir}/begun", failed_when: "false"}\n`, {
          ansible_connection: via,
          ansible_ssh_timeout: 3600,
        });
        const hosts = readFileSync(join(dir, 'inventory.yaml'), 'utf8');
        writeFiles(dir, {
          'inventory.yaml': `${hosts}${(hosts.split('\n')[2] ?? '').replace('a:', 'mute:').replace(String(sshd.port), String(port))}\n`,
        });
        try {
          const { child, ended } = start();
          await until(() => called, 30_000);
          await until(() => false, 1500);
          child.kill(signal);
          const ran = await ended;
          assert.equal(ran.code, code, ran.said);
          assert.equal(existsSync(join(dir, 'begun')), false);
          assert.match(ran.said, /^a .* interrupted$/m);
          assert.match(ran.said, /mute: long: interrupted: it was not begun$/m);
        } finally {
          mute.close();
        }
      });
    }

    it('what a sudo of the command itself left is told: it is not ours to end', async () => {
      const { name } = person;
      const asRoot = (code: string) => `    - {name: long, shell: "sudo sh -c '${code}'"}\n`;
      write(asRoot(`sleep ${seconds}; true`), { ansible_user: name });
      const { child, ended } = start();
      await begun();
      child.kill('SIGTERM');
      const { code, said } = await ended;
      assert.equal(code, 143, said);
      const [, group] = /warning: a: .* still runs \(process group (\d+)\)/.exec(said) ?? assert.fail(said);
      process.kill(-Number(group), 'SIGKILL');
      await gone(6000);
    });

    it('a terminal that is closed ends it', async () => {
      write(tasks());
      const words = [process.execPath, MAIN, 'play.yaml', '-i', 'inventory.yaml'].join(' ');
      const terminal = spawn('script', ['-qec', words, '/dev/null'], {
        cwd: dir,
        env: { ...process.env, HOME: sshd.env['HOME'], TERM: 'xterm' },
        stdio: ['pipe', 'ignore', 'ignore'],
      });
      await begun();
      terminal.kill('SIGKILL');
      await gone(12_000);
    });
  });

  describe('a host that can not', () => {
    const OLD = 'the old version\n';

    /** A small file system of its own. */
    async function mounted(options: string, work: (at: string) => Promise<void>): Promise<void> {
      const at = mkdtempSync(join(dir, 'mount-'));
      execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'none', at]);
      try {
        await work(at);
      } finally {
        execFileSync('umount', [at]);
      }
    }

    it('a full disk: said so, and the file is as it was', () =>
      mounted('size=64k', async (at) => {
        writeFileSync(join(at, 'file'), OLD);
        writeFiles(dir, { 'files/big': 'many bytes\n'.repeat(20_000) });
        write(`    - {name: big, copy: {src: big, dest: ${at}/file}}\n`);
        const { code, said } = await start().ended;
        assert.equal(code, 2, said);
        assert.match(said, /No space left on device/);
        assert.equal(readFileSync(join(at, 'file'), 'utf8'), OLD);
        assert.deepEqual(readdirSync(at), ['file']);
      }));

    it('a file system that is read-only: said so', () =>
      mounted('size=64k', async (at) => {
        writeFileSync(join(at, 'file'), OLD);
        execFileSync('mount', ['-o', 'remount,ro', at]);
        write(`    - {name: new, copy: {content: "new\\n", dest: ${at}/file}}\n`);
        const { code, said } = await start().ended;
        assert.equal(code, 2, said);
        assert.match(said, /[Rr]ead-only file system|may not be written/);
        assert.equal(readFileSync(join(at, 'file'), 'utf8'), OLD);
      }));

    /** A login that is put into a narrow place first. */
    async function narrow(command: string, user: string, work: (at: Sshd) => Promise<void>): Promise<void> {
      const script = join(dir, 'narrow');
      writeFileSync(script, `#!/bin/sh\n${command}\n`, { mode: 0o755 });
      const at = await startSshd([
        `SetEnv MAMA_PLAY_STATE_DIR=${dir}/${user}.state`,
        `ForceCommand ${script}`,
      ]);
      try {
        await work(at);
      } finally {
        await at.stop();
      }
    }

    /** Shell code after which these places have no room, and no variable names another. */
    const without = (...places: string[]) => {
      const full = places.map(
        (at) => `mount -t tmpfs -o size=4k none ${at}; head -c 4096 /dev/zero >${at}/filler`,
      );
      return `{ ${full.join('; ')}; } 2>/dev/null; unset TMPDIR XDG_RUNTIME_DIR; exec sh -c "$SSH_ORIGINAL_COMMAND"`;
    };

    it('no room for temporary files: said so, at once', async () => {
      writeFileSync(join(dir, 'inside'), `HOME=/tmp; ${without('/dev/shm', '/tmp', '/var/tmp')}`);
      await narrow(`exec unshare -m sh ${dir}/inside`, 'root', async (at) => {
        write('    - {name: new, shell: "true"}\n', {}, at);
        const { code, said } = await start().ended;
        assert.ok(code === 2 || code === 4, said);
        assert.match(said, /lacks a writable temporary folder with room in it|is gone or full/);
        if (said.includes('lacks')) assert.match(said, /make room in one of them/);
      });
    });

    it('room for temporary files in the home only: it does', async () => {
      writeFileSync(
        join(dir, 'inside'),
        `mount --bind ${dir} /mnt; HOME=/mnt; ${without('/dev/shm', '/tmp', '/var/tmp')}`,
      );
      await narrow(`exec unshare -m sh ${dir}/inside`, 'root', async (at) => {
        write('    - {name: new, shell: "true"}\n', {}, at);
        const { code, said } = await start().ended;
        assert.equal(code, 0, said);
        assert.deepEqual(
          readdirSync(dir).filter((name) => name.startsWith('mama-play-')),
          [],
        );
      });
    });

    it('no room in memory: another place for temporary files does', async () => {
      const inside =
        'mount -t tmpfs -o size=4k none /dev/shm; head -c 4096 /dev/zero >/dev/shm/filler 2>/dev/null; exec sh -c "$SSH_ORIGINAL_COMMAND"';
      writeFileSync(join(dir, 'inside'), inside);
      await narrow(`exec unshare -m sh ${dir}/inside`, 'root', async (at) => {
        write('    - {name: new, shell: "true"}\n', {}, at);
        const { code, said } = await start().ended;
        assert.equal(code, 0, said);
      });
    });

    it('no room in memory any more: what a command left none for is asked again, and what another filled elsewhere', async () => {
      const inside = 'mount -t tmpfs -o size=256k none /dev/shm; exec sh -c "$SSH_ORIGINAL_COMMAND"';
      writeFileSync(join(dir, 'inside'), inside);
      writeFileSync(join(dir, 'there'), OLD);
      const stat = (name: string) =>
        `    - {name: ${name}, stat: {path: ${dir}/there}, register: ${name}, failed_when: "!${name}.stat.exists"}\n`;
      const fill = 'head -c 1000000 /dev/zero';
      await narrow(`exec unshare -m sh ${dir}/inside`, 'root', async (at) => {
        const tasks = [
          `    - {name: much, shell: "${fill}; true"}\n${stat('after')}`,
          `    - {name: filler, shell: "${fill} >/dev/shm/filler; true"}\n${stat('elsewhere')}`,
        ];
        write(tasks.join(''), {}, at);
        const { code, said } = await start().ended;
        assert.equal(code, 0, said);
      });
    });

    it('little room in memory: what is long goes to disk, so that nothing is cut off', async () => {
      const inside = 'mount -t tmpfs -o size=1m none /dev/shm; exec sh -c "$SSH_ORIGINAL_COMMAND"';
      writeFileSync(join(dir, 'inside'), inside);
      writeFileSync(join(dir, 'there'), Buffer.alloc(3_000_000, 'abc\n'));
      const ours = () => readdirSync('/tmp').filter((name) => name.startsWith('mama-play-'));
      const before = ours();
      await narrow(`exec unshare -m sh ${dir}/inside`, 'root', async (at) => {
        const tasks = [
          `    - {name: much, command: head -c 40000000 /dev/zero, register: much, failed_when: much.rc != 0}\n`,
          `    - {name: some, command: cat ${dir}/there, register: some, failed_when: size(some.stdout) != 2999999}\n`,
          `    - {name: get, fetch: {src: ${dir}/there, dest: ${dir}/got, flat: true}}\n`,
        ];
        write(tasks.join(''), {}, at);
        const { code, said } = await start().ended;
        assert.equal(code, 0, said);
        assert.match(said, /much: not kept, more than 16 MiB/);
        assert.ok(readFileSync(join(dir, 'got')).equals(readFileSync(join(dir, 'there'))));
      });
      assert.deepEqual(ours(), before);
    });

    it('no room anywhere for what a command prints: it is not told as if it were all', async () => {
      const inside =
        'for at in /dev/shm /tmp; do mount -t tmpfs -o size=1m none $at; done; unset TMPDIR; exec sh -c "$SSH_ORIGINAL_COMMAND"';
      writeFileSync(join(dir, 'inside'), inside);
      await narrow(`exec unshare -m sh ${dir}/inside`, 'root', async (at) => {
        write(
          '    - {name: half, shell: "head -c 3000000 /dev/zero; true", register: r}\n    - debug: {var: r.stdout}\n',
          {},
          at,
        );
        const { code, said } = await start().ended;
        assert.equal(code, 2, said);
        assert.match(said, /half: not kept, more than 16 MiB or than there was room for: stdout/);
        assert.match(said, /"r" has no "stdout"/);
      });
    });

    it('a place for temporary files that nothing may be started from: scripts run all the same', () =>
      mounted('noexec', async (at) => {
        const shows = 'printf "%s|" "$0" "$@" | sed "s/[^|]*script[^|]*/it/g"\n';
        writeFiles(dir, {
          'files/plain.sh': shows,
          'files/with.sh': `#! /bin/sh -e\n${shows}`,
          'files/env.sh': `#!/usr/bin/env bash\n[[ a == a ]] && ${shows}`,
        });
        const names = ['plain.sh', 'with.sh', 'env.sh'];
        const run = (name: string) =>
          `    - {script: "${name} 'a  b' *", register: r, failed_when: "r.stdout != 'it|a  b|*|'"}\n`;
        write(names.map(run).join(''));
        const play = readFileSync(join(dir, 'play.yaml'), 'utf8');
        writeFiles(dir, {
          'play.yaml': play.replace('  tasks:', `  environment: {TMPDIR: ${at}}\n  tasks:`),
        });
        const { code, said } = await start().ended;
        assert.equal(code, 0, said);
        assert.deepEqual(readdirSync(at), []);
      }));

    it('no more processes: said so', async () => {
      const command = 'exec prlimit --nproc=3 sh -c "$SSH_ORIGINAL_COMMAND"';
      await narrow(command, person.name, async (at) => {
        write('    - {name: new, shell: "ls / | cat | cat | cat"}\n', { ansible_user: person.name }, at);
        const { code, said } = await start().ended;
        assert.ok(code === 2 || code === 4, said);
        assert.match(said, /fork|[Rr]esource temporarily unavailable/);
      });
    });
  });
});
