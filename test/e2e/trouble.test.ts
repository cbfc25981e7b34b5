import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { must } from '../../scripts/lib/run.ts';
import { KNOWN_HOSTS, STATE } from '../hosts/state.ts';
import { HOSTS } from '../hosts/table.ts';
import { up } from '../hosts/up.ts';
import { failures, mamaPlay, type Played, play } from './lib/play.ts';
import { deadPort, type HostVars, reach, type Scratch, scratch } from './lib/scratch.ts';

const BARE = HOSTS.filter((host) => host.name === 'mama-bare');

const LOOK = `
- name: look
  hosts: all
  tasks:
    - name: a quick look
      wait_for: {path: /etc/passwd}
`;

const AS_ROOT = LOOK.replace('  tasks:', '  become: true\n  tasks:');

const NETWORK = `
- name: network
  hosts: all
  become: true
  tasks:
    - name: the network
      docker_network: {name: mama-e2e, state: absent}
`;

/** A host in trouble next to one that is well. */
interface Case {
  readonly title: string;
  readonly playbook: string;
  /** Given a folder to put files in. */
  readonly bad: (folder: string) => HostVars | Promise<HostVars>;
  readonly state: 'unreachable' | 'failed';
  readonly exit: 2 | 4;
  /** What the one line says is wrong. */
  readonly wrong: RegExp;
  /** What it says to do. */
  readonly remedy: RegExp;
}

async function otherKey(folder: string): Promise<string> {
  const path = join(folder, 'other_key');
  await must('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path]);
  return path;
}

async function falseHostKey(folder: string): Promise<string> {
  const key = readFileSync(`${await otherKey(folder)}.pub`, 'utf8')
    .split(' ')
    .slice(0, 2)
    .join(' ');
  const path = join(folder, 'false_known_hosts');
  writeFileSync(path, `[127.0.0.1]:${BARE[0]!.sshPort} ${key}\n`);
  return path;
}

function emptyFile(folder: string): string {
  const path = join(folder, 'empty_known_hosts');
  writeFileSync(path, '');
  return path;
}

const CASES: readonly Case[] = [
  {
    title: 'a host that is down',
    playbook: LOOK,
    bad: async () => reach('mama-bare', { ansible_port: await deadPort() }),
    state: 'unreachable',
    exit: 4,
    wrong: /refused/i,
    remedy: /ansible_port|ansible_host|sshd|is it up/i,
  },
  {
    title: 'a host that refuses the key',
    playbook: LOOK,
    bad: async (folder) => reach('mama-bare', { ansible_ssh_private_key_file: await otherKey(folder) }),
    state: 'unreachable',
    exit: 4,
    wrong: /key|authenticat|login/i,
    remedy: /authorized_keys|ansible_user|private_key/i,
  },
  {
    title: 'a changed host key',
    playbook: LOOK,
    bad: async (folder) => reach('mama-bare', { mama_known_hosts: await falseHostKey(folder) }),
    state: 'unreachable',
    exit: 4,
    wrong: /the host key of bad is not the one in .*SHA256:/,
    remedy: /false_known_hosts|ssh-keygen -R/,
  },
  {
    title: 'an unknown host key',
    playbook: LOOK,
    bad: (folder) => reach('mama-bare', { mama_known_hosts: emptyFile(folder) }),
    state: 'unreachable',
    exit: 4,
    wrong: /SHA256:/,
    remedy: /ssh-keyscan|known_hosts/,
  },
  {
    title: 'no Docker',
    playbook: NETWORK,
    bad: () => reach('mama-bare'),
    state: 'failed',
    exit: 2,
    wrong: /docker/i,
    remedy: /install/i,
  },
  {
    title: 'no sudo',
    playbook: AS_ROOT,
    bad: () => reach('mama-bare', { ansible_user: 'nosudo' }),
    state: 'failed',
    exit: 2,
    wrong: /sudo/i,
    remedy: /sudoers|become|-K/,
  },
];

describe('a host in trouble @host', function () {
  this.timeout(120_000);

  before(async () => {
    await up(HOSTS, { yes: true });
  });

  for (const one of CASES) {
    describe(one.title, () => {
      let project: Scratch;
      let played: Played;

      before(async () => {
        project = scratch(one.playbook, {});
        const hosts = { bad: await one.bad(project.folder), well: reach('mama-app') };
        writeFileSync(project.path('hosts.yaml'), JSON.stringify({ all: { hosts } }));
        played = await play(project.args);
      });

      after(() => project.remove());

      it(`ends with ${one.exit}`, () => assert.equal(played.code, one.exit, failures(played)));

      it('the other host finishes', () => {
        assert.equal(played.of('well').state, 'done');
        assert.equal(played.of('well').ok, 1);
      });

      it(`it is counted as ${one.state}`, () => assert.equal(played.of('bad').state, one.state));

      it('one event says what is wrong and what to do', () => {
        const said = played.tasks.filter(({ host, status }) => host === 'bad' && status === one.state);
        assert.equal(said.length, 1, JSON.stringify(played.tasks));
        assert.match(said[0]!.msg ?? '', one.wrong);
        assert.doesNotMatch(said[0]!.msg ?? '', /\n/);
        assert.match(`${said[0]!.msg} ${said[0]!.hint}`, one.remedy);
      });

      it('a person reads it too, without a stack trace', async () => {
        const { code, stdout, stderr } = await mamaPlay([...project.args, '--output', 'plain']);
        assert.equal(code, one.exit);
        assert.match(stdout + stderr, one.wrong);
        assert.match(stdout + stderr, one.remedy);
        assert.doesNotMatch(stdout + stderr, /^\s+at .*\.[cm]?[jt]s:\d+|node:internal/m);
      });
    });
  }

  it('a private key that is not there is refused before any host is touched', async () => {
    const project = scratch(LOOK, {
      bad: reach('mama-bare', { ansible_ssh_private_key_file: join(STATE, 'nosuch') }),
      well: reach('mama-app'),
    });
    const { code, stdout, stderr } = await mamaPlay(project.args);
    project.remove();
    assert.equal(code, 1);
    assert.match(
      stdout + stderr,
      /hosts\.yaml:7:37\b[\s\S]*the private key \S*\/nosuch, which ansible_ssh_private_key_file names, is not there/,
    );
    assert.doesNotMatch(stdout, /^(ok|changed) /m);
  });

  it('the known hosts that were made by `hosts up` are left as they were', async () => {
    const before = readFileSync(KNOWN_HOSTS, 'utf8');
    const project = scratch(LOOK, { well: reach('mama-app') });
    assert.equal((await play(project.args)).code, 0);
    project.remove();
    assert.equal(readFileSync(KNOWN_HOSTS, 'utf8'), before);
  });
});
