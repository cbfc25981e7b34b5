import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { TaskEvent } from '../../src/runner/contract/event.ts';
import {
  type Connect,
  type Conversation,
  isTrouble,
  type Trouble,
} from '../../src/runner/contract/exchange.ts';
import { filePlay, playbookText } from './random-play.ts';
import { SEEDED } from './random-seed.ts';
import { type RanHere, runHere, snapshot, stateDir, writeFiles } from './run-here.ts';

const RUNS = Math.min(60, Number(process.env['MAMA_RANDOM_PLAYS'] ?? 5));

const LOST: Trouble = { kind: 'trouble', trouble: 'lost', message: 'cut by the test' };
const GONE: Trouble = { kind: 'trouble', trouble: 'unreachable', message: 'nobody answers' };

/** How the n-th exchange that carries a change ends: said and then cut, or cut before it was heard. */
type Cut = 'after' | 'before';

/** A line that is lost at its n-th change (from 1), once; `dead`: and can't be called again. */
function cutAt(n: number, how: Cut, dead = false): (connect: Connect) => Connect {
  let changes = 0;
  let calls = 0;
  return (connect) => async (target) => {
    if (dead && calls++ > 0) return GONE;
    const real = await connect(target);
    if (isTrouble(real)) return real;
    const conversation = real as Conversation;
    return {
      ...conversation,
      get traffic() {
        return conversation.traffic;
      },
      close: () => conversation.close(),
      stream: (...args) => conversation.stream(...args),
      exchange: async (identity, fragments) => {
        const carriesChange = fragments.some((fragment) => fragment.role === 'apply');
        if (!carriesChange || ++changes !== n) return conversation.exchange(identity, fragments);
        if (how === 'after') await conversation.exchange(identity, fragments);
        return LOST;
      },
    };
  };
}

describe('a lost line', function () {
  this.timeout(60_000);
  let dir: string;
  let root: string;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'mama-lost-'));
    root = join(dir, 'host');
    mkdirSync(root);
    writeFiles(dir, {
      'inventory.yaml': `all:\n  hosts:\n    a: {ansible_connection: local, root: ${root}}\n`,
    });
  });
  afterEach(() => {
    for (const path of [dir, stateDir(dir)]) rmSync(path, { recursive: true, force: true });
  });

  async function run(tasks: string, around: (connect: Connect) => Connect, more = ''): Promise<RanHere> {
    writeFiles(dir, { 'play.yaml': `- hosts: all\n  tasks:\n${tasks}${more}` });
    return runHere(dir, ['play.yaml', '-i', 'inventory.yaml'], { run: 'test', who: 'test' }, around);
  }

  const told = (ran: RanHere) => ran.tasks.map((event: TaskEvent) => `${event.task} ${event.status}`);

  const FILES = [1, 2, 3, 4]
    .map((n) => `    - {name: f${n}, copy: {dest: "{{ root }}/f${n}", content: "${n}\\n"}, notify: h}\n`)
    .join('');
  const HANDLER = '  handlers:\n    - {name: h, shell: "echo h >> {{ root }}/log"}\n';

  for (const how of ['after', 'before'] as const) {
    it(`cut ${how} a chain was heard: everything is done once, told as changed, and its handler runs`, async () => {
      const ran = await run(FILES, cutAt(1, how), HANDLER);
      assert.deepEqual(told(ran), ['f1 changed', 'f2 changed', 'f3 changed', 'f4 changed', 'h changed']);
      assert.equal(ran.recap!.hosts['a']!.state, 'done');
      assert.equal(readFileSync(join(root, 'log'), 'utf8'), 'h\n');
      assert.equal(snapshot(root).length, 5);
    });
  }

  it('an unguarded command that was in flight is told as unknown, and not run again', async () => {
    const command =
      '    - {name: once, shell: "echo x >> {{ root }}/log"}\n    - {name: after, debug: {msg: x}}\n';
    const ran = await run(command, cutAt(1, 'after'));
    assert.deepEqual(told(ran), ['once failed']);
    assert.match(ran.tasks[0]!.msg ?? '', /^outcome unknown/);
    assert.equal(readFileSync(join(root, 'log'), 'utf8'), 'x\n');
  });

  it('a guarded command is settled by its guard', async () => {
    const command =
      '    - {name: once, shell: {cmd: "echo x >> {{ root }}/log", creates: "{{ root }}/log"}}\n';
    assert.deepEqual(told(await run(command, cutAt(1, 'after'))), ['once changed']);
    assert.equal(readFileSync(join(root, 'log'), 'utf8'), 'x\n');
  });

  it('a machine that does not come back is unreachable, and what was owed stays owed', async () => {
    const ran = await run(FILES, cutAt(1, 'after', true), HANDLER);
    assert.equal(ran.recap!.hosts['a']!.state, 'unreachable');
    const next = await runHere(dir, ['play.yaml', '-i', 'inventory.yaml'], { run: 'next', who: 'next' });
    assert.deepEqual(told(next), ['h changed', 'f1 ok', 'f2 ok', 'f3 ok', 'f4 ok']);
    assert.equal(next.tasks[0]!.debt, true);
  });

  it('random plays of files, cut at a random change: the same outcomes and the same tree as without', async function () {
    this.timeout(600_000);
    let count = 0;
    await fc.assert(
      fc.asyncProperty(filePlay, fc.nat(5), fc.constantFrom<Cut>('after', 'before'), async (play, n, how) => {
        const outcomes = async (name: string, around: (connect: Connect) => Connect) => {
          const here = join(dir, `${++count}`, name);
          const host = join(here, 'host');
          mkdirSync(host, { recursive: true });
          writeFiles(here, {
            'roles/README': 'This folder is the root of a project.\n',
            'play.yaml': playbookText(play),
            'inventory.yaml': `all:\n  hosts:\n    a: {ansible_connection: local, root: ${host}}\n`,
          });
          const ran = await runHere(
            here,
            ['play.yaml', '-i', 'inventory.yaml'],
            { run: name, who: name },
            around,
          );
          const events = ran.tasks.map((event) => [
            event.task,
            event.item,
            event.status,
            Object.keys(event.delta ?? {}),
          ]);
          return { events, tree: snapshot(host).map((line) => line.replaceAll(host, 'ROOT')) };
        };
        assert.deepEqual(
          await outcomes('cut', cutAt(n + 1, how)),
          await outcomes('whole', (connect) => connect),
        );
      }),
      { numRuns: RUNS, endOnFailure: true, ...SEEDED },
    );
  });
});
