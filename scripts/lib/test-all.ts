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

const well: boolean[] = [];
for (const one of PREPARE) well.push(await phase(one));

// Without the machine or the hosts, what needs them would only fail by the dozen: the rest is still worth a run.
const ready = well[0] && well.at(-1);
const chosen = ready ? [] : ['--grep', '@host', '--invert'];
await phase({
  name: ready ? 'mocha' : 'mocha, without what needs the test hosts',
  body: () =>
    mocha(['--forbid-only', '--forbid-pending', ...chosen, 'test/**/*.test.ts'], {
      MAMA_RANDOM_PLAYS: process.env['MAMA_RANDOM_PLAYS'] ?? RANDOM_PLAYS,
    }),
});

console.log(`\n${times.join('\n')}\n\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
