import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeFiles } from '../engine/run-here.ts';
import { FakeProcess, type Ran, runFake } from './fake-process.ts';

const PLAY = `
- name: deploy
  hosts: all
  tasks:
    - {name: look, stat: {path: "{{ root }}/conf"}, register: before}
    - {name: conf, template: {src: conf.j2, dest: "{{ root }}/conf"}, register: conf, notify: restart}
    - {name: migrate, shell: "echo migrated >> {{ root }}/log; echo v7", register: version}
    - {name: remember, set_fact: {fact: "{{ version.stdout }}!"}}
    - name: each
      shell: "echo {{ item }} >> {{ root }}/items; test {{ item }} != b -o -e {{ root }}/may"
      loop: [a, b, c]
    - name: after
      copy:
        dest: "{{ root }}/after"
        content: "{{ before.stat.exists }} {{ conf.changed }} {{ version.stdout }} {{ fact }}\\n"
  handlers:
    - {name: restart, shell: "echo restarted >> {{ root }}/log"}
`;

describe('mama-play resume', function () {
  this.timeout(60_000);
  let dir: string;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'mama-resume-'));
    mkdirSync(join(dir, 'root'));
    writeFiles(dir, {
      'roles/README': 'This folder is the root of a project.\n',
      'inventory.yaml': `all:\n  vars: {ansible_connection: local}\n  hosts:\n    a: {root: ${dir}/root}\n`,
      'templates/conf.j2': 'one\n',
      'play.yaml': PLAY,
    });
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const mama = (...args: string[]): Promise<Ran> => runFake(new FakeProcess(dir), args);
  const run = (...more: string[]): Promise<Ran> => mama('play.yaml', '-i', 'inventory.yaml', ...more);
  const made = (name: string): string => readFileSync(join(dir, 'root', name), 'utf8');
  const folders = () => readdirSync(join(dir, '.mama-play/runs')).sort();
  const journal = () => join(dir, '.mama-play/runs', folders().at(-1)!, 'journal.ndjson');
  const told = ({ out }: Ran) =>
    out
      .split('\n')
      .filter((line) => /^(ok|changed|skipped|failed|ignored)\b/.test(line))
      .map((line) => line.replace(/ +a: /, ' '));

  it('goes on where the run stopped: nothing is done twice, and what was registered is there again', async () => {
    assert.equal((await run()).code, 2);
    assert.equal(statSync(journal()).mode & 0o777, 0o600);
    const [id] = folders();
    writeFiles(dir, { 'root/may': '' });
    const resumed = await mama('resume', 'last', '-v');
    assert.equal(resumed.err, `note: going on from run ${id}\n`);
    assert.deepEqual(
      told(resumed).map((line) => line.replace(/ {2}.*/, '')),
      [
        'changed handler restart (owed by an earlier run)',
        'ok look',
        'ok conf',
        `ok migrate: done by run ${id}`,
        'ok remember',
        `ok each (a): done by run ${id}`,
        'changed each (b)',
        `ok each (c): done by run ${id}`,
        'changed after',
      ],
    );
    assert.equal(resumed.code, 0);
    assert.equal(made('log'), 'migrated\nrestarted\n');
    assert.equal(made('items'), 'a\nb\nc\nb\n');
    assert.equal(made('after'), 'false true v7 v7!\n');
    const over = await mama('resume', 'last');
    assert.equal(over.code, 1);
    assert.match(over.err, /^error: run \S+ ended well\n {2}there is nothing to go on with\n/);
  });

  it('a run that was resumed can be resumed again', async () => {
    await run();
    assert.equal((await mama('resume', 'last')).code, 2);
    writeFiles(dir, { 'root/may': '' });
    assert.equal((await mama('resume', 'last')).code, 0);
    assert.equal(made('log'), 'migrated\nrestarted\n');
    assert.equal(made('items'), 'a\nb\nc\nb\nb\n');
    assert.equal(made('after'), 'false true v7 v7!\n');
  });

  it('what was reached and is not so any more is told, and left alone', async () => {
    await run();
    writeFiles(dir, { 'root/may': '', 'root/conf': 'by hand\n' });
    const resumed = await mama('resume', 'last');
    assert.match(
      resumed.err,
      /warning: a: conf: it was so after run \S+, and is not now \(content\): it is left alone/,
    );
    assert.equal(resumed.code, 0);
    assert.equal(made('conf'), 'by hand\n');
  });

  it('refused where what it read was changed, each file by its name', async () => {
    await run();
    writeFiles(dir, {
      'play.yaml': PLAY.replace('migrated', 'more'),
      'templates/conf.j2': 'two\n',
      'group_vars/all.yaml': 'x: 1\n',
    });
    const { code, err } = await mama('resume', 'last');
    assert.equal(code, 1);
    for (const name of ['play.yaml', 'templates/conf.j2'])
      assert.match(
        err,
        new RegExp(`error: ${name} is not what it was in run \\S+\n {2}run the playbook anew`),
      );
    assert.match(err, /error: group_vars holds other files than in run/);
    assert.match(err, /\n3 errors: nothing was done\n$/);
    assert.equal(folders().length, 1);
  });

  it('refused: a dry run, no such run, no runs', async () => {
    assert.match((await mama('resume', 'last')).err, /^error: no run is kept here\n/);
    await run('--check');
    assert.match((await mama('resume', folders()[0]!)).err, /^error: run \S+ was a dry run\n/);
    assert.match((await mama('resume', 'nonsense')).err, /^error: there is no run "nonsense"\n/);
    assert.equal((await mama('resume')).code, 1);
  });

  it('last: not one that came to nothing, where the same command began before', async () => {
    const apart = (connection: string) =>
      writeFiles(dir, {
        'inventory.yaml': `all:\n  vars: {ansible_connection: ${connection}, ansible_port: 1}\n  hosts:\n    a: {root: ${dir}/root}\n`,
      });
    apart('local');
    assert.equal((await run()).code, 2);
    const [begun] = folders();
    writeFiles(dir, { 'root/may': '' });
    apart('ssh');
    assert.equal((await run()).code, 4);
    assert.equal((await run('-t', 'all')).code, 4);
    const last = folders().at(-1);
    apart('local');
    // That was another command.
    assert.ok((await mama('resume', 'last')).err.includes(`in run ${last}\n`));
    rmSync(join(dir, '.mama-play/runs', last!), { recursive: true });
    assert.equal((await mama('resume', 'last')).err, `note: going on from run ${begun}\n`);
    // What ended well is not gone back to.
    apart('ssh');
    assert.equal((await run()).code, 4);
    assert.ok((await mama('resume', 'last')).err.startsWith('note: going on from run '));
  });

  it('a torn last line does not matter; a damaged journal is refused', async () => {
    await run();
    const path = journal();
    truncateSync(path, statSync(path).size - 5);
    writeFiles(dir, { 'root/may': '' });
    assert.equal((await mama('resume', folders()[0]!)).code, 0);
    assert.equal(made('log'), 'migrated\nrestarted\n');
    appendFileSync(path, 'x\n');
    assert.match((await mama('resume', folders()[0]!)).err, /has no journal that can be read/);
  });

  it('of a file whose name holds a secret it keeps a mark, by which it sees whether it is as it was', async () => {
    writeFiles(dir, {
      'roles/app/variables.yaml':
        'type: object\nproperties: {root: {type: string}, password: {type: string, secret: true}}\n',
      'roles/app/tasks/main.yaml': `
- {name: secret, copy: {src: "{{ password }}.conf", dest: "{{ root }}/conf"}}
- {name: stop, command: "test -e {{ root }}/may"}
`,
      'roles/app/files/geheim99.conf': 'one\n',
      'play.yaml': '- {hosts: all, roles: [{role: app}]}\n',
    });
    assert.equal((await run('-e', 'password=geheim99')).code, 2);
    assert.ok(!readFileSync(journal(), 'utf8').includes('geheim99'));
    const [first] = folders();
    writeFiles(dir, { 'roles/app/files/geheim99.conf': 'two\n' });
    const altered = await mama('resume', first!, '-e', 'password=geheim99');
    assert.match(altered.err, /<secret [0-9a-f]{8}>\.conf is not what it was in run /);
    writeFiles(dir, { 'root/may': '', 'roles/app/files/geheim99.conf': 'one\n' });
    assert.equal((await mama('resume', first!, '-e', 'password=geheim99')).code, 0);
  });

  it('what an action registered is not kept where it is secret: refused, and --again performs it', async () => {
    writeFiles(dir, {
      'roles/app/variables.yaml':
        'type: object\nproperties: {root: {type: string}, password: {type: string, secret: true}}\n',
      'roles/app/tasks/main.yaml': `
- {name: query, stat: {path: "{{ root }}/{{ password }}"}, register: found}
- {name: token, shell: "echo {{ password }}; echo once >> {{ root }}/log", register: token}
- {name: stop, command: "test -e {{ root }}/may"}
- {name: use, copy: {dest: "{{ root }}/use", content: "{{ token.stdout }} {{ found.stat.exists }}"}}
`,
      'play.yaml': '- {hosts: all, roles: [{role: app}]}\n',
    });
    assert.equal((await run('-e', 'password=geheim99')).code, 2);
    assert.ok(!readFileSync(journal(), 'utf8').includes('geheim99'));
    writeFiles(dir, { 'root/may': '' });
    const without = await mama('resume', 'last');
    assert.match(
      without.err,
      /^error: -e of run \S+ held a secret, which is not kept\n {2}give it again with -e\n/,
    );
    const other = await mama('resume', 'last', '-e', 'password=geheim98');
    assert.match(other.err, /error: -e is not what it was in run/);
    const refused = await mama('resume', 'last', '-e', 'password=geheim99');
    assert.match(
      refused.err,
      /error: roles\/app\/tasks\/main\.yaml:3:3: "token" was done on a, but what it registered is secret and was not kept/,
    );
    assert.equal((await mama('resume', 'last', '-e', 'password=geheim99', '--again')).code, 0);
    assert.equal(made('use'), 'geheim99 false');
    assert.equal(made('log'), 'once\nonce\n');
  });

  it('what was only foreseen (check_mode: true) was not done: it is foreseen again', async () => {
    writeFiles(dir, {
      'play.yaml': `
- hosts: all
  tasks:
    - {name: state, copy: {dest: "{{ root }}/state", content: x}, check_mode: true, register: state}
    - {name: action, shell: "touch {{ root }}/action", check_mode: true, register: action}
    - {name: guarded, command: {cmd: touch x, creates: "{{ root }}/x"}, check_mode: true, register: guarded}
    - {name: breaks, command: "test -e {{ root }}/may", changed_when: false}
    - {name: then, shell: "echo {{ state.changed }} >> {{ root }}/log", when: guarded.changed}
    - {name: never read, debug: {msg: "{{ action }}"}, when: '!state.changed'}
`,
    });
    assert.equal((await run()).code, 2);
    writeFiles(dir, { 'root/may': '' });
    const resumed = await mama('resume', 'last');
    const lines = resumed.out.split('\n').filter((line) => line.includes(' a: '));
    assert.deepEqual(
      lines.map((line) => line.replace(/ +a: (\w+).*/, ' $1')),
      [
        'would change state',
        'unknown action',
        'would change guarded',
        'ok breaks',
        'changed then',
        'skipped never',
      ],
    );
    assert.equal(resumed.code, 0);
    assert.equal(made('log'), 'true\n');
  });

  it('rescued and ignored failures, skips and run_once are as they were', async () => {
    writeFiles(dir, {
      'inventory.yaml': `all:\n  vars: {ansible_connection: local, root: ${dir}/root}\n  hosts: {a: , b: }\n`,
      'play.yaml': `
- hosts: all
  tasks:
    - {name: once, shell: "echo once >> {{ root }}/log; echo 1", run_once: true, register: one}
    - name: tries
      block:
        - {name: breaks, shell: "echo tried-{{ inventory_hostname }} >> {{ root }}/log; exit 1"}
      rescue:
        - {name: saves, shell: "echo saved-{{ inventory_hostname }} >> {{ root }}/log"}
    - {name: never, shell: "echo never >> {{ root }}/log", when: one.stdout == "2", register: never}
    - {name: maybe, shell: exit 3, ignore_errors: true, register: maybe}
    - {name: stop, command: "test -e {{ root }}/may"}
    - {name: end, shell: "echo {{ one.stdout }} {{ maybe.rc }} {{ never.skipped }} >> {{ root }}/log"}
`,
    });
    assert.equal((await run()).code, 2);
    writeFiles(dir, { 'root/may': '' });
    const { out, code } = await mama('resume', 'last');
    assert.equal(code, 0);
    assert.match(out, /failed +\S+: breaks \(rescued\): exited 1 \(in run /);
    assert.match(out, /ignored +\S+: maybe: exited 3 \(in run /);
    assert.match(out, /\na {2}ok=5 .*rescued=1 .*ignored=1 /);
    assert.deepEqual(made('log').trim().split('\n').sort(), [
      '1 3 true',
      '1 3 true',
      'once',
      'saved-a',
      'saved-b',
      'tried-a',
      'tried-b',
    ]);
  });

  it('kill -9 in the middle of an action: its outcome is not known, which is said @slow', async () => {
    writeFiles(dir, {
      'play.yaml': `
- hosts: all
  tasks:
    - {name: first, shell: "echo first >> {{ root }}/log"}
    - {name: long, shell: "echo long >> {{ root }}/log; test -e {{ root }}/may || sleep 3"}
    - {name: last, shell: "echo last >> {{ root }}/log"}
`,
    });
    const main = join(import.meta.dirname, '../../dist/main.js');
    const runner = spawn(process.execPath, [main, 'play.yaml', '-i', 'inventory.yaml'], {
      cwd: dir,
      stdio: 'ignore',
      env: { ...process.env, HOME: dir, MAMA_PLAY_STATE_DIR: join(dir, '.state') },
    });
    const isUnderWay = () => existsSync(join(dir, 'root/log')) && made('log').includes('long');
    for (let i = 0; i < 800 && !isUnderWay(); i++) await sleep(25);
    const ended = new Promise((resolve) => runner.once('exit', resolve));
    runner.kill('SIGKILL');
    await ended;
    const refused = await mama('resume', 'last');
    assert.equal(refused.code, 1);
    assert.match(
      refused.err,
      /^error: play\.yaml:5:7: "long" was begun on a, and what came of it is not known\n/,
    );
    await sleep(3500);
    writeFiles(dir, { 'root/may': '' });
    const resumed = await mama('resume', 'last', '--again');
    assert.deepEqual(told(resumed), ['ok first', 'changed long', 'changed last']);
    assert.equal(made('log'), 'first\nlong\nlong\nlast\n');
  });
});
