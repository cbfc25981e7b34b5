import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { calmPlay, dryPlay, partlyDryPlay, playbookText, type RandomPlay } from './random-play.ts';
import { SEEDED } from './random-seed.ts';
import { type Entry, layTree, randomTree } from './random-tree.ts';
import { type RanHere, runHere, snapshot, writeFiles } from './run-here.ts';
import { untruths } from './untruths.ts';

/** How many random plays: 10 in `npm run test:fast`, 500 in `npm test`. */
const RUNS = Math.ceil(Number(process.env['MAMA_RANDOM_PLAYS'] ?? 4) * 2.5);

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
  this.timeout(Math.max(600_000, RUNS * 6_000));
  let base: string;
  before(() => {
    base = mkdtempSync(join(tmpdir(), 'mama-check-'));
  });
  after(() => rmSync(base, { recursive: true, force: true }));

  const FEWER = Math.ceil(RUNS / 5);

  /** Of so many plays on trees, what check mode is certain of is what the run does. `more`: what else is to hold. */
  function rightFor(
    runs: number,
    trees: fc.Arbitrary<readonly Entry[]>,
    plays: fc.Arbitrary<RandomPlay>,
    more: (checked: RanHere) => void = () => {},
  ): Promise<void> {
    const property = fc.asyncProperty(trees, plays, async (tree, play) => {
      const dir = mkdtempSync(join(base, 'play-'));
      const { checked, wrong } = await checkAndRun(dir, tree, play);
      assert.deepEqual(wrong, []);
      more(checked);
      rmSync(dir, { recursive: true, force: true });
    });
    return fc.assert(property, { numRuns: runs, endOnFailure: true, ...SEEDED });
  }

  it(`${RUNS} random plays on random trees: what check mode is certain of is what the run does`, () =>
    rightFor(RUNS, randomTree(true), dryPlay));

  it(`${FEWER} plays with tasks that are never done: nothing behind them hangs on these`, () =>
    rightFor(FEWER, randomTree(true), partlyDryPlay));

  it(`${FEWER} plays without commands, links and looks: check mode is certain of everything`, () =>
    rightFor(FEWER, randomTree(false), calmPlay, (checked) => {
      const unknown = checked.tasks.filter(({ status }) => status === 'unknown');
      assert.deepEqual(
        unknown.map(({ task, msg }) => `${task}: ${msg}`),
        [],
      );
    }));
});
