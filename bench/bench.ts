import { existsSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { ensurePackages, PACKAGES, permission } from '../scripts/lib/packages.ts';
import { main, must, Stop } from '../scripts/lib/run.ts';
import { type Delay, measureDelay } from './lib/delay-check.ts';
import { writeBetweenMarks } from './lib/document.ts';
import { type Ground, makeGround } from './lib/ground.ts';
import { machineFacts } from './lib/machine.ts';
import { Stopwatch } from './lib/measure.ts';
import { type Options, readOptions } from './lib/options.ts';
import { type Promised, promises } from './lib/promises.ts';
import type { Row } from './lib/results.ts';
import { measureStartUp } from './lib/start-up.ts';
import { tables } from './lib/table.ts';
import { measureTransfers } from './lib/transfers.ts';
import { measureTwentyTasks } from './lib/twenty-tasks.ts';
import { Undo } from './lib/undo.ts';
import { writeProject } from './lib/work.ts';

const ROOT = join(import.meta.dirname, '..');
const PAGE = join(ROOT, 'docs/performance.md');

await main(async () => {
  const options = readOptions(process.argv.slice(2));
  await ensurePackages(PACKAGES.bench, permission(process.argv));
  await must('npm', ['run', '--silent', 'build'], { cwd: ROOT });
  process.umask(0o022);

  const undo = new Undo();
  try {
    const ground = await makeGround(undo);
    const stopwatch = new Stopwatch(join(ground.dir, 'run'));
    endOnSignal(stopwatch, undo);
    return await sitting(ground, stopwatch, options);
  } finally {
    await undo.all();
  }
});

/** Measures, prints, and writes the page where nothing was left out. Resolves to 1 where a promise is broken. */
async function sitting(ground: Ground, stopwatch: Stopwatch, options: Options): Promise<number> {
  writeProject(join(ground.dir, 'project'));
  const before = loadavg()[0]!;
  const facts = await machineFacts();
  console.log(facts.join('\n'));
  const delays = await verifiedDelays(options);
  const rows: Row[] = [];
  const each = (row: Row) => void rows.push(row);
  try {
    if (options.scenarios.includes('start')) each(await measureStartUp(ground, stopwatch, options));
    await measureTransfers(ground, stopwatch, options, each, progress);
    await measureTwentyTasks(ground, stopwatch, options, each, progress);
  } catch (error) {
    console.log(`\n${tables(rows)}\n\nThe sitting ended early:`);
    throw error;
  }
  const kept = promises(rows);
  const report = [tables(rows), promiseList(kept)].join('\n\n');
  console.log(`\n${report}`);
  if (options.whole && existsSync(PAGE)) {
    const busy = `processes that wanted to run, of others, as the sitting began: ${before.toFixed(1)} (a quiet machine: under 0.5)`;
    writeBetweenMarks(PAGE, [preamble([...facts, ...delays, busy]), report].join('\n\n'));
    console.log('\nwritten to docs/performance.md');
  }
  return kept.some(({ verdict }) => verdict === 'broken') ? 1 : 0;
}

/** The delays that the rows will need, each measured; a delay that is off by a tenth makes the figures worthless. */
async function verifiedDelays(options: Options): Promise<string[]> {
  const overDistance = options.scenarios.some(
    (one) => one === 'first' || one === 'second' || one === 'check',
  );
  const wanted = [20, 100].filter((rtt) => overDistance && (options.rtts ?? [rtt]).includes(rtt));
  const lines: string[] = [];
  for (const rtt of wanted) lines.push(said(rtt, await settledDelay(rtt)));
  console.log(lines.join('\n'));
  return lines;
}

/** A machine that is busy at the moment gets a few moments more. */
async function settledDelay(rtt: number): Promise<Delay> {
  for (let attempt = 1; ; attempt++) {
    const found = await measureDelay(rtt);
    if (Math.abs(found.quickest - rtt) <= 0.1 * rtt) return found;
    if (attempt === 5)
      throw new Stop(`the delay proxy is off, or this machine too busy: ${said(rtt, found)}`);
  }
}

function said(rtt: number, { roundTrip, connect, quickest }: Delay): string {
  const [trip, first, least] = [roundTrip, connect, quickest].map((ms) => ms.toFixed(1));
  return `delay proxy, ${rtt} ms: a round trip takes ${trip} ms (at least ${least}), connecting and the first answer ${first} ms`;
}

function preamble(facts: readonly string[]): string {
  return facts.map((fact) => `- ${fact}`).join('\n');
}

function promiseList(kept: readonly Promised[]): string {
  const lines = kept.map(({ text, verdict, found }) => `- ${verdict}: ${text} (${found})`);
  return `### What must hold\n\n${lines.join('\n')}`;
}

function progress(text: string): void {
  console.log(`  ${text}`);
}

function endOnSignal(stopwatch: Stopwatch, undo: Undo): void {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.once(signal, () => {
      stopwatch.stop();
      void undo.all().then(() => process.exit(code));
    });
  }
}
