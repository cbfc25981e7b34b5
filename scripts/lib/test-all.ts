import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HOSTS } from '../../test/hosts/table.ts';
import { up } from '../../test/hosts/up.ts';
import { ensureEngine } from './engine.ts';
import { type Counts, mocha } from './mocha.ts';
import { ensurePackages, PACKAGES, permission } from './packages.ts';
import { run, Stop } from './run.ts';

interface Phase {
  readonly name: string;
  readonly body: () => Promise<Counts>;
}

const allowed = permission(process.argv);

/** More than the fast run tries. */
const RANDOM_PLAYS = '200';
/** Milliseconds above which a test file is listed in the end. */
const SLOW = 20_000;

const PREPARE: readonly Phase[] = [
  check('prepare this machine', async () => {
    await ensurePackages([...PACKAGES.tests, ...PACKAGES.base], allowed);
    await ensureEngine(allowed);
  }),
  check('types', () => program('node_modules/.bin/tsc', ['--noEmit'])),
  check('lint', () => program('node_modules/.bin/biome', ['check', '.'])),
  check('test hosts up', () =>
    up(
      HOSTS.filter((host) => host.always),
      allowed,
    ),
  ),
];

/** Something that is well or isn't: one passed or one failed. */
function check(name: string, body: () => Promise<void>): Phase {
  return {
    name,
    body: async () => {
      try {
        await body();
        return { passed: 1, failed: 0 };
      } catch (error) {
        console.log(error instanceof Stop ? error.message : error);
        return { passed: 0, failed: 1 };
      }
    },
  };
}

async function program(command: string, args: readonly string[]): Promise<void> {
  const { code } = await run(command, args, { show: true });
  if (code !== 0) throw new Stop(`${command} ended with ${code}`);
}

const total = { passed: 0, failed: 0 };
const times: string[] = [];

async function phase({ name, body }: Phase): Promise<boolean> {
  console.log(`\n== ${name}`);
  const began = Date.now();
  const { passed, failed, files = {} } = await body();
  total.passed += passed;
  total.failed += failed;
  times.push(`${seconds(Date.now() - began)}  ${name}${failed > 0 ? '  FAILED' : ''}`);
  for (const [file, took] of Object.entries(files).sort(([, a], [, b]) => b - a))
    if (took > SLOW) times.push(`${seconds(took)}      ${file}`);
  return failed === 0;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1).padStart(7)} s`;
}

const ALL = 'test/**/*.test.ts';
/** What works on the test hosts and on this machine's Docker engine: one after the other. */
const ON_DOCKER = ['e2e', 'images', 'docs', 'hosts', 'tasks/docker'].map(
  (folder) => `test/${folder}/**/*.test.ts`,
);
const DOCKER_TYPES = 'test/tasks/docker*.test.ts';

/** Side by side, as the hosts keep one core waiting; what the second one prints comes when it has ended. */
async function bothLanes(): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), 'mama-test-lane-'));
  const log = join(folder, 'log');
  const apart = [...ON_DOCKER, DOCKER_TYPES];
  const [docker, others] = await Promise.all([
    lane(apart, []),
    lane(
      [ALL],
      apart.flatMap((glob) => ['--ignore', glob]),
      log,
    ),
  ]);
  console.log(readFileSync(log, 'utf8'));
  rmSync(folder, { recursive: true });
  return {
    passed: docker.passed + others.passed,
    failed: docker.failed + others.failed,
    files: { ...docker.files, ...others.files },
  };
}

function lane(
  globs: readonly string[],
  options: readonly string[],
  log: string | null = null,
): Promise<Counts> {
  const plays = process.env['MAMA_RANDOM_PLAYS'] ?? RANDOM_PLAYS;
  const words = ['--forbid-only', '--forbid-pending', ...options, ...globs];
  return mocha(words, { MAMA_RANDOM_PLAYS: plays }, log);
}

const well: boolean[] = [];
for (const one of PREPARE) well.push(await phase(one));

// Without the machine or the hosts, what needs them would only fail by the dozen: the rest is still worth a run.
const ready = well[0] && well.at(-1);
await phase(
  ready
    ? { name: 'mocha', body: bothLanes }
    : {
        name: 'mocha, without what needs the test hosts',
        body: () => lane([ALL], ['--grep', '@host', '--invert']),
      },
);

console.log(`\n${times.join('\n')}\n\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
