import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Processor time for one project; the clock of a busy machine says nothing. */
const SECONDS = 5;
/** After this a project is said to hang. */
const HANGS = 60_000;
const MEGABYTES = 512;

interface Read {
  readonly ended: string;
  readonly code: number | undefined;
  readonly cpu: number;
  readonly said: string;
  readonly trace: string | undefined;
  readonly silent: boolean;
}

/** What the child told: each project that it read, and the most memory that it had. */
function readAll(runs: number, seed: number): Promise<{ reads: Read[]; rss: number; died: string | null }> {
  const child = spawn(
    process.execPath,
    [
      '--max-old-space-size=448',
      '--expose-gc',
      '--import=tsx',
      join(import.meta.dirname, 'child.ts'),
      String(runs),
      String(seed),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const reads: Read[] = [];
  let rss = Number.POSITIVE_INFINITY;
  let under = '';
  const hung = () => child.kill('SIGKILL');
  let timer = setTimeout(hung, HANGS);
  createInterface({ input: child.stdout }).on('line', (line) => {
    const event = JSON.parse(line);
    clearTimeout(timer);
    timer = setTimeout(hung, HANGS);
    if (event.begun) under = event.begun;
    else if (event.ended) reads.push(event);
    else rss = event.rss;
  });
  return new Promise((resolve) => {
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ reads, rss, died: code === 0 ? null : `it ended with ${code} at: ${under}` });
    });
  });
}

/** `FUZZ_RUNS=20000` for a long run, `FUZZ_SEED=1` to see one again. */
describe('whatever the files hold', function () {
  this.timeout(600_000);
  const runs = Number(process.env['FUZZ_RUNS'] ?? 150);
  const seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 1e9));
  let told: Awaited<ReturnType<typeof readAll>>;
  before(async () => {
    told = await readAll(runs, seed);
  });

  it('they are read to the end', () => assert.equal(told.died, null));

  it('they are right or refused, never a bug of ours', () => {
    assert.deepEqual(
      told.reads.filter(({ code, silent }) => (code !== 0 && code !== 1) || silent),
      [],
    );
  });

  it('nobody is shown a stack trace', () => {
    assert.deepEqual(
      told.reads.filter(({ trace }) => trace !== undefined),
      [],
    );
  });

  it(`each takes less than ${SECONDS} seconds`, () => {
    assert.deepEqual(
      told.reads.filter(({ cpu }) => cpu >= SECONDS).map(({ ended, cpu }) => [ended, cpu]),
      [],
    );
  });

  it(`all take less than ${MEGABYTES} MB`, () => assert.ok(told.rss < MEGABYTES, `${told.rss} MB`));
});
