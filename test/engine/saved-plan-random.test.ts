import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Secrets } from '../../src/runner/contract/secret.ts';
import { Gate } from '../../src/runner/engine/gate.ts';
import type { Holder } from '../../src/runner/engine/lease.ts';
import { type PlannedSteps, PlanRecorder, Shown } from '../../src/runner/engine/planned.ts';
import { Marks } from '../../src/runner/engine/unit.ts';
import { filePlay, playbookText, randomPlay } from './random-play.ts';
import { SEEDED } from './random-seed.ts';
import { runHere, snapshot, stateDir, writeFiles } from './run-here.ts';

/** How many random plays: 5 in `npm run test:fast`, 20 in `npm test`. */
const RUNS = Math.max(5, Number(process.env['MAMA_RANDOM_PLAYS'] ?? 0) / 10);
const HOLDER: Holder = { run: 'test', who: 'test' };
const KEY = Buffer.alloc(32);

function ground(dir: string, text: string): { root: string; args: string[] } {
  const root = join(dir, 'host');
  mkdirSync(root, { recursive: true });
  writeFiles(dir, {
    'play.yaml': text,
    'inventory.yaml': `all:\n  hosts:\n    here:\n      ansible_connection: local\n      root: ${root}\n`,
  });
  return { root, args: ['play.yaml', '-i', 'inventory.yaml'] };
}

const treeOf = (root: string) => snapshot(root).map((line) => line.replaceAll(root, 'ROOT'));

describe('a saved plan', function () {
  this.timeout(600_000);
  let base: string;
  before(() => {
    base = mkdtempSync(join(tmpdir(), 'mama-plans-'));
  });
  after(() => rmSync(base, { recursive: true, force: true }));

  it(`${RUNS} random plays: applied to an unmoved host it does exactly what a run does`, async () => {
    let count = 0;
    let exact = 0;
    await fc.assert(
      fc.asyncProperty(fc.oneof(randomPlay, filePlay), async (play) => {
        const text = playbookText(play);
        const here = join(base, String(++count));
        const plain = ground(join(here, 'plain'), text);
        const ran = await runHere(join(here, 'plain'), plain.args, HOLDER);
        const planned = ground(join(here, 'planned'), text);
        const shown = new Shown(new Secrets(), false);
        let steps: PlannedSteps | null = null;
        const dry = await runHere(
          join(here, 'planned'),
          [...planned.args, '--check'],
          HOLDER,
          undefined,
          (plays) => {
            const journal = new PlanRecorder(new Marks(plays, KEY), shown);
            steps = journal.planned;
            return { journal };
          },
        );
        // A failure that is foreseen leaves no plan.
        fc.pre(dry.recap?.ok === true);
        const applied = await runHere(join(here, 'planned'), planned.args, HOLDER, undefined, (plays) => ({
          gate: new Gate(steps!, plays, new Marks(plays, KEY), shown, false),
        }));
        const unsure = steps!.steps.filter(({ status }) => status === 'unknown');
        const [held] = applied.tasks.filter(({ msg }) => msg?.startsWith('held back'));
        // What a command that can't be foreseen made of the host is not what was shown.
        if (held) assert.ok(unsure.length > 0, `${held.at} ${held.msg}`);
        if (unsure.length > 0) return;
        exact++;
        const told = ({ tasks }: typeof ran) =>
          tasks.map(({ task, status, at }) => `${status} ${task} ${at}`);
        assert.deepEqual(told(applied), told(ran));
        assert.deepEqual(treeOf(planned.root), treeOf(plain.root));
        assert.equal(applied.recap!.hosts['here']!.round_trips, ran.recap!.hosts['here']!.round_trips);
        for (const dir of ['plain', 'planned'])
          rmSync(stateDir(join(here, dir)), { recursive: true, force: true });
        rmSync(here, { recursive: true, force: true });
      }),
      { numRuns: RUNS, endOnFailure: true, ...SEEDED },
    );
    assert.ok(exact > 0, 'no play was one of which everything can be foreseen');
  });
});
