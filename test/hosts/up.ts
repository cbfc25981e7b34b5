import { setTimeout as sleep } from 'node:timers/promises';
import { ensureEngine } from '../../scripts/lib/engine.ts';
import { ensurePackages, PACKAGES, type Permission } from '../../scripts/lib/packages.ts';
import { must, run, Stop } from '../../scripts/lib/run.ts';
import { admit, ensureKey, writeKnownHosts } from './access.ts';
import { BASE, ensureBase } from './base.ts';
import { ensureContainer, ensureNetwork } from './container.ts';
import { docker, labelOf, tryDocker } from './docker.ts';
import { ensureImage } from './image.ts';
import { BASE_ARCHIVE } from './state.ts';
import { STAGE, type TestHost } from './table.ts';

/**
 * Brings these hosts up: made where missing, made anew where their definition changed, else left alone. With `bare`
 * they have nothing but OpenSSH and sudo; a host that was made so stays the one that it was made.
 */
export async function up(
  hosts: readonly TestHost[],
  allowed: Permission,
  { bare = false }: { readonly bare?: boolean } = {},
): Promise<void> {
  await ensurePackages(PACKAGES.hosts, allowed);
  await ensureEngine(allowed);
  const base = await ensureBase(allowed);
  const key = await ensureKey();
  await ensureNetwork();
  const staged = await Promise.all(hosts.map((host) => asMade(host, bare)));
  const images = new Map<TestHost['stage'], string>();
  for (const stage of ['bare', 'full'] as const) {
    if (staged.some((host) => host.stage === stage)) images.set(stage, await ensureImage(stage, base));
  }
  if (bare) await writeArchive(base);
  await Promise.all(staged.map((host) => oneUp(host, images.get(host.stage)!, base, key)));
  await writeKnownHosts();
}

/** The host with the stage that it has, or is to have. */
async function asMade(host: TestHost, bare: boolean): Promise<TestHost> {
  const made = (await labelOf('container', host.name, STAGE)) as TestHost['stage'] | undefined;
  if (bare && made === 'full')
    throw new Stop(`${host.name} is there and not bare. Remove it first: npm run hosts -- down ${host.name}`);
  return { ...host, stage: made ?? (bare ? 'bare' : host.stage) };
}

/** A file that `docker save` wrote names its image's configuration by its id. */
async function writeArchive(base: string): Promise<void> {
  const listed = await run('tar', ['-xOf', BASE_ARCHIVE, 'manifest.json']);
  if (listed.stdout.includes(base.replace('sha256:', ''))) return;
  await docker(['save', '-o', BASE_ARCHIVE, BASE]);
}

async function oneUp(host: TestHost, image: string, base: string, key: string): Promise<void> {
  const began = Date.now();
  const did = await ensureContainer(host, image);
  await until(host, 'sshd', ['sh', '-c', "ss -Hltn 'sport = :22' | grep -q ."]);
  await admit(host, key);
  if (host.stage === 'full') {
    await until(host, 'supervisord', ['supervisorctl', 'pid']);
    await until(host, 'Docker engine', ['docker', 'version']);
    await giveBase(host, base);
  }
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  console.log(
    `${host.name}  ${did === 'kept' ? 'is up' : `${did}, up after ${seconds} s`}  127.0.0.1:${host.sshPort}`,
  );
}

/** The hosts' own engines reach no registry: what images are built from is handed to them. */
async function giveBase(host: TestHost, base: string): Promise<void> {
  const inside = [
    'exec',
    host.name,
    'docker',
    'image',
    'inspect',
    '--format',
    '{{.Id}}',
    'debian:bookworm-slim',
  ];
  if ((await tryDocker(inside)).stdout.trim() === base) return;
  const load =
    'docker save "$2" | docker exec -i "$1" docker load -q && docker exec "$1" docker tag "$2" "$3"';
  await must('sh', ['-c', load, 'sh', host.name, BASE, 'debian:bookworm-slim']);
}

async function until(host: TestHost, what: string, command: readonly string[]): Promise<void> {
  for (let tries = 0; tries < 150; tries += 1) {
    if ((await tryDocker(['exec', host.name, ...command])).code === 0) return;
    await sleep(200);
  }
  const logs = 'tail -n 15 /var/log/docker.log /var/log/supervisor/supervisord.log 2>/dev/null';
  const said = await tryDocker(['exec', host.name, 'sh', '-c', logs]);
  throw new Stop(`${host.name}: its ${what} does not answer.\n${said.stdout || said.stderr}`);
}
