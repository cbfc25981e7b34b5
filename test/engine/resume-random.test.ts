import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Secrets } from '../../src/runner/contract/secret.ts';
import { type Entry, JournalWriter } from '../../src/runner/engine/journal.ts';
import { Past } from '../../src/runner/engine/past.ts';
import type { Stop } from '../../src/runner/engine/run.ts';
import { Marks } from '../../src/runner/engine/unit.ts';
import { playbookText, type RandomPlay, randomPlay } from './random-play.ts';
import { SEEDED } from './random-seed.ts';
import { runHere, snapshot, stateDir, writeFiles } from './run-here.ts';

/** How many random plays: 5 in `npm run test:fast`, 20 in `npm test`. */
const RUNS = Math.max(5, Number(process.env['MAMA_RANDOM_PLAYS'] ?? 0) / 10);
const HOLDER = { run: 'test', who: 'test' };
const KEY = Buffer.alloc(32);

/** Handlers that are owed run first, so that they must not meet what the tasks do. */
const handlers = ['h0', 'h1', 'h2'].map((name) => ({
  name,
  shell: `echo ${name} >> {{ root }}/handled-${name}`,
}));

/** How often each action was performed. */
function performed(root: string): string[] {
  const file = join(root, 'log');
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
}

/** What a person sees of the tree, without what handlers made and the log of actions. */
function treeOf(root: string): string[] {
  return snapshot(root).filter((line) => !/^(?:handled-|log )/.test(line));
}

/** Behind a failure that nobody rescued `always` was run; the task that failed and all behind it run now, and so does that. */
function runsAgain(entries: readonly Entry[]): boolean {
  const failed = entries.findIndex((entry) => entry.e === 'ended' && !entry.goesOn);
  return failed >= 0 && entries.slice(failed).some((entry) => entry.e === 'begun');
}

/** The handlers that ran. A run that fails leaves some to the next: what is resumed runs those too. */
function handled(root: string): string[] {
  return handlers.map(({ name }) => name).filter((name) => existsSync(join(root, `handled-${name}`)));
}

describe('resume', function () {
  this.timeout(600_000);
  let base: string;
  before(() => {
    base = mkdtempSync(join(tmpdir(), 'mama-resume-'));
  });
  after(() => rmSync(base, { recursive: true, force: true }));

  /** Run a play in a fresh folder; with `stopAt` it is interrupted after so many tasks and then resumed. */
  async function end(
    dir: string,
    play: RandomPlay,
    stopAt: number | null,
  ): Promise<{ root: string; again: boolean }> {
    const root = join(dir, 'host');
    mkdirSync(root, { recursive: true });
    writeFiles(dir, {
      'play.yaml': playbookText({ ...play, handlers }),
      'inventory.yaml': `all: {hosts: {here: {ansible_connection: local, root: ${root}}}}\n`,
    });
    const args = ['play.yaml', '-i', 'inventory.yaml'];
    const lines: string[] = [];
    let ended = 0;
    let stop: Stop | null = null;
    await runHere(dir, args, HOLDER, undefined, (plays) => ({
      onStart: (means) => {
        stop = means;
      },
      journal: new JournalWriter(new Marks(plays, KEY), new Secrets(), (line) => {
        lines.push(line);
        if (line.startsWith('{"e":"ended"') && ++ended === stopAt) stop?.gently();
      }),
    }));
    if (stopAt === null) return { root, again: false };
    const entries = lines.map((line): Entry => JSON.parse(line));
    await runHere(dir, args, HOLDER, undefined, (plays) => {
      const past = new Past(entries, new Marks(plays, KEY), 'before', false);
      assert.deepEqual(past.troubles(), []);
      return { past };
    });
    return { root, again: runsAgain(entries) };
  }

  it(`${RUNS} random plays, interrupted anywhere and resumed, end as if they had not been`, async () => {
    let count = 0;
    await fc.assert(
      fc.asyncProperty(randomPlay, fc.integer({ min: 1, max: 12 }), async (play, stopAt) => {
        const dir = join(base, String(++count));
        const { root: whole } = await end(dir, play, null);
        const [log, tree, ran] = [performed(whole), treeOf(whole), handled(whole)];
        rmSync(dir, { recursive: true, force: true });
        rmSync(stateDir(dir), { recursive: true, force: true });
        const { root: resumed, again } = await end(dir, play, stopAt);
        if (!again) assert.deepEqual(performed(resumed), log);
        assert.deepEqual(new Set(performed(resumed)), new Set(log));
        assert.deepEqual(treeOf(resumed), tree);
        for (const name of ran) assert.ok(handled(resumed).includes(name), `${name} was lost`);
        rmSync(dir, { recursive: true, force: true });
        rmSync(stateDir(dir), { recursive: true, force: true });
      }),
      { numRuns: RUNS, endOnFailure: true, ...SEEDED },
    );
  });
});
