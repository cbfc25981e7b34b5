import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Sshd, startSshd } from '../connection/lib/sshd.ts';
import { stateDir, writeFiles } from '../engine/run-here.ts';
import { FakeProcess, type Ran, runFake } from './fake-process.ts';

const PLAY = `
- name: deploy
  hosts: all
  tasks:
    - {name: dir, file: {path: "{{ root }}/d", state: directory, mode: "0750"}}
    - {name: conf, copy: {dest: "{{ root }}/d/conf", content: "new\\n"}, register: conf, notify: restart}
    - {name: kept, copy: {dest: "{{ root }}/kept", content: "kept\\n"}}
    - name: each
      copy: {dest: "{{ root }}/d/{{ item }}", content: "{{ item }}\\n"}
      loop: [a, b, c]
    - {name: hangs, copy: {dest: "{{ root }}/hangs", content: "{{ conf.changed }}\\n"}}
    - {name: migrate, shell: "echo migrated >> {{ root }}/log; echo v7", register: version}
    - {name: stamp, copy: {dest: "{{ root }}/stamp", content: "{{ version.stdout }}\\n"}}
    - {name: behind, copy: {dest: "{{ root }}/behind", content: "x\\n"}}
  handlers:
    - {name: restart, shell: "echo restarted >> {{ root }}/log"}
`;
const CHANGED = [
  'dir',
  'conf',
  'each (a)',
  'each (b)',
  'each (c)',
  'hangs',
  'migrate',
  'stamp',
  'behind',
  'handler restart',
];

