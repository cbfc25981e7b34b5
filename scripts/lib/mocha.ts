import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  /** Milliseconds that each test file took. */
  readonly files?: Readonly<Record<string, number>>;
}

const MINUTE = 60_000;
const LIMIT = 75 * MINUTE;
const LINGER = MINUTE;

/**
 * Runs mocha with these arguments to its end. A file that can't even be loaded, no test at all, and a mocha that does
 * not end count as failures. `log`: a file for what it prints.
 */
export async function mocha(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  log: string | null = null,
): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), 'mama-test-counts-'));
  const file = join(folder, 'counts.json');
  const to = log === null ? 'inherit' : openSync(log, 'w');
  const child = spawn(
    process.execPath,
    ['node_modules/mocha/bin/mocha.js', '--reporter', './scripts/mocha-reporter.mjs', ...args],
    { stdio: ['inherit', to, to], env: { ...process.env, ...env, MAMA_TEST_COUNTS: file } },
  );
  if (to !== 'inherit') closeSync(to);
  const ended = new Promise<number>((resolve) => child.on('close', (code) => resolve(code ?? 1)));
  const code = await Promise.race([ended, overdue(file, ended)]);
  if (code === null) child.kill('SIGKILL');
  const counted = read(file);
  rmSync(folder, { recursive: true, force: true });
  return judge(code, counted);
}

/** null once mocha is late: too long on the whole, or still there although its last test is over. */
async function overdue(file: string, ended: Promise<unknown>): Promise<null> {
  let over = false;
  void ended.then(() => {
    over = true;
  });
  const began = Date.now();
  let finished: number | null = null;
  while (!over) {
    await sleep(1000);
    if (finished === null && existsSync(file)) finished = Date.now();
    if (Date.now() - began > LIMIT || (finished !== null && Date.now() - finished > LINGER)) break;
  }
  return null;
}

function read(file: string): Counts | null {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Counts) : null;
}

function judge(code: number | null, counted: Counts | null): Counts {
  const counts = counted ?? { passed: 0, failed: 0 };
  const plusOne = (why: string): Counts => {
    console.log(`\n${why}`);
    return { ...counts, failed: counts.failed + 1 };
  };
  if (code === null) {
    return plusOne(
      counted ? 'The tests are over but mocha did not end: something was left open.' : 'Mocha took too long.',
    );
  }
  if (counted === null) return plusOne(`Mocha ended with ${code} before it ran the tests.`);
  if (counts.passed + counts.failed === 0) return plusOne('No test ran.');
  if (code !== 0 && counts.failed === 0)
    return plusOne(`All tests passed, and yet mocha ended with ${code}.`);
  return counts;
}
