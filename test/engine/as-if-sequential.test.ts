import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { TaskEvent } from '../../src/runner/contract/event.ts';
import type { Holder } from '../../src/runner/engine/lease.ts';
import { playbookText, type RandomPlay, randomPlay } from './random-play.ts';
import { SEEDED } from './random-seed.ts';
import { type RanHere, runHere, snapshot, writeFiles } from './run-here.ts';

/** How many random plays: 5 in `npm run test:fast`, 200 in `npm test`. */
const RUNS = Number(process.env['MAMA_RANDOM_PLAYS'] ?? 5);

/** With leases and debts, as a real run. */
const HOLDER: Holder = { run: 'test', who: 'test' };

/** Fields of a `stat` that differ between two equal trees. */
const FLEETING = new Set(['inode', 'dev', 'mtime', 'ctime', 'atime', 'birthtime', 'nlink', 'ms', 'size']);

/** What a person is told of an outcome; the time it took and where the files lie may differ. */
function told(events: readonly TaskEvent[], root: string): unknown[] {
  const lasting = (key: string, value: unknown) => (FLEETING.has(key) ? undefined : value);
  return events.map((event) => JSON.parse(JSON.stringify(event, lasting).replaceAll(root, 'ROOT')));
}

/** The tree as it would read if it lay elsewhere. */
function treeOf(root: string): string[] {
  return snapshot(root).map((line) => line.replaceAll(root, 'ROOT'));
}

async function runAt(
  base: string,
  play: RandomPlay,
  name: string,
  args: string[],
): Promise<{ ran: RanHere; files: string[]; root: string }> {
  const dir = join(base, name);
  const root = join(dir, 'host');
  mkdirSync(root, { recursive: true });
  writeFiles(dir, {
    'play.yaml': playbookText(play),
    'inventory.yaml': `all:\n  hosts:\n    here:\n      ansible_connection: local\n      root: ${root}\n`,
  });
  const ran = await runHere(dir, ['play.yaml', '-i', 'inventory.yaml', ...args], HOLDER);
  assert.deepEqual(ran.refused, [], 'a random play must be a valid one');
  return { ran, files: treeOf(root), root };
}

/** `changed_when: true` makes even a look count as a change. */
function isJudged(play: RandomPlay, task: TaskEvent): boolean {
  return (
    JSON.stringify(play).includes('changed_when') &&
    ['stat', 'debug', 'assert', 'set_fact'].includes(task.type)
  );
}

describe('as if sequential', function () {
  this.timeout(Math.max(600_000, RUNS * 6_000));
  let base: string;
  before(() => {
    base = mkdtempSync(join(tmpdir(), 'mama-random-'));
  });
  after(() => rmSync(base, { recursive: true, force: true }));

  it(`${RUNS} random plays end the same, batched or one task at a time, first and second run`, async () => {
    let count = 0;
    await fc.assert(
      fc.asyncProperty(randomPlay, async (play) => {
        const here = join(base, String(++count));
        const batched = await runAt(here, play, 'batched', []);
        const single = await runAt(here, play, 'single', ['--no-batching']);
        assert.deepEqual(told(batched.ran.tasks, batched.root), told(single.ran.tasks, single.root));
        assert.deepEqual(batched.files, single.files);
        const again = await runHere(join(here, 'batched'), ['play.yaml', '-i', 'inventory.yaml'], HOLDER);
        const singleAgain = await runHere(
          join(here, 'single'),
          ['play.yaml', '-i', 'inventory.yaml', '--no-batching'],
          HOLDER,
        );
        assert.deepEqual(told(again.tasks, batched.root), told(singleAgain.tasks, single.root));
        assert.deepEqual(treeOf(batched.root), treeOf(single.root));
        rmSync(here, { recursive: true, force: true });
      }),
      { numRuns: RUNS, endOnFailure: true, ...SEEDED },
    );
  });

  it(`${RUNS} random plays: check mode leaves every byte as it was`, async () => {
    let count = 0;
    await fc.assert(
      fc.asyncProperty(randomPlay, async (play) => {
        const here = join(base, `check${++count}`);
        const first = await runAt(here, play, 'host', []);
        const checked = await runHere(
          join(here, 'host'),
          ['play.yaml', '-i', 'inventory.yaml', '--check'],
          HOLDER,
        );
        assert.deepEqual(treeOf(first.root), first.files);
        const made = checked.tasks.filter((task) => task.status === 'changed' && !isJudged(play, task));
        assert.deepEqual(made, []);
        rmSync(here, { recursive: true, force: true });
      }),
      { numRuns: Math.ceil(RUNS / 2), endOnFailure: true, ...SEEDED },
    );
  });
});
