import { setTimeout as sleep } from 'node:timers/promises';
import { ensureEngine } from '../../scripts/lib/engine.ts';
import { ensurePackages, PACKAGES, type Permission } from '../../scripts/lib/packages.ts';
import { must, Stop } from '../../scripts/lib/run.ts';
import { admit, ensureKey, writeKnownHosts } from './access.ts';
import { BASE, ensureBase } from './base.ts';
import { ensureContainer, ensureNetwork } from './container.ts';
import { tryDocker } from './docker.ts';
import { ensureImage } from './image.ts';
import type { TestHost } from './table.ts';

/** Brings these hosts up: made where missing, made anew where their definition changed, else left alone. */
export async function up(hosts: readonly TestHost[], allowed: Permission): Promise<void> {
  await ensurePackages(PACKAGES.hosts, allowed);
  await ensureEngine(allowed);
  const base = await ensureBase(allowed);
  const key = await ensureKey();
  await ensureNetwork();
  const stages = new Map<TestHost['stage'], string>();
  for (const stage of ['bare', 'full'] as const) {
    if (hosts.some((host) => host.stage === stage)) stages.set(stage, await ensureImage(stage, base));
  }
  await Promise.all(hosts.map((host) => oneUp(host, stages.get(host.stage)!, base, key)));
  await writeKnownHosts();
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
  const logs = 'tail -n 15 /var/log/dockerd.log /var/log/supervisord.log 2>/dev/null';
  const said = await tryDocker(['exec', host.name, 'sh', '-c', logs]);
  throw new Stop(`${host.name}: its ${what} does not answer.\n${said.stdout || said.stderr}`);
}
