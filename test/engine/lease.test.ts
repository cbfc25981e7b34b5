import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connector } from '../../src/runner/connection/connect.ts';
import type { Connect } from '../../src/runner/contract/exchange.ts';
import { exitCode } from '../../src/runner/engine/exit-code.ts';
import { type RanHere, runHere, stateDir, writeFiles } from './run-here.ts';

const HOLDER = (run: string) => ({ run, who: `${run}@here (process 1), since 2026-01-02T03:04:05Z` });

const PLAYBOOK = `
- hosts: all
  tasks:
    - {name: hold, shell: "echo > {{ root }}/begun; i=0; while [ ! -e {{ root }}/go ] && [ $i -lt 100 ]; do sleep 0.1; i=$((i+1)); done; echo > {{ root }}/held"}
`;

const OTHER = `
- hosts: all
  tasks:
    - {name: touch, file: {path: "{{ root }}/other", state: directory}}
`;

const notes = (ran: RanHere) => ran.events.flatMap((e) => (e.event === 'note' ? [e.msg] : [])).join('\n');

describe('the lease of a machine', function () {
  this.timeout(60_000);
  let dir: string;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'mama-lease-'));
    writeFiles(dir, {
      'hold.yaml': PLAYBOOK,
      'other.yaml': OTHER,
      'one.yaml': `all:\n  hosts:\n    a: {ansible_connection: local, root: ${dir}}\n`,
      'b/ground': '',
      'two.yaml': `all:\n  vars: {ansible_connection: local}\n  hosts: {a: {root: ${dir}}, b: {root: ${dir}/b}}\n`,
    });
  });
  afterEach(() => {
    for (const path of [dir, stateDir(dir)]) rmSync(path, { recursive: true, force: true });
  });

  async function begun(): Promise<void> {
    for (let i = 0; i < 800 && !existsSync(join(dir, 'begun')); i++) await sleep(25);
    assert.ok(existsSync(join(dir, 'begun')));
  }

  it('the second run changes nothing, exits as locked and names the holder; a dry run needs none', async () => {
    const first = runHere(dir, ['hold.yaml', '-i', 'one.yaml'], HOLDER('first'));
    await begun();
    const second = await runHere(dir, ['other.yaml', '-i', 'one.yaml'], HOLDER('second'));
    assert.equal(second.recap!.hosts['a']!.state, 'locked');
    const error = second.events.find((event) => event.event === 'error');
    assert.equal(error?.diagnostic.code, 'locked');
    assert.match(
      error?.diagnostic.message ?? '',
      /^a is held by another run: first@here \(process 1\), since 2026-01-02/,
    );
    writeFiles(dir, { 'loop.yaml': OTHER.replace('}}\n', '}, loop: [1, 2]}\n') });
    const looped = await runHere(dir, ['loop.yaml', '-i', 'one.yaml'], HOLDER('second'));
    assert.equal(looped.recap!.hosts['a']!.state, 'locked');
    assert.deepEqual([second.tasks, looped.tasks], [[], []], 'it is told for the run as a whole');
    assert.equal(existsSync(join(dir, 'other')), false);
    const dry = await runHere(dir, ['other.yaml', '-i', 'one.yaml', '--check'], HOLDER('third'));
    assert.equal(dry.recap!.hosts['a']!.state, 'done');
    writeFiles(dir, { go: '' });
    assert.equal((await first).recap!.hosts['a']!.state, 'done');
    const after = await runHere(dir, ['other.yaml', '-i', 'one.yaml'], HOLDER('fourth'));
    assert.equal(after.recap!.hosts['a']!.changed, 1);
  });

  it('hosts of one run that share a machine share its lease', async () => {
    const ran = await runHere(dir, ['other.yaml', '-i', 'two.yaml'], HOLDER('one'));
    assert.deepEqual(
      Object.values(ran.recap!.hosts).map((host) => host.state),
      ['done', 'done'],
    );
  });

  for (const to of ['out', '"{{ outside }}"'])
    it(`a machine of no play, which a task is delegated to, is asked for its lease before it is changed: ${to}`, async () => {
      const elsewhere = { ...process.env, MAMA_PLAY_STATE_DIR: `${stateDir(dir)}/elsewhere` };
      const there = connector({ env: elsewhere, warn: assert.fail });
      const around =
        (here: Connect): Connect =>
        (target) =>
          target.name === 'out' ? there(target) : here(target);
      writeFiles(dir, {
        'delegate.yaml': `
- hosts: a
  tasks:
    - {name: here, file: {path: "{{ root }}/here", state: directory}}
    - {name: there, shell: "echo > {{ root }}/there", delegate_to: ${to}}
    - {name: again, file: {path: "{{ root }}/again", state: directory}}
`,
        'out.yaml': `all:
  vars: {ansible_connection: local, root: ${dir}, outside: out}
  hosts: {a: {}, out: {}}
`,
      });
      const args = ['delegate.yaml', '-i', 'out.yaml'];
      const first = runHere(dir, ['hold.yaml', '-i', 'out.yaml', '-l', 'out'], HOLDER('first'), around);
      await begun();
      const second = await runHere(dir, args, HOLDER('second'), around);
      assert.equal(exitCode(second.recap!, { interrupted: false, detailed: false }), 5);
      assert.deepEqual(
        second.events.flatMap((event) => (event.event === 'error' ? [event.diagnostic.message] : [])),
        ['out is held by another run: first@here (process 1), since 2026-01-02T03:04:05Z'],
      );
      assert.deepEqual(
        ['here', 'there', 'again'].map((name) => existsSync(join(dir, name))),
        // Whom a variable names is known when its turn comes.
        [to !== 'out', false, false],
      );
      writeFiles(dir, { go: '' });
      await first;
      const third = await runHere(dir, args, HOLDER('third'), around);
      assert.equal(third.recap!.hosts['a']!.ok, 3);
    });

  it('after kill -9 of the holder its lease ends with its session @slow', async () => {
    const main = join(import.meta.dirname, '../../dist/main.js');
    const holder = spawn(process.execPath, [main, 'hold.yaml', '-i', 'one.yaml'], {
      cwd: dir,
      stdio: 'ignore',
      env: { ...process.env, MAMA_PLAY_STATE_DIR: stateDir(dir) },
    });
    await begun();
    const ended = new Promise((resolve) => holder.once('exit', resolve));
    holder.kill('SIGKILL');
    await ended;
    // What it left running would go on for ten seconds: it is ended, and the next run waits for that.
    const next = await runHere(dir, ['other.yaml', '-i', 'one.yaml'], HOLDER('next'));
    assert.equal(next.recap!.hosts['a']!.state, 'done');
    assert.equal(next.recap!.hosts['a']!.changed, 1);
    assert.match(
      notes(next),
      /^the run that held it was cut off \(.*, since .*\); what it left running is waited for$/m,
    );
    assert.equal(existsSync(join(dir, 'held')), false);
  });
});
