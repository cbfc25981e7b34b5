import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** So many runs of a project are kept. */
const KEPT = 50;
const ID = /^\d{8}T\d{6}Z-[0-9a-f]{6}$/;

/** What is kept of one run: `PROJECT/.mama-play/runs/ID/`. */
export interface RunFolder {
  /**
   * When it began (the second, and in hexadecimal the millisecond), and something random: `20261127T181500Z-1c2d3e`.
   * Later ones sort behind.
   */
  readonly id: string;
  /** Absolute. The folder is 0700; what is put there is to be 0600. */
  readonly path: string;
}

/**
 * Makes the folder of a run that begins now, and removes those of the oldest runs, so that 50 are left. Throws what the
 * file system says where that can't be done.
 */
export function createRunFolder(root: string, now = new Date()): RunFolder {
  const runs = runsOf(root);
  makeRuns(runs);
  const time = now.toISOString().replace(/[-:]|\.\d+/g, '');
  const millisecond = now.getUTCMilliseconds().toString(16).padStart(3, '0');
  const id = `${time}-${millisecond}${randomBytes(2).toString('hex').slice(1)}`;
  const path = join(runs, id);
  mkdirSync(path, { mode: 0o700 });
  const others = runIds(root).filter((one) => one !== id);
  for (const old of others.slice(KEPT - 1)) rmSync(join(runs, old), { recursive: true, force: true });
  return { id, path };
}

/** The ids of a project's runs, the latest first. */
export function runIds(root: string): string[] {
  const runs = runsOf(root);
  if (!existsSync(runs)) return [];
  return readdirSync(runs)
    .filter((name) => ID.test(name))
    .sort()
    .reverse();
}

/** The run of this id, or the only one whose id begins or ends like this; null: none, or several. */
export function findRun(root: string, word: string): RunFolder | null {
  const [id, another] = runIds(root).filter((one) => one.startsWith(word) || one.endsWith(word));
  return id === undefined || another !== undefined ? null : { id, path: join(runsOf(root), id) };
}

/** The project that a directory is in, if any run of it is kept: this directory, or the nearest above. */
export function projectWithRuns(cwd: string): string | null {
  for (let dir = cwd; ; dir = dirname(dir)) {
    if (existsSync(runsOf(dir))) return dir;
    if (dir === dirname(dir)) return null;
  }
}

function runsOf(root: string): string {
  return join(root, '.mama-play', 'runs');
}

/** For us alone, also where it was there with a wider mode; and nothing that git would see. */
function makeRuns(runs: string): void {
  const ours = dirname(runs);
  if (!existsSync(ours)) {
    mkdirSync(ours, { mode: 0o700 });
    writeFileSync(join(ours, '.gitignore'), '*\n');
  }
  mkdirSync(runs, { recursive: true, mode: 0o700 });
  if ((statSync(runs).mode & 0o077) !== 0) chmodSync(runs, 0o700);
}
