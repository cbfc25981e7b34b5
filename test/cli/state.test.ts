import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stateDir, writeFiles } from '../engine/run-here.ts';
import { FakeProcess, runFake } from './fake-process.ts';

const PLAYBOOK = `
- name: deploy
  hosts: all
  tasks:
    - {name: config, copy: {dest: "{{ root }}/config", content: "new\\n"}, notify: [restart, "re load"]}
    - {name: hold, shell: "echo >{{ root }}/begun; while [ ! -e {{ root }}/go ]; do sleep 0.1; done; exit 1"}
  handlers:
    - {name: restart, shell: "true"}
    - {name: re load, shell: "true"}
`;

describe('mama-play locks and mama-play debts', function () {
  this.timeout(60_000);
  let dir: string;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'mama-state-'));
    writeFiles(dir, {
      'roles/README': 'This folder is the root of a project.\n',
      'site.yaml': PLAYBOOK,
      'hosts.yaml': `all:\n  hosts:\n    a: {ansible_connection: local, root: ${dir}}\n`,
    });
  });
  afterEach(() => {
    for (const path of [dir, stateDir(dir)]) rmSync(path, { recursive: true, force: true });
  });

  async function run(...args: string[]) {
    const process = new FakeProcess(dir);
    process.env['MAMA_PLAY_STATE_DIR'] = stateDir(dir);
    return runFake(process, args);
  }
  const until = async (holds: () => boolean) => {
    for (let i = 0; i < 400 && !holds(); i++) await sleep(50);
    assert.ok(holds());
  };

  it('nothing held, nothing owed', async () => {
    assert.deepEqual(await run('locks', '-i', 'hosts.yaml'), { code: 0, out: 'a: not held\n', err: '' });
    assert.equal(
      (await run('debts', '-i', 'hosts.yaml')).out,
      'a: nothing is owed (as the login user; -b asks as root)\n',
    );
    assert.equal(existsSync(stateDir(dir)), false);
  });

  it('shows the holder while a run is at work; what it leaves owed is shown, and forgiven with a reason', async () => {
    const running = run('site.yaml', '-i', 'hosts.yaml');
    await until(() => existsSync(join(dir, 'begun')));
    const held = await run('locks', '-i', 'hosts.yaml', '--output', 'json');
    const { by, since, run: id, pid, ...rest } = JSON.parse(held.out);
    assert.deepEqual(rest, { event: 'lock', host: 'a', state: 'held' });
    assert.match(`${by} ${since} ${id}`, /\(process -?\d+\) \d{4}-\d\d-\d\dT[\d:]+Z [0-9a-z-]+$/);
    assert.ok(existsSync(`/proc/${pid}`));
    assert.match(
      (await run('locks', '-i', 'hosts.yaml')).out,
      /^a: held by .* since .*, run .*, by process \d+/,
    );
    const refused = await run('debts', '-i', 'hosts.yaml', '--forgive', 'restart', '--reason', 'x');
    assert.equal(refused.code, 5);
    assert.match(refused.err, /a is held by another run/);
    writeFiles(dir, { go: '' });
    assert.equal((await running).code, 2);

    const play = `play "deploy" (site.yaml of ${dir.split('/').at(-1)})`;
    const owed = await run('debts', '-i', 'hosts.yaml');
    assert.equal(owed.out, `a: "restart" of ${play}\na: "re load" of ${play}\n`);
    const done = await run('debts', '-i', 'hosts.yaml', '--forgive', 're load', '--reason', 'done by hand');
    assert.deepEqual([done.code, done.out], [0, `a: "re load" of ${play} is owed no more\n`]);
    assert.equal((await run('debts', '-i', 'hosts.yaml')).out, `a: "restart" of ${play}\n`);
    const log = readFileSync(join(stateDir(dir), 'forgiven.log'), 'utf8');
    assert.match(
      log,
      /^\d{4}-\d\d-\d\dT[\d:]+Z .*@.* forgave "re load" of deploy \(site.yaml of .*\): done by hand\n$/,
    );
    const json = await run('debts', '-i', 'hosts.yaml', '--output', 'json');
    const project = dir.split('/').at(-1);
    assert.deepEqual(JSON.parse(json.out), {
      event: 'debt',
      host: 'a',
      project,
      playbook: 'site.yaml',
      play: 'deploy',
      handler: 'restart',
    });
    assert.equal((await run('debts', '-i', 'hosts.yaml', '--forgive', 'restart', '--reason', 'y')).code, 0);
    assert.deepEqual(readdirSync(stateDir(dir)).sort(), ['forgiven.log', 'lease']);
    assert.equal((await run('site.yaml', '-i', 'hosts.yaml', '--check')).out.includes('owed'), false);
  });

  it('refuses to forgive without a reason, or what nobody is owed', async () => {
    const bare = await run('debts', '-i', 'hosts.yaml', '--forgive', 'restart');
    assert.deepEqual(
      [bare.code, bare.err.split('\n')[0]],
      [1, 'mama-play: why? mama-play debts --forgive "restart" --reason "…"'],
    );
    const none = await run('debts', '-i', 'hosts.yaml', '--forgive', 'nobody', '--reason', 'x');
    assert.deepEqual([none.code, none.err.split('\n')[0]], [1, 'mama-play: no host is owed "nobody"']);
  });
});
