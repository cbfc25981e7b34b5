import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepFile } from '../../src/runner/commands/write-whole.ts';
import { type Connect, isTrouble } from '../../src/runner/contract/exchange.ts';
import type { RunOptions } from '../../src/runner/engine/run.ts';
import { FakeProcess, type Ran, runFake } from '../cli/fake-process.ts';
import { type RanHere, runHere, stateDir, writeFiles } from './run-here.ts';

const TASKS = `
    - {name: take, fetch: {src: "{{ root }}/f", dest: fetched}, register: got}
    - {name: use, copy: {src: "fetched/{{ inventory_hostname }}{{ root }}/f", dest: "{{ root }}/copy"}}
`;

describe('fetch, in a run', function () {
  this.timeout(30_000);
  let dir: string;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'mama-fetch-'));
    const hosts = ['a', 'b'].map((name) => `    ${name}: {root: ${dir}/hosts/${name}}\n`).join('');
    writeFiles(dir, {
      'roles/README': 'This folder is the root of a project.\n',
      'inventory.yaml': `all:\n  vars: {ansible_connection: local}\n  hosts:\n${hosts}`,
      'hosts/a/f': 'of a\n',
      'hosts/b/f': 'of b\n',
    });
  });
  afterEach(() => {
    for (const path of [dir, stateDir(dir)]) rmSync(path, { recursive: true, force: true });
  });

  const here = (host: string) => join(dir, 'fetched', host, dir, 'hosts', host, 'f');
  const text = (path: string) => readFileSync(path, 'utf8');
  const told = (ran: RanHere) =>
    ran.tasks.map(({ host, task, status }) => `${host} ${task} ${status}`).sort();

  async function run(
    tasks: string,
    args: readonly string[] = [],
    more: Partial<RunOptions> = {},
    around: (connect: Connect) => Connect = (connect) => connect,
  ): Promise<RanHere> {
    writeFiles(dir, { 'play.yaml': `- hosts: all\n  tasks:\n${tasks}` });
    const holder = { run: 'test', who: 'test' };
    const ran = await runHere(
      dir,
      ['play.yaml', '-i', 'inventory.yaml', ...args],
      holder,
      around,
      () => more,
    );
    assert.deepEqual(ran.refused, []);
    return ran;
  }

  it('each host has a file of its own, later tasks find it, and a second run has nothing to do', async () => {
    const first = await run(TASKS);
    assert.deepEqual(told(first), ['a take changed', 'a use changed', 'b take changed', 'b use changed']);
    for (const host of ['a', 'b']) {
      assert.equal(text(here(host)), `of ${host}\n`);
      assert.equal(statSync(here(host)).mode & 0o777, 0o600);
      assert.equal(text(join(dir, 'hosts', host, 'copy')), `of ${host}\n`);
    }
    chmodSync(here('a'), 0o644);
    writeFiles(dir, { 'hosts/a/f': 'newer\n' });
    const second = await run(TASKS);
    assert.deepEqual(told(second), ['a take changed', 'a use changed', 'b take ok', 'b use ok']);
    assert.equal(second.recap!.hosts['b']!.round_trips, 1);
    assert.equal(statSync(here('a')).mode & 0o777, 0o644);
    assert.equal(text(join(dir, 'hosts/a/copy')), 'newer\n');
  });

  it('a dry run writes nothing, and what would read the file depends on the run', async () => {
    const ran = await run(TASKS, ['--check', '--limit', 'a']);
    assert.deepEqual(told(ran), ['a take would_change', 'a use unknown']);
    assert.equal(ran.tasks[1]!.msg, '"take" would put a file on this machine before');
    assert.equal(existsSync(join(dir, 'fetched')), false);
    const [take] = ran.tasks;
    assert.deepEqual(take!.delta?.['size'], { from: null, to: 5 });
  });

  it('a dry run does not know where a file of unknown parameters would be', async () => {
    const ran = await run(
      `
    - {name: cmd, shell: "echo {{ root }}/f", register: cmd}
    - {name: take, fetch: {src: "{{ cmd.stdout }}", dest: fetched}}
    - {name: use, copy: {src: "x{{ root }}", dest: "{{ root }}/copy"}}
    - {name: other, copy: {content: x, dest: "{{ root }}/other"}}
`,
      ['--check', '--limit', 'a'],
    );
    assert.equal(ran.tasks[2]!.msg, '"take" would put a file on this machine before');
    assert.deepEqual(
      ran.tasks.map(({ status }) => status),
      ['unknown', 'unknown', 'unknown', 'unknown'],
    );
  });

  it('a task that is only checked in a real run takes nothing from those behind it', async () => {
    writeFiles(dir, { [here('a').slice(dir.length + 1)]: 'old\n' });
    const ran = await run(TASKS.replace('dest: fetched}', 'dest: fetched}, check_mode: true'), [
      '--limit',
      'a',
    ]);
    assert.deepEqual(told(ran), ['a take would_change', 'a use changed']);
    assert.equal(text(join(dir, 'hosts/a/copy')), 'old\n');
    assert.equal(text(here('a')), 'old\n');
  });

  it('in a dry run, what is beside the file and below another name stays certain', async () => {
    writeFiles(dir, { 'fetched/beside': 'x', 'files/tree/f': 'x', 'files/t/f': 'x' });
    const ran = await run(
      `
    - {name: take, fetch: {src: "{{ root }}/f", dest: files/t}}
    - {name: beside, copy: {src: "fetched/{{ 'beside' }}", dest: "{{ root }}/1"}}
    - {name: other, copy: {src: "{{ 'tree' }}/", dest: "{{ root }}/2"}}
    - {name: around, copy: {src: "{{ 't' }}/", dest: "{{ root }}/3"}}
`,
      ['--check', '--limit', 'a'],
    );
    assert.deepEqual(
      ran.tasks.map(({ status }) => status),
      ['would_change', 'would_change', 'would_change', 'unknown'],
    );
  });

  it('a file that changes between the look and the reading is looked at once more', async () => {
    let changes = 0;
    const meddle =
      (most: number) =>
      (connect: Connect): Connect =>
      async (target) => {
        const conversation = await connect(target);
        if (isTrouble(conversation)) return conversation;
        const exchange = conversation.exchange.bind(conversation);
        conversation.exchange = (identity, fragments) => {
          const reads = fragments.some(
            ({ role, script }) => role === 'apply' && script.text.includes('head -c'),
          );
          if (reads && changes < most) writeFiles(dir, { 'hosts/a/f': `version ${++changes} of ${most}\n` });
          return exchange(identity, fragments);
        };
        return conversation;
      };
    const task = '    - {name: take, fetch: {src: "{{ root }}/f", dest: out, flat: true}}\n';
    const once = await run(task, ['--limit', 'a'], {}, meddle(1));
    assert.deepEqual(told(once), ['a take changed']);
    assert.equal(text(join(dir, 'out')), 'version 1 of 1\n');
    changes = 0;
    writeFiles(dir, { 'hosts/a/f': 'another\n' });
    const always = await run(task, ['--limit', 'a'], {}, meddle(9));
    assert.deepEqual(told(always), ['a take failed']);
    assert.match(always.tasks[0]!.msg!, /it keeps changing on the host/);
    assert.equal(text(join(dir, 'out')), 'version 1 of 1\n');
  });

  it('what can not be written here is a failed task of that host', async () => {
    const keep = (path: string, bytes: Uint8Array) =>
      path.includes('/a/') ? `${path} could not be written: no space is left` : keepFile(path, bytes);
    const ran = await run(TASKS, [], { keep });
    assert.deepEqual(told(ran), ['a take failed', 'b take changed', 'b use changed']);
    assert.match(ran.tasks.find(({ status }) => status === 'failed')!.msg!, /no space is left/);
  });

  it('what stands in the way here is refused before anything is connected to', async () => {
    writeFiles(dir, {
      'taken/a': 'x',
      'play.yaml': `
- hosts: a
  tasks:
    - {name: below, fetch: {src: "{{ root }}/f", dest: taken}}
    - {name: folder, fetch: {src: "{{ root }}/f", dest: folder, flat: true}}
    - {name: missing, copy: {src: "{{ inventory_hostname }}/nothing", dest: "{{ root }}/x"}}
`,
    });
    mkdirSync(join(dir, 'folder'));
    const { refused } = await runHere(dir, ['play.yaml', '-i', 'inventory.yaml']);
    const [below, folder, missing] = refused;
    assert.match(
      below!.message,
      /^taken\/a on this machine is no directory: taken\/a\S+f can't be below it$/,
    );
    assert.equal(folder!.message, 'folder on this machine is a directory: no file is put in its place');
    assert.equal(folder!.hint, 'a `dest` that ends in `/` is a directory');
    assert.equal(missing!.message, 'a/nothing was not found');
  });

  const mama = (...args: string[]): Promise<Ran> => runFake(new FakeProcess(dir), args);
  const outcomes = ({ out }: Ran) =>
    out
      .split('\n')
      .filter((line) => /^(ok|changed|failed) /.test(line))
      .map((line) => line.replace(/ +([ab]): (\w+).*/, ' $1 $2'))
      .sort();

  it('a saved plan does what it showed, and holds back what moved on either side', async () => {
    writeFiles(dir, { 'play.yaml': `- hosts: all\n  tasks:\n${TASKS}` });
    const plan = () => mama('plan', 'play.yaml', '-i', 'inventory.yaml', '-o', 'the.plan');
    assert.equal((await plan()).code, 0);
    assert.equal(existsSync(join(dir, 'fetched')), false);
    const applied = await mama('apply', 'the.plan');
    assert.deepEqual(
      [applied.code, outcomes(applied)],
      [0, ['a take', 'a use', 'b take', 'b use'].map((one) => `changed ${one}`)],
    );
    writeFiles(dir, { 'play.yaml': `- hosts: all\n  tasks:\n${TASKS.split('\n')[1]}\n` });
    writeFiles(dir, { 'hosts/a/f': 'second\n', 'hosts/b/f': 'second\n' });
    assert.equal((await plan()).code, 0);
    writeFiles(dir, { 'hosts/a/f': 'third, by hand\n' });
    writeFiles(dir, { [here('b').slice(dir.length + 1)]: 'by hand\n' });
    const held = await mama('apply', 'the.plan');
    assert.match(held.out, /failed +a: take: held back: /);
    assert.match(held.out, /failed +b: take: held back: since the plan was made, content from /);
    assert.deepEqual([text(here('a')), text(here('b'))], ['of a\n', 'by hand\n']);
  });

  it('a run that is resumed does not stumble over what it fetched itself', async () => {
    writeFiles(dir, {
      'play.yaml': `- hosts: a\n  tasks:\n${TASKS}    - {name: stop, shell: "test -e {{ root }}/may"}\n`,
    });
    assert.equal((await mama('play.yaml', '-i', 'inventory.yaml')).code, 2);
    writeFiles(dir, { 'hosts/a/may': '' });
    const resumed = await mama('resume', 'last', '-v');
    assert.deepEqual([resumed.code, outcomes(resumed)], [0, ['changed a stop', 'ok a take', 'ok a use']]);
  });
});

describe('a file that is kept here', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'mama-keep-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('is whole, or the old one is left; the reason is told', () => {
    writeFiles(dir, { f: 'old' });
    const bytes = Buffer.from([1, 0, 2]);
    assert.equal(keepFile(join(dir, 'new/dir/f'), bytes), null);
    assert.deepEqual(readFileSync(join(dir, 'new/dir/f')), bytes);
    assert.match(
      keepFile(join(dir, 'f/below'), bytes)!,
      /f\/below on this machine .*: on the way to it stands/,
    );
    assert.match(
      keepFile('/dev/full', bytes)!,
      /^\/dev\/full on this machine could not be written: no space is left$/,
    );
    assert.match(keepFile(join(dir, 'x'.repeat(300)), bytes)!, /its name is too long/);
    assert.equal(readFileSync(join(dir, 'f'), 'utf8'), 'old');
  });
});
