import { setTimeout as sleep } from 'node:timers/promises';
import { type Ran, type RunOptions, run } from '../../../scripts/lib/run.ts';
import { docker, tryDocker } from '../../hosts/docker.ts';

/** The name of everything that these tests make begins so. What they make is removed when mocha is through. */
export const PREFIX = `mamatest-${process.pid}`;
const OWNER = 'mama-test.images';
export const LABEL = ['--label', `${OWNER}=${process.pid}`];

const names = new Set<string>();

function fresh(): string {
  const name = `${PREFIX}-${names.size + 1}`;
  names.add(name);
  return name;
}

export interface Container {
  readonly name: string;
  /** Runs a command in it; never throws for how that ended. */
  exec(...command: string[]): Promise<Ran>;
  /** Its stdout and stderr so far. */
  logs(): Promise<string>;
  /** Waits until a line of its output has this text. */
  said(text: string, seconds?: number): Promise<string>;
  healthy(seconds?: number): Promise<void>;
  /** Its exit status after `docker stop`. */
  stop(): Promise<number>;
  startAgain(): Promise<void>;
  remove(): Promise<void>;
}

/** A container of its own network, unless the options say otherwise. Anonymous volumes go with it. */
export async function start(
  image: string,
  options: readonly string[] = [],
  command: readonly string[] = [],
): Promise<Container> {
  const name = fresh();
  await docker(['run', '-d', '--name', name, ...LABEL, ...options, image, ...command]);
  return container(name);
}

function container(name: string): Container {
  const logs = async () => {
    const { stdout, stderr } = await tryDocker(['logs', name]);
    return stdout + stderr;
  };
  const state = async (field: string) =>
    (await docker(['inspect', '--format', `{{.State.${field}}}`, name])).trim();
  return {
    name,
    logs,
    exec: (...command) => tryDocker(['exec', name, ...command]),
    async said(text, seconds = 20) {
      await until(
        seconds,
        async () => (await logs()).includes(text),
        async () => `${name} never said ${text}:\n${await logs()}`,
      );
      return (await logs()).split('\n').find((line) => line.includes(text))!;
    },
    healthy: (seconds = 60) =>
      until(
        seconds,
        async () => (await state('Health.Status')) === 'healthy',
        async () =>
          `${name} is ${await state('Status')} and ${await state('Health.Status')}:\n${await logs()}\n${await state('Health')}`,
      ),
    async stop() {
      await docker(['stop', '-t', '30', name]);
      return Number(await state('ExitCode'));
    },
    async startAgain() {
      await docker(['start', name]);
    },
    async remove() {
      await docker(['rm', '-fv', name]);
    },
  };
}

/** A container that runs to its end and is removed. */
export function once(
  image: string,
  options: readonly string[] = [],
  command: readonly string[] = [],
  more: RunOptions = {},
): Promise<Ran> {
  const name = fresh();
  return tryDocker(['run', '--rm', '--name', name, ...LABEL, ...options, image, ...command], more);
}

export async function network(): Promise<string> {
  const name = fresh();
  await docker(['network', 'create', ...LABEL, name]);
  return name;
}

/** Looks again and again until it is so. */
export async function until(
  seconds: number,
  so: () => Promise<boolean>,
  otherwise: () => Promise<string>,
): Promise<void> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(300)) {
    if (await so()) return;
  }
  throw new Error(await otherwise());
}

/** Removes what this process made, and what an earlier one left that was cut off. */
async function sweep(): Promise<void> {
  const mine = async (words: readonly string[], format: string): Promise<string[]> => {
    const { stdout } = await tryDocker([...words, '--filter', `label=${OWNER}`, '--format', format]);
    const found = stdout.split('\n').filter(Boolean);
    const kept = await Promise.all(
      found.map((id) => isAnothers(words[0] === 'images' ? 'image' : words[0]!, id)),
    );
    return found.filter((_, i) => !kept[i]);
  };
  const containers = await mine(['ps', '-a'], '{{.Names}}');
  if (containers.length > 0) await tryDocker(['rm', '-fv', ...containers]);
  for (const id of await mine(['network', 'ls'], '{{.Name}}')) await tryDocker(['network', 'rm', id]);
  const images = await mine(['images'], '{{.ID}}');
  if (images.length > 0) await tryDocker(['rmi', '-f', ...new Set(images)]);
}

/** True if the process whose it is lives still, and is not this one. */
async function isAnothers(kind: string, id: string): Promise<boolean> {
  const path = kind === 'network' ? '.Labels' : '.Config.Labels';
  const type = kind === 'ps' ? 'container' : kind;
  const { stdout } = await tryDocker([type, 'inspect', '--format', `{{index ${path} "${OWNER}"}}`, id]);
  const pid = Number(stdout.trim());
  if (!pid || pid === process.pid) return false;
  return (await run('kill', ['-0', String(pid)])).code === 0;
}

after('what the tests of the images made', async function () {
  this.timeout(120_000);
  if (names.size > 0) await sweep();
});
