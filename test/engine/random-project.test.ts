import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { FakeProcess, runFake } from '../cli/fake-process.ts';
import { type RandomProject, randomProject, wrongProject } from './random-project/project.ts';
import { SEEDED } from './random-seed.ts';
import { runHere, snapshot, writeFiles } from './run-here.ts';
import { untruths } from './untruths.ts';

/** How many random projects are run: 1 in `npm run test:fast`, 7 in `npm test`; four times as many are read, and as many with a mistake. */
const RUNS = Math.ceil(Number(process.env['MAMA_RANDOM_PLAYS'] ?? 5) / 30);

/** What lies on the hosts, as the model names it. */
function written(root: string): Map<string, string> {
  const files = readdirSync(root).flatMap((host) =>
    readdirSync(join(root, host)).map((file) => `${host}/${file}`),
  );
  return new Map(files.sort().map((file) => [file, readFileSync(join(root, file), 'utf8')]));
}

describe('random projects', function () {
  this.timeout(Math.max(600_000, RUNS * 60_000));
  let base: string;
  let count = 0;
  before(() => {
    base = mkdtempSync(join(tmpdir(), 'mama-projects-'));
  });
  after(() => rmSync(base, { recursive: true, force: true }));

  /** In a folder of its own, which stays where something is wrong: each is made from one number, which is told then. */
  function each<P extends RandomProject>(
    make: (seed: number) => P,
    runs: number,
    look: (project: P, dir: string) => Promise<void>,
  ): Promise<void> {
    const property = fc.asyncProperty(fc.nat(), async (seed) => {
      const project = make(seed);
      const dir = join(base, String(++count));
      writeFiles(dir, project.files);
      for (const host of project.hosts) mkdirSync(join(dir, 'host', host), { recursive: true });
      await look(project, dir);
      rmSync(dir, { recursive: true, force: true });
    });
    return fc.assert(property, { numRuns: runs, endOnFailure: true, ...SEEDED });
  }

  it(`${4 * RUNS} projects that are right: nothing is refused in them`, () =>
    each(randomProject, 4 * RUNS, async (project, dir) => {
      const linted = await runFake(new FakeProcess(dir), ['lint', '-i', 'inventory.yaml', project.playbook]);
      assert.equal(linted.code, 0, linted.out + linted.err);
    }));

  it(`${RUNS} projects write what the ladder of variables says, and check mode knows it @slow`, () =>
    each(randomProject, RUNS, async (project, dir) => {
      const args = [project.playbook, ...project.args];
      const root = join(dir, 'host');
      const before = snapshot(root);
      const checked = await runHere(dir, [...args, '--check']);
      assert.deepEqual(checked.refused, []);
      assert.deepEqual(snapshot(root), before, 'check mode changed the host');
      const real = await runHere(dir, args);
      assert.equal(real.recap?.ok, true);
      assert.deepEqual(written(root), new Map([...project.expected].sort()));
      assert.deepEqual(untruths(checked.tasks, real.tasks), []);
    }));

  it(`${4 * RUNS} projects with one mistake are refused, where it stands, before anything runs`, () =>
    each(wrongProject, 4 * RUNS, async ({ playbook, args, lines }, dir) => {
      const { refused, events } = await runHere(dir, [playbook, ...args]);
      const told = refused.map(({ at, message }) => `${at?.file}:${at?.line} ${message}`);
      assert.ok(
        told.some((one) => lines.some((line) => one.startsWith(`${line} `))),
        `${lines} is wrong, and this is told: ${told.join('\n')}`,
      );
      assert.deepEqual(events, []);
    }));
});
