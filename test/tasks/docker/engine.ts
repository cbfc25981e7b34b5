import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Ground, makeGround, type Running, type Shell, type Sources, shells } from '../harness.ts';

/**
 * The real engine of this machine, for tests with `@host` in their title. Everything is named with a prefix of this
 * process and removed by `cleanUp`. No registry is needed: the base image is busybox, imported.
 */
export const PREFIX = `mptest${process.pid}`;
export const BASE = `${PREFIX}-base:1`;

/** A label of the base image, and so of everything that is built on it, also once it has lost its name. */
const OURS = `mama-play.test=${PREFIX}`;

export function docker(...words: string[]): string {
  return execFileSync('docker', words, {
    encoding: 'utf8',
    env: { ...process.env, DOCKER_BUILDKIT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trimEnd();
}

/** Also where it fails: what was said to stdout. */
export function tryDocker(...words: string[]): string {
  return spawnSync('docker', words, { encoding: 'utf8' }).stdout.trimEnd();
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into docker's own large objects
export function inspect(name: string): any {
  return JSON.parse(docker('inspect', name))[0];
}

export function exists(name: string): boolean {
  return spawnSync('docker', ['container', 'inspect', name], { stdio: 'ignore' }).status === 0;
}

/** An image of busybox with a few tools, a default command that sleeps, and a variable of its own. */
export function makeBase(name = BASE, changes: readonly string[] = []): void {
  const root = mkdtempSync(join(tmpdir(), 'mama-play-base-'));
  const binary = '/bin/busybox';
  const libraries = execFileSync('sh', ['-c', `ldd ${binary} 2>/dev/null | grep -o '/[^ ]*' || :`], {
    encoding: 'utf8',
  });
  for (const file of [binary, ...libraries.split('\n').filter(Boolean)]) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    copyFileSync(file, join(root, file));
  }
  for (const tool of 'sh sleep env cat echo true false id ls rm printf grep head hostname'.split(' ')) {
    symlinkSync('busybox', join(root, 'bin', tool));
  }
  for (const dir of ['etc', 'tmp', 'data']) mkdirSync(join(root, dir));
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/:/bin/sh\napp:x:1000:1000::/:/bin/sh\n');
  const commands = ['CMD ["sleep","1000"]', 'ENV PATH=/bin BASE=yes', `LABEL ${OURS}`, ...changes].flatMap(
    (c) => ['-c', c],
  );
  const tar = execFileSync('tar', ['-C', root, '-c', '.'], { maxBuffer: 1 << 28 });
  execFileSync('docker', ['import', ...commands, '-', name], {
    input: tar,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  rmSync(root, { recursive: true });
}

/** Removes every container, network, volume and image of this process's prefix. */
export function cleanUp(): void {
  const all = (...words: string[]) =>
    tryDocker(...words)
      .split('\n')
      .filter(Boolean);
  const containers = all('ps', '-aq', '--filter', `name=${PREFIX}`);
  if (containers.length > 0) tryDocker('rm', '-fv', ...containers);
  const networks = all('network', 'ls', '-q', '--filter', `name=${PREFIX}`);
  if (networks.length > 0) tryDocker('network', 'rm', ...networks);
  const volumes = all('volume', 'ls', '-q', '--filter', `name=${PREFIX}`);
  if (volumes.length > 0) tryDocker('volume', 'rm', ...volumes);
  const images = all('images', '-q', '--no-trunc', '--filter', `label=${OURS}`);
  if (images.length > 0) tryDocker('rmi', '-f', ...new Set(images));
}

let tools: string | undefined;

/** A directory with the docker client, for shells that see busybox's tools only. */
export function withDocker(): Running {
  if (!tools) {
    tools = mkdtempSync(join(tmpdir(), 'mama-play-docker-'));
    chmodSync(tools, 0o755);
    const dir = tools;
    symlinkSync(
      execFileSync('sh', ['-c', 'command -v docker'], { encoding: 'utf8' }).trim(),
      join(dir, 'docker'),
    );
    process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
  }
  return { tools: [tools] };
}

export function dockerGround(shell: Shell = shells()[0]!, sources: Sources = {}): Ground {
  return makeGround(shell, sources, withDocker());
}
