import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { TaskEvent } from '../../src/runner/contract/event.ts';
import { calmPlay, dryPlay, playbookText, type RandomPlay } from './random-play.ts';
import { type Entry, layTree, randomTree } from './random-tree.ts';
import { type RanHere, runHere, snapshot, writeFiles } from './run-here.ts';

/** How many random plays: 10 in `npm run test:fast`, 500 in `npm test`. */
const RUNS = Math.ceil(Number(process.env['MAMA_RANDOM_PLAYS'] ?? 4) * 2.5);

const BECOMES: Readonly<Record<string, readonly string[]>> = {
  ok: ['ok'],
  would_change: ['changed'],
  changed: ['changed'],
  skipped: ['skipped'],
  failed: ['failed'],
  ignored: ['ignored'],
};

/** A task, or one item of it, in the order of its coming: handlers run more than once. */
function keyed(tasks: readonly TaskEvent[]): Map<string, TaskEvent> {
  const events = new Map<string, TaskEvent>();
  for (const task of tasks) {
    const base = `${task.at} ${task.task} ${'item' in task ? JSON.stringify(task.item) : ''}`;
    let turn = 1;
    while (events.has(`${base} ${turn}`)) turn++;
    events.set(`${base} ${turn}`, task);
  }
  return events;
}

const isCommand = ({ type }: TaskEvent) => type === 'command' || type === 'shell';

/** A command that would run may still fail: that it runs is what was said of it. */
function mayBe(said: TaskEvent): readonly string[] {
  const becomes = BECOMES[said.status]!;
  return isCommand(said) && said.status === 'would_change' ? [...becomes, 'failed', 'ignored'] : becomes;
}

/** What check mode said and the real run did not do. */
function untruths(checked: readonly TaskEvent[], real: readonly TaskEvent[]): string[] {
  const did = keyed(real);
  const wrong: string[] = [];
  // Of a step that check could not tell and that fails, a real run may go another way.
  let hasParted = false;
  for (const [key, said] of keyed(checked)) {
    const came = did.get(key);
    const open = said.status === 'unknown' || (isCommand(said) && said.status === 'would_change');
    if (open) hasParted ||= came === undefined || came.status === 'failed';
    if (said.status === 'unknown' || (hasParted && !came)) continue;
    if (!came || !mayBe(said).includes(came.status)) {
      wrong.push(
        `${key}: check said ${said.status}, the run ${came?.status ?? 'nothing'} (${came?.msg ?? ''})`,
      );
    }
  }
  const unsaid = [...did.keys()].filter((key) => !keyed(checked).has(key));
  return hasParted ? wrong : [...wrong, ...unsaid.map((key) => `${key}: check said nothing of it`)];
}

async function checkAndRun(
  dir: string,
  tree: readonly Entry[],
  play: RandomPlay,
): Promise<{ checked: RanHere; wrong: string[] }> {
  const root = join(dir, 'host');
  mkdirSync(root, { recursive: true });
  layTree(root, tree);
  writeFiles(dir, {
    'play.yaml': playbookText(play),
    'templates/page': 'n is {{ n }}\n',
    'inventory.yaml': `all:\n  hosts:\n    here:\n      ansible_connection: local\n      root: ${root}\n`,
  });
  const args = ['play.yaml', '-i', 'inventory.yaml'];
  const before = snapshot(root);
  const checked = await runHere(dir, [...args, '--check']);
  assert.deepEqual(checked.refused, [], 'a random play must be a valid one');
  assert.deepEqual(snapshot(root), before, 'check mode changed the host');
  const real = await runHere(dir, args);
  return { checked, wrong: untruths(checked.tasks, real.tasks) };
}

describe('check is right', function () {
  this.timeout(1_200_000);
  let base: string;
  before(() => {
    base = mkdtempSync(join(tmpdir(), 'mama-check-'));
  });
  after(() => rmSync(base, { recursive: true, force: true }));

  it(`${RUNS} random plays on random trees: what check mode is certain of is what the run does`, async () => {
    let count = 0;
    await fc.assert(
      fc.asyncProperty(randomTree(true), dryPlay, async (tree, play) => {
        const dir = join(base, `any${++count}`);
        const { wrong } = await checkAndRun(dir, tree, play);
        assert.deepEqual(wrong, []);
        rmSync(dir, { recursive: true, force: true });
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  });

  it(`${Math.ceil(RUNS / 5)} plays without commands, links and looks: check mode is certain of everything`, async () => {
    let count = 0;
    await fc.assert(
      fc.asyncProperty(randomTree(false), calmPlay, async (tree, play) => {
        const dir = join(base, `calm${++count}`);
        const { checked, wrong } = await checkAndRun(dir, tree, play);
        assert.deepEqual(wrong, []);
        const unknown = checked.tasks.filter(({ status }) => status === 'unknown');
        assert.deepEqual(
          unknown.map(({ task, msg }) => `${task}: ${msg}`),
          [],
        );
        rmSync(dir, { recursive: true, force: true });
      }),
      { numRuns: Math.ceil(RUNS / 5), endOnFailure: true },
    );
  });
});
