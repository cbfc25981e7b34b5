import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DebtPlace, debtKey, debtLines } from '../../src/runner/engine/debt-file.ts';
import { type RanHere, runHere, stateDir, writeFiles } from './run-here.ts';

const HOLDER = { run: 'test', who: 'somebody@here' };

function told(ran: RanHere): string[] {
  return ran.tasks.map((event) =>
    [event.task, event.status, event.debt ? 'debt' : ''].filter(Boolean).join(' '),
  );
}

describe('handler debt', function () {
  this.timeout(60_000);
  let dir: string;
  let file: string;
  let place: DebtPlace;
  /** The file that owes the restart. */
  let owed: string;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'mama-debt-'));
    place = { project: basename(dir), playbook: 'play.yaml', play: 'deploy' };
    file = join(stateDir(dir), debtKey(place, 'a'));
    owed = `${debtLines(place, 'a', ['restart']).join('\n')}\n`;
    writeFiles(dir, {
      'roles/README': 'This folder is the root of a project.\n',
      'inventory.yaml': `all:\n  hosts:\n    a: {ansible_connection: local, root: ${dir}}\n`,
    });
  });
  afterEach(() => {
    rmSync(dir, { recursive: true, force: true });
    rmSync(stateDir(dir), { recursive: true, force: true });
  });

  const playbook = (more: string) => `
- name: deploy
  hosts: all
  tasks:
    - {name: config, copy: {dest: "{{ root }}/config", content: "new\\n"}, notify: restart}
    ${more}
  handlers:
    - {name: restart, shell: "echo restarted >> {{ root }}/log"}
    - {name: other, shell: "echo other >> {{ root }}/log"}
`;

  async function run(more: string, ...args: string[]): Promise<RanHere> {
    writeFiles(dir, { 'play.yaml': playbook(more) });
    const ran = await runHere(dir, ['play.yaml', '-i', 'inventory.yaml', ...args], HOLDER);
    assert.deepEqual(ran.refused, []);
    return ran;
  }

  const log = () => readFileSync(join(dir, 'log'), 'utf8');
  const BROKEN = '- {name: breaks, fail: {msg: no}}';

  it('a restart lost to a failure is the first thing that the next run does, once', async () => {
    assert.deepEqual(told(await run(BROKEN)), ['config changed', 'breaks failed']);
    assert.equal(readFileSync(file, 'utf8'), owed);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(statSync(stateDir(dir)).mode & 0o777, 0o700);
    assert.deepEqual(told(await run('')), ['restart changed debt', 'config ok']);
    assert.equal(existsSync(file), false);
    assert.deepEqual(told(await run('')), ['config ok']);
    assert.equal(log(), 'restarted\n');
  });

  it('a dry run tells what is owed and leaves it', async () => {
    await run(BROKEN);
    const dry = await run('', '--check');
    assert.ok(dry.events.some((event) => event.event === 'note' && /restart/.test(event.msg)));
    assert.deepEqual(told(dry), ['config ok']);
    assert.equal(readFileSync(file, 'utf8'), owed);
  });

  it('hosts of the inventory that are one machine keep their debts apart', async () => {
    const inventory = readFileSync(join(dir, 'inventory.yaml'), 'utf8');
    const b = `    b: {ansible_connection: local, root: ${dir}/b}\n`;
    writeFiles(dir, { 'inventory.yaml': inventory + b, 'b/README': 'The root of b.\n' });
    await run('- {name: breaks, fail: {msg: no}, when: inventory_hostname == "a"}');
    assert.equal(readFileSync(file, 'utf8'), owed);
    const again = await run('');
    assert.deepEqual(
      again.tasks.filter((event) => event.handler).map(({ host, task, debt }) => [host, task, debt]),
      [['a', 'restart', true]],
    );
    assert.deepEqual(readdirSync(stateDir(dir)), ['lease']);
  });

  it('what a host of another name left on the machine is paid by the one that is there now', async () => {
    await run(BROKEN);
    const inventory = readFileSync(join(dir, 'inventory.yaml'), 'utf8').replace('a:', 'new:');
    writeFiles(dir, { 'inventory.yaml': inventory });
    assert.deepEqual(told(await run('')), ['restart changed debt', 'config ok']);
    assert.equal(existsSync(file), false);
    assert.deepEqual(told(await run('')), ['config ok']);
  });

  it('a run that another one keeps out leaves what is owed alone, and what that one comes to owe', async () => {
    const wait = `i=0; while [ ! -e ${dir}/go ] && [ $i -lt 200 ]; do sleep 0.1; i=$((i+1)); done`;
    const holds = run(`- {name: hold, shell: "${wait}; exit 1"}`);
    for (let i = 0; i < 800 && !existsSync(file); i++) await sleep(25);
    assert.equal(readFileSync(file, 'utf8'), owed);
    for (const handler of ['restart', 'renamed']) {
      const text = playbook('')
        .replaceAll('name: restart', `name: ${handler}`)
        .replace('notify: restart', `notify: ${handler}`);
      writeFiles(dir, { 'play.yaml': text });
      const out = await runHere(dir, ['play.yaml', '-i', 'inventory.yaml'], { run: 'out', who: 'late@here' });
      assert.deepEqual([out.recap!.hosts['a']!.state, told(out)], ['locked', []]);
      assert.equal(readFileSync(file, 'utf8'), owed);
    }
    writeFiles(dir, { go: '' });
    assert.deepEqual(told(await holds), ['config changed', 'hold failed']);
    assert.equal(readFileSync(file, 'utf8'), owed);
  });

  it('a handler with run_once is paid while others wait in front of a task that stands where it stands', async () => {
    writeFiles(dir, {
      'inventory.yaml': `
all:
  vars: {ansible_connection: local}
  hosts: {a: {root: ${dir}/a}, b: {root: ${dir}/b}}
`,
      'play.yaml': `
- name: deploy
  hosts: all
  strategy: linear
  tasks:
    - {name: config, copy: {dest: "{{ root }}/config", content: x}, notify: [wait, once]}
    - {name: breaks, fail: {msg: no}, when: '!has(vars.go) && inventory_hostname == "b"'}
  handlers:
    - {name: wait, command: sleep 0.2}
    - {name: once, shell: "echo once >> {{ root }}/log", run_once: true}
`,
      'a/README': 'The root of a.\n',
      'b/README': 'The root of b.\n',
    });
    await runHere(dir, ['play.yaml', '-i', 'inventory.yaml'], HOLDER);
    const again = await runHere(dir, ['play.yaml', '-i', 'inventory.yaml', '-e', '{"go": true}'], HOLDER);
    const paid = again.tasks.filter(({ handler }) => handler);
    assert.deepEqual(
      paid.map(({ host, task, status, debt }) => [host, task, status, debt]),
      [
        ['b', 'wait', 'changed', true],
        ['b', 'once', 'changed', true],
      ],
    );
    assert.equal(readFileSync(join(dir, 'b/log'), 'utf8'), 'once\n');
  });

  it('a handler that is gone is told once and dropped', async () => {
    await run(BROKEN);
    writeFiles(dir, {
      'play.yaml': playbook('').replaceAll('restart}', 'other}').replace('name: restart,', 'name: new,'),
    });
    const again = await runHere(dir, ['play.yaml', '-i', 'inventory.yaml'], HOLDER);
    assert.ok(again.events.some((event) => event.event === 'note' && /restart/.test(event.msg)));
    assert.equal(existsSync(file), false);
  });

  it('a handler that fails stays owed', async () => {
    const text = playbook('').replace(
      'echo restarted >> {{ root }}/log',
      'test -e {{ root }}/may && echo restarted >> {{ root }}/log',
    );
    writeFiles(dir, { 'play.yaml': text });
    assert.deepEqual(told(await runHere(dir, ['play.yaml', '-i', 'inventory.yaml'], HOLDER)), [
      'config changed',
      'restart failed',
    ]);
    assert.equal(readFileSync(file, 'utf8'), owed);
    writeFiles(dir, { may: '' });
    assert.deepEqual(told(await runHere(dir, ['play.yaml', '-i', 'inventory.yaml'], HOLDER)), [
      'restart changed debt',
      'config ok',
    ]);
    assert.equal(existsSync(file), false);
  });

  it('an action that turns out to have changed nothing leaves no debt', async () => {
    const ran = await run('- {name: quiet, shell: "true", changed_when: false, notify: other}');
    assert.deepEqual(told(ran), ['config changed', 'quiet ok', 'restart changed']);
    assert.equal(existsSync(file), false);
  });

  it('a well run writes and clears it on the exchanges that it makes anyway', async () => {
    const first = await run('');
    assert.equal(first.recap!.hosts['a']!.round_trips, 3);
    const second = await run('');
    assert.equal(second.recap!.hosts['a']!.round_trips, 1);
  });

  describe('a handler that reads what the play gives', () => {
    const reads = (what: string) => `
- name: deploy
  hosts: all
  vars: {system: "on {{ ansible_system }}"}
  tasks:
    - {name: config, copy: {dest: "{{ root }}/config", content: "new\\n"}, notify: restart}
    - {name: version, shell: echo 7, register: version, changed_when: false}
    - {name: fragile, command: "test -e {{ root }}/may", changed_when: false}
  handlers:
    - {name: restart, shell: "echo ${what} >> {{ root }}/log"}
`;
    const again = (...args: string[]) => runHere(dir, ['play.yaml', '-i', 'inventory.yaml', ...args], HOLDER);

    for (const [what, expected, order] of [
      ['{{ version.stdout }}', '7\n', ['config ok', 'version ok', 'fragile ok', 'restart changed debt']],
      ['{{ system }}', 'on Linux\n', ['restart changed debt', 'config ok', 'version ok', 'fragile ok']],
    ] as const) {
      it(`is paid once it is there: ${what}`, async () => {
        writeFiles(dir, { 'play.yaml': reads(what) });
        assert.deepEqual(told(await again()), ['config changed', 'version ok', 'fragile failed']);
        writeFiles(dir, { may: '' });
        assert.deepEqual(told(await again()), order);
        assert.equal(log(), expected);
        assert.equal(existsSync(file), false);
        assert.deepEqual(told(await again()), ['config ok', 'version ok', 'fragile ok']);
      });
    }

    it('stays owed, and that is told, where it does not come', async () => {
      const text = reads('{{ version }}').replace(
        'shell: echo 7, register: version, changed_when: false',
        'set_fact: {version: 7}, when: given',
      );
      writeFiles(dir, { 'play.yaml': text });
      await again('-e', '{"given": true}');
      writeFiles(dir, { may: '' });
      const ran = await again('-e', '{"given": false}');
      assert.deepEqual(told(ran), ['config ok', 'version skipped', 'fragile ok']);
      assert.deepEqual(
        ran.events.flatMap((event) => (event.event === 'note' ? [event.msg] : [])),
        ['the handler "restart" is still owed: nothing gave what it reads'],
      );
      assert.equal(readFileSync(file, 'utf8'), owed);
      const paid = ['config ok', 'version ok', 'fragile ok', 'restart changed debt'];
      assert.deepEqual(told(await again('-e', '{"given": true}')), paid);
    });
  });

  it('after kill -9 of the runner the next run pays @slow', async () => {
    writeFiles(dir, { 'play.yaml': playbook('- {name: wait, shell: "echo > {{ root }}/waiting; sleep 3"}') });
    const main = join(import.meta.dirname, '../../dist/main.js');
    const runner = spawn(process.execPath, [main, 'play.yaml', '-i', 'inventory.yaml'], {
      cwd: dir,
      stdio: 'ignore',
      env: { ...process.env, MAMA_PLAY_STATE_DIR: stateDir(dir) },
    });
    for (let i = 0; i < 800 && !existsSync(join(dir, 'waiting')); i++) await sleep(25);
    const ended = new Promise((resolve) => runner.once('exit', resolve));
    runner.kill('SIGKILL');
    await ended;
    assert.equal(readFileSync(file, 'utf8'), owed);
    await sleep(3500);
    assert.deepEqual(told(await run('')), ['restart changed debt', 'config ok']);
  });
});