/** The same on any connection: `vars` say how the host is reached. */
function suite(title: string, vars: () => string, env: () => Record<string, string>): void {
  describe(title, function () {
    this.timeout(60_000);
    let dir: string;

    beforeEach(() => {
      dir = mkdtempSync(join(tmpdir(), 'mama-plan-'));
      mkdirSync(join(dir, 'root'));
      writeFiles(dir, {
        'roles/README': 'This folder is the root of a project.\n',
        'inventory.yaml': `all:\n  hosts:\n    a: {root: ${dir}/root, ${vars()}}\n`,
        'root/kept': 'kept\n',
        'play.yaml': PLAY,
      });
    });
    afterEach(() => rmSync(dir, { recursive: true, force: true }));

    const mama = (...args: string[]): Promise<Ran> =>
      runFake(new FakeProcess(dir, { ...env(), MAMA_PLAY_STATE_DIR: join(dir, '.state') }), args);
    const plan = (...more: string[]): Promise<Ran> =>
      mama('plan', 'play.yaml', '-i', 'inventory.yaml', '-o', 'the.plan', ...more);
    const made = (name: string): string => readFileSync(join(dir, 'root', name), 'utf8');
    const lines = (ran: Ran, status: string) =>
      ran.out
        .split('\n')
        .filter((line) => line.startsWith(`${status} `))
        .map((line) => /a: (.*?)(?::| {2}|$)/.exec(line)![1]!);

    it('applied to an unmoved host it does exactly its steps', async () => {
      const planned = await plan();
      assert.equal(planned.code, 0);
      assert.match(planned.err, /to do exactly this: mama-play apply the\.plan\n/);
      assert.equal(statSync(join(dir, 'the.plan')).mode & 0o777, 0o600);
      assert.equal(existsSync(join(dir, 'root/d')), false);
      const applied = await mama('apply', 'the.plan');
      assert.equal(applied.code, 0);
      assert.deepEqual(lines(applied, 'changed'), CHANGED);
      assert.match(applied.err, /note: keeping to the plan that \S.* made at 20/);
      assert.match(applied.out, /a: stamp: the plan said that it depends on the run/);
      assert.equal(made('log'), 'migrated\nrestarted\n');
      assert.equal(made('stamp'), 'v7\n');
      assert.equal(made('hangs'), 'true\n');
    });

    it('one file moved by hand: that step is held back with the reason, the rest is done, exit 2', async () => {
      writeFiles(dir, { 'root/d/b': 'old\n' });
      chmodSync(join(dir, 'root/d'), 0o750);
      await plan();
      writeFiles(dir, { 'root/d/b': 'by hand\n' });
      const applied = await mama('apply', 'the.plan');
      assert.equal(applied.code, 2);
      assert.match(
        applied.out,
        /failed +a: each \(b\): held back: since the plan was made, content from "old\\n" to "by hand\\n"/,
      );
      assert.equal(made('d/b'), 'by hand\n');
      assert.deepEqual(
        lines(applied, 'changed'),
        CHANGED.filter((name) => name !== 'dir' && name !== 'each (b)'),
      );
      assert.match(applied.out, /\na {2}ok=8 .*failed=1 .*failed\n/);
    });

    it('behind a command that may alter everything, too: what is not as it was shown is held back', async () => {
      await plan();
      writeFiles(dir, { 'root/behind': 'by hand\n' });
      const applied = await mama('apply', 'the.plan');
      assert.equal(applied.code, 2);
      assert.match(
        applied.out,
        /a: behind: held back: since the plan was made, content .* to "by hand\\n", .*; the plan said that it depends on the run: /,
      );
      assert.equal(made('behind'), 'by hand\n');
      assert.equal(made('log'), 'migrated\nrestarted\n');
    });

    it('what was as declared and is not any more is held back, and what hangs on it', async () => {
      await plan();
      writeFiles(dir, { 'root/kept': 'by hand\n', 'root/d/conf': 'other\n' });
      const applied = await mama('apply', 'the.plan');
      assert.equal(applied.code, 2);
      const held = applied.out.split('\n').filter((line) => line.includes('held back'));
      assert.match(
        held[0]!,
        /a: dir: held back: since the plan was made, .*state from "absent" to "directory"/,
      );
      assert.match(held[1]!, /a: conf: held back: .*state from "absent" to "file"/);
      assert.match(
        held[2]!,
        /a: kept: held back: since the plan was made, content from "kept\\n" to "by hand\\n"/,
      );
      assert.match(held[3]!, /a: hangs: held back: it hangs on a step that was held back/);
      assert.equal(held.length, 4);
      assert.equal(made('log'), 'migrated\n');
      assert.equal(made('kept'), 'by hand\n');
    });

    it('what is so already needs nothing', async () => {
      await plan();
      assert.equal((await mama('play.yaml', '-i', 'inventory.yaml')).code, 0);
      const applied = await mama('apply', 'the.plan');
      assert.deepEqual(lines(applied, 'changed'), ['migrate']);
      // It was shown to become what it no longer would.
      assert.deepEqual(lines(applied, 'failed'), ['hangs']);
      assert.equal(applied.code, 2);
    });

    it('--only-shown holds back what depended on the run', async () => {
      await plan();
      const applied = await mama('apply', 'the.plan', '--only-shown');
      assert.equal(applied.code, 2);
      assert.deepEqual(lines(applied, 'failed'), ['stamp']);
      assert.match(applied.out, /a: stamp: held back: the plan could not show it: /);
      assert.equal(existsSync(join(dir, 'root/stamp')), false);
    });

    it('what could not be decided behind such a command is done once it can be, and says so', async () => {
      writeFiles(dir, {
        'play.yaml': `
- hosts: a
  tasks:
    - {name: migrate, shell: "echo migrated >> {{ root }}/log"}
    - {name: dir, file: {path: "{{ root }}/deep", state: directory}}
    - {name: inside, copy: {dest: "{{ root }}/deep/file", content: "x\\n"}}
`,
      });
      const planned = await plan();
      assert.match(planned.out, /a: inside: as the host is now: the directory .* does not exist; but /);
      const applied = await mama('apply', 'the.plan');
      assert.deepEqual(lines(applied, 'changed'), ['migrate', 'dir', 'inside']);
      assert.match(applied.out, /a: inside: the plan said that it depends on the run: as the host is now: /);
      assert.equal(applied.code, 0);
    });

    it('refused where the text or the hosts are other ones', async () => {
      await plan();
      writeFiles(dir, { 'play.yaml': PLAY.replace('new', 'newer') });
      const changed = await mama('apply', 'the.plan');
      assert.equal(changed.code, 1);
      assert.match(changed.err, /^error: play\.yaml is not what it was in the plan\n {2}make a new plan\n/);
      assert.equal(existsSync(join(dir, 'root/d')), false);
    });

    it('a step that fails is no reason to plan: nothing is written', async () => {
      writeFiles(dir, { 'play.yaml': '- {hosts: all, tasks: [{name: no, fail: {msg: no}}]}\n' });
      const planned = await plan();
      assert.equal(planned.code, 2);
      assert.match(planned.err, /no plan was written/);
      assert.equal(existsSync(join(dir, 'the.plan')), false);
    });

    it('an apply that was interrupted by a failure is resumed within its plan', async () => {
      writeFiles(dir, {
        'play.yaml': `
- hosts: all
  tasks:
    - {name: one, copy: {dest: "{{ root }}/one", content: x}}
    - {name: stop, shell: "test -e {{ root }}/may", changed_when: false}
    - {name: two, copy: {dest: "{{ root }}/two", content: x}}
    - {name: three, copy: {dest: "{{ root }}/three", content: x}}
`,
      });
      await plan();
      assert.equal((await mama('apply', 'the.plan')).code, 2);
      writeFiles(dir, { 'root/may': '', 'root/two': 'by hand' });
      const resumed = await mama('resume', 'last');
      assert.equal(resumed.code, 2);
      assert.deepEqual(lines(resumed, 'changed'), ['three']);
      assert.deepEqual(lines(resumed, 'failed'), ['two']);
    });

    it('holds no secret, and is held to the same ones', async () => {
      writeFiles(dir, {
        'roles/app/variables.yaml':
          'type: object\nproperties: {root: {type: string}, password: {type: string, secret: true}}\n',
        'roles/app/tasks/main.yaml': `
- {name: conf, copy: {dest: "{{ root }}/conf", content: "user=me\\npassword={{ password }}\\n"}}
- {name: cmd, shell: "echo {{ password }} > {{ root }}/cmd"}
- {name: each, copy: {dest: "{{ root }}/each", content: "{{ item }}"}, loop: ["{{ password }}"], no_log: true}
`,
        'play.yaml': '- {hosts: all, roles: [{role: app}]}\n',
        'root/conf': 'user=me\npassword=yesterday77\n',
      });
      assert.equal((await plan('-e', 'password=geheim99')).code, 0);
      const text = readFileSync(join(dir, 'the.plan'), 'utf8');
      for (const secret of ['geheim99', 'yesterday77']) assert.ok(!text.includes(secret), secret);
      assert.match((await mama('apply', 'the.plan')).err, /^error: -e of the plan held a secret/);
      const other = await mama('apply', 'the.plan', '-e', 'password=geheim98');
      assert.match(other.err, /error: -e is not what it was in the plan/);
      assert.equal((await mama('apply', 'the.plan', '-e', 'password=geheim99')).code, 0);
      assert.equal(made('conf'), 'user=me\npassword=geheim99\n');
    });
  });
}

