import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ask } from '../../src/runner/engine/pauses.ts';
import type { RunOptions, Stop } from '../../src/runner/engine/run.ts';
import { FakeProcess, runFake } from '../cli/fake-process.ts';
import { type RanHere, runHere, stateDir, writeFiles } from './run-here.ts';

describe('pause, in a run', function () {
  this.timeout(30_000);
  let dir: string;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'mama-pause-'));
    const hosts = ['a', 'b', 'c'].map((name) => `    ${name}: {root: ${dir}/${name}}\n`).join('');
    for (const host of ['a', 'b', 'c']) mkdirSync(join(dir, host));
    writeFiles(dir, {
      'roles/README': 'This folder is the root of a project.\n',
      'inventory.yaml': `all:\n  vars: {ansible_connection: local}\n  hosts:\n${hosts}`,
    });
  });
  afterEach(() => {
    for (const path of [dir, stateDir(dir)]) rmSync(path, { recursive: true, force: true });
  });

  async function run(
    tasks: string,
    args: readonly string[] = [],
    more: Partial<RunOptions> = {},
    keys = '',
  ): Promise<RanHere & { ms: number }> {
    writeFiles(dir, { 'play.yaml': `- hosts: all\n${keys}  tasks:\n${tasks}` });
    const started = performance.now();
    const command = ['play.yaml', '-i', 'inventory.yaml', ...args];
    const ran = await runHere(dir, command, { run: 'test', who: 'test' }, undefined, () => more);
    assert.deepEqual(ran.refused, []);
    return { ...ran, ms: performance.now() - started };
  }
  const told = (ran: RanHere) => ran.tasks.map(({ host, task, status }) => `${host} ${task} ${status}`);

  it('hosts wait side by side, and need no round trip for it @slow', async () => {
    const ran = await run('    - {name: p, pause: {seconds: 2}, register: p}\n    - debug: {var: p}\n');
    // One after the other they would take six seconds.
    assert.ok(ran.ms >= 2000 && ran.ms < 5900, `${ran.ms} ms`);
    for (const { result, task } of ran.tasks) if (task === 'p') assert.ok(Number(result!['delta']) >= 1.99);
    assert.equal(ran.recap!.hosts['a']!.round_trips, 0);
  });

  it('nothing is changed ahead of it, and what was asked before is asked again', async () => {
    const ran = await run(
      `
    - {name: one, copy: {dest: "{{ root }}/one", content: x}}
    - {name: look, stat: {path: "{{ root }}/late"}, register: before}
    - {name: p, pause: {seconds: 1}}
    - {name: two, copy: {dest: "{{ root }}/two", content: x}}
    - {name: again, stat: {path: "{{ root }}/late"}, register: after}
    - {name: show, debug: {msg: "{{ before.stat.exists }} {{ after.stat.exists }}"}}
`,
      ['--limit', 'a'],
      {
        emit: (event) => {
          if (event.event === 'task' && event.task === 'look') {
            setTimeout(() => {
              assert.ok(existsSync(join(dir, 'a/one')));
              assert.equal(existsSync(join(dir, 'a/two')), false, 'changed ahead of the pause');
              writeFiles(dir, { 'a/late': '' });
            }, 300);
          }
          if (event.event === 'task') shown.push(event.msg);
        },
      },
    );
    assert.equal(ran.recap!.ok, true);
    assert.equal(shown.at(-1), 'false true');
  });
  const shown: (string | undefined)[] = [];

  it('a dry run does not wait', async () => {
    const ran = await run('    - {name: p, pause: {minutes: 9}}\n    - {name: q, pause: {prompt: x}}\n', [
      '--check',
      '--limit',
      'a',
    ]);
    assert.ok(ran.ms < 5000);
    assert.deepEqual(
      ran.tasks.map(({ status, msg }) => [status, msg]),
      [
        ['ok', 'it would wait 540 s; a dry run does not wait'],
        ['ok', 'it would wait for Enter; a dry run does not wait'],
      ],
    );
  });

  it('whoever ends the run ends it at once, and a timeout too', async () => {
    let stop: Stop | null = null;
    const onStart = (one: Stop) => {
      stop = one;
    };
    const emit: RunOptions['emit'] = (event) => {
      if (event.event === 'started') setTimeout(() => stop!.gently(), 200);
      if (event.event === 'task') ended.push(`${event.host} ${event.status} ${event.msg}`);
    };
    const ended: string[] = [];
    const ran = await run('    - {name: p, pause: {minutes: 5}}\n    - {name: on, debug: {msg: x}}\n', [], {
      onStart,
      emit,
    });
    assert.ok(ran.ms < 5000);
    assert.deepEqual(
      ended.sort(),
      ['a', 'b', 'c'].map((host) => `${host} failed interrupted: it was ended before it was done`),
    );
    assert.deepEqual(
      [ran.recap!.hosts['a']!.state, ran.recap!.hosts['c']!.state],
      ['interrupted', 'interrupted'],
    );
    const late = await run('    - {name: p, pause: {minutes: 5}, timeout: 0.3}\n', ['--limit', 'a']);
    assert.equal(late.tasks[0]!.msg, 'its timeout was over before the pause was');
  });

  it('items of a loop are apart, where one did something @slow', async () => {
    const tasks = `
    - {name: act, shell: 'ls {{ root }} >> {{ root }}/log', loop: [1, 2], loop_control: {pause: 0.5}}
    - name: keep
      copy: {dest: "{{ root }}/{{ item }}", content: x}
      loop: [one, two, three]
      loop_control: {pause: "{{ item_pause }}"}
      vars: {item_pause: 0.5}
`;
    const seen: boolean[] = [];
    const first = await run(tasks, ['--limit', 'a'], {
      emit: (event) => {
        if (event.event !== 'task' || event.task !== 'keep') return;
        setTimeout(() => seen.push(existsSync(join(dir, 'a/three'))), 100);
      },
    });
    assert.ok(first.ms >= 1500, `${first.ms} ms`);
    assert.deepEqual(seen.slice(0, 2), [false, false], 'changed ahead of the pause');
    const second = await run(tasks.replaceAll('0.5', '500'), ['--limit', 'a', '--check']);
    assert.deepEqual(new Set(told(second)), new Set(['a act unknown', 'a keep unknown']));
    const third = await run(tasks.replaceAll('0.5', '500').replace(/.*act.*/, ''), ['--limit', 'a']);
    assert.deepEqual(told(third), ['a keep ok', 'a keep ok', 'a keep ok', 'a keep ok']);
    assert.equal(third.recap!.hosts['a']!.round_trips, 1);
  });

  it('^C ends the wait between items, and that between attempts @slow', async () => {
    const stopSoon = async (task: string) => {
      const ended: string[] = [];
      const ran = await run(
        `    - {name: p, ${task}}\n    - {name: on, debug: {msg: x}}\n`,
        ['--limit', 'a'],
        {
          onStart: (stop) => setTimeout(() => stop.gently(), 700),
          emit: (event) => {
            if (event.event === 'task') ended.push(`${event.task} ${event.status} ${event.msg ?? ''}`);
          },
        },
      );
      return [ended, ran.recap!.hosts['a']!.state];
    };
    assert.deepEqual(await stopSoon('command: "true", loop: [1, 2], loop_control: {pause: 500}'), [
      ['p changed ', 'p failed interrupted: 1 of 2 items were done'],
      'interrupted',
    ]);
    assert.deepEqual(await stopSoon('command: "false", register: r, until: r.rc == 0, delay: 500'), [
      ['p failed interrupted: it was ended before it was done'],
      'interrupted',
    ]);
  });

  it('a question is put once for all hosts of a batch, and all get the answer', async () => {
    const asked: string[] = [];
    const ask: Ask = async (prompt) => {
      asked.push(prompt);
      await new Promise((resolve) => setTimeout(resolve, 50));
      return `answer ${asked.length}`;
    };
    const task = `
    - {name: p, pause: {prompt: "Sure?"}, register: p}
    - {name: show, debug: {msg: "{{ p.user_input }}"}}
`;
    const answers = (ran: RanHere) => ran.tasks.filter(({ task }) => task === 'show').map(({ msg }) => msg);
    const all = await run(task, ['--forks', '1'], { ask }, '  strategy: linear\n');
    assert.deepEqual(asked, ['Sure? [Enter goes on, ^C ends the run]']);
    assert.deepEqual(answers(all), ['answer 1', 'answer 1', 'answer 1']);
    asked.length = 0;
    const batches = await run(task, [], { ask }, '  serial: 2\n');
    assert.deepEqual([asked.length, answers(batches)], [2, ['answer 1', 'answer 1', 'answer 2']]);
    asked.length = 0;
    await run(
      '    - {name: p, pause: {prompt: "{{ item }} of {{ inventory_hostname }}"}, loop: [1, 2]}\n',
      [],
      { ask },
    );
    assert.equal(asked.length, 6);
    asked.length = 0;
    const before = Date.now();
    const never: Ask = (prompt, signal) => {
      asked.push(prompt);
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve('too late')));
    };
    const timed = await run(
      '    - {name: p, pause: {prompt: x, seconds: 0.2}, register: p}\n',
      ['--limit', 'a'],
      {
        ask: never,
      },
    );
    assert.ok(Date.now() - before < 5000);
    assert.deepEqual(asked, ['x [goes on after 0.2 s; Enter goes on, ^C ends the run]']);
    assert.equal(timed.tasks[0]!.result!['user_input'], '');
  });

  it('with nobody to ask it fails, or is a note where it has a time', async () => {
    const ran = await run(
      '    - {name: t, pause: {seconds: 0.1, prompt: Wait}}\n    - {name: p, pause: {prompt: x}}\n',
      ['--limit', 'a'],
    );
    assert.deepEqual(told(ran), ['a t ok', 'a p failed']);
    assert.equal(ran.tasks[1]!.msg, 'there is nobody to ask: stdin is no terminal, or the output is JSON');
    assert.equal(
      ran.tasks[1]!.hint,
      'with `seconds` or `minutes` it goes on by itself; --yes is an Enter beforehand',
    );
    assert.ok(ran.events.some((event) => event.event === 'note' && event.msg === 'Wait'));
  });

  /** A run at a terminal; `keys` once the question is there. */
  async function atTerminal(keys: (fake: FakeProcess) => void, ...args: string[]) {
    writeFiles(dir, {
      'play.yaml': `
- hosts: a
  tasks:
    - {name: p, pause: {prompt: "Sure?"}, register: p}
    - {name: show, debug: {msg: "typed {{ p.user_input }}"}}
`,
    });
    const fake = new FakeProcess(dir, { TERM: 'xterm' }, true);
    const look = setInterval(() => {
      if (!fake.stderr.text.includes('Sure?')) return;
      clearInterval(look);
      keys(fake);
    }, 20);
    const ran = await runFake(fake, ['play.yaml', '-i', 'inventory.yaml', ...args]);
    clearInterval(look);
    return ran;
  }

  it('asks at the terminal, and ^C there ends the run', async () => {
    const ran = await atTerminal((fake) => fake.stdin.write('yes\n'));
    assert.equal(ran.code, 0);
    assert.match(ran.err, /Sure\? \[Enter goes on, \^C ends the run\] /);
    assert.match(ran.out, /typed yes/);
    const ended = await atTerminal((fake) => {
      fake.stdin.write('\x03');
      setTimeout(() => {
        assert.deepEqual(fake.killed, ['SIGINT']);
        fake.emit('SIGINT');
      }, 50);
    });
    assert.equal(ended.code, 130);
    assert.match(ended.out, /p: interrupted: it was ended before it was done/);
    assert.doesNotMatch(ended.out, /typed/);
  });

  it('asks nobody with --yes, and goes on', async () => {
    for (const output of ['plain', 'json']) {
      const ran = await atTerminal(() => {}, '--yes', '--output', output);
      assert.equal(ran.code, 0, ran.out + ran.err);
      assert.doesNotMatch(ran.err, /Enter goes on/);
      assert.match(ran.out + ran.err, /Sure\?/);
      assert.match(ran.out, /typed/);
    }
  });

  it('asks nobody where the output is JSON', async () => {
    const ran = await atTerminal(() => assert.fail('it asked'), '--output', 'json');
    assert.equal(ran.code, 2);
    assert.match(ran.out, /"msg":"there is nobody to ask: stdin is no terminal, or the output is JSON"/);
  });

  it('a run that is resumed does not wait again @slow', async () => {
    writeFiles(dir, {
      'play.yaml': `
- hosts: a
  tasks:
    - {name: p, pause: {seconds: 4}, register: p}
    - {name: stop, shell: "test -e {{ root }}/may; echo {{ p.delta }}"}
`.replace('; echo', ' && echo'),
    });
    const mama = (...args: string[]) => runFake(new FakeProcess(dir), args);
    assert.equal((await mama('play.yaml', '-i', 'inventory.yaml')).code, 2);
    writeFiles(dir, { 'a/may': '' });
    const started = performance.now();
    const resumed = await mama('resume', 'last', '-vv');
    assert.equal(resumed.code, 0);
    assert.ok(performance.now() - started < 3900);
    assert.match(resumed.out, /^ {2}stdout: "?4(\.\d+)?"?$/m);
  });
});