suite(
  'a saved plan, on the local connection',
  () => 'ansible_connection: local',
  () => ({}),
);

describe('@host', () => {
  let sshd: Sshd;
  before(async () => {
    sshd = await startSshd([`SetEnv MAMA_PLAY_STATE_DIR=${stateDir('saved-plan')}`]);
  });
  after(() => sshd.stop());

  suite(
    'a saved plan, over ssh',
    () =>
      `ansible_host: 127.0.0.1, ansible_port: ${sshd.port}, ansible_user: root, ` +
      `ansible_ssh_private_key_file: ${sshd.key}, ansible_ssh_common_args: "-o UserKnownHostsFile=${sshd.knownHosts}"`,
    () => sshd.env,
  );
});

describe('mama-play plan and apply', () => {
  it('say what is missing or can not be read', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'mama-plan-'));
    writeFiles(dir, {
      'no.plan': '{}',
      'new.plan': '{"mama_play_plan": 99}',
      'old.plan': '{"mama_play_plan": 1, "made": "2020-01-01T00:00:00Z"}',
    });
    const err = async (...args: string[]) => {
      const ran = await runFake(new FakeProcess(dir), args);
      assert.equal(ran.code, 1);
      return ran.err;
    };
    assert.match(
      await err('plan', 'play.yaml', '-i', 'x'),
      /no file was given: mama-play plan PLAYBOOK -i INVENTORY -o FILE/,
    );
    assert.match(await err('apply'), /no plan was given: mama-play apply FILE/);
    assert.match(
      await err('apply', 'nothing'),
      /^error: \S+nothing can't be read as a plan: there is no such file\n/,
    );
    assert.match(await err('apply', 'no.plan'), /^error: \S+no\.plan is not a plan\n/);
    assert.match(
      await err('apply', 'new.plan'),
      /^error: \S+new\.plan is a plan of format 99, this is 1\n {2}make a new plan\n/,
    );
    assert.match(
      await err('apply', 'old.plan', '--max-age', '60'),
      /^error: the plan is \d+ minutes old, and may be 60 \(--max-age\)\n/,
    );
    rmSync(dir, { recursive: true, force: true });
  });
});
