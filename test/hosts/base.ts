import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ensurePackages, PACKAGES, type Permission } from '../../scripts/lib/packages.ts';
import { must, Stop } from '../../scripts/lib/run.ts';
import { aptConfiguration, type ImageFiles, mirror } from './apt.ts';
import { builderEnvironment, docker, labelOf, tryDocker } from './docker.ts';
import { fingerprint } from './fingerprint.ts';
import { MADE_FROM } from './table.ts';

const PUBLISHED = 'debian:bookworm-slim';
const BOOTSTRAPPED = 'mama-test-debian:bookworm';

/** Debian 12 that reaches its mirror as this machine does; inside the hosts it is called `debian:bookworm-slim`. */
export const BASE = 'mama-test-base:bookworm';

/** Makes `BASE` where it is missing or old. Returns its image id. */
export async function ensureBase(allowed: Permission): Promise<string> {
  const apt = aptConfiguration();
  const debian = await ensureDebian(apt, allowed);
  const wanted = fingerprint(await imageId(debian), [...apt].flat());
  if ((await labelOf('image', BASE, MADE_FROM)) !== wanted) await buildBase(debian, apt, wanted);
  return imageId(BASE);
}

export async function imageId(name: string): Promise<string> {
  return (await docker(['image', 'inspect', '--format', '{{.Id}}', name])).trim();
}

/** The published image where a registry answers, else one made by debootstrap. */
async function ensureDebian(apt: ImageFiles, allowed: Permission): Promise<string> {
  for (const name of [PUBLISHED, BOOTSTRAPPED]) {
    if ((await tryDocker(['image', 'inspect', name])).code === 0) return name;
  }
  const pulled = await tryDocker(['pull', '-q', PUBLISHED], { timeout: 120_000 });
  if (pulled.code === 0) return PUBLISHED;
  console.log(`${PUBLISHED} can't be pulled (${pulled.stderr.trim()}): making it with debootstrap`);
  await bootstrap(apt, allowed);
  return BOOTSTRAPPED;
}

async function bootstrap(apt: ImageFiles, allowed: Permission): Promise<void> {
  if (process.getuid?.() !== 0) {
    throw new Stop(`${PUBLISHED} can't be pulled, and debootstrap needs root. Pull it, or run this as root.`);
  }
  await ensurePackages(PACKAGES.base, allowed);
  const folder = mkdtempSync(join(tmpdir(), 'mama-test-debian-'));
  const root = join(folder, 'root');
  try {
    await must('debootstrap', ['--variant=minbase', 'bookworm', root, mirror(apt)]);
    const left = ['var/cache/apt', 'var/lib/apt/lists', 'usr/share/doc', 'usr/share/man', 'usr/share/locale'];
    for (const path of left) rmSync(join(root, path), { recursive: true, force: true });
    await must('sh', ['-c', 'tar -C "$1" -c . | docker import - "$2" >/dev/null', 'sh', root, BOOTSTRAPPED]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function buildBase(debian: string, apt: ImageFiles, madeFrom: string): Promise<void> {
  const context = mkdtempSync(join(tmpdir(), 'mama-test-base-'));
  try {
    for (const [path, text] of apt) {
      const place = join(context, 'files', path);
      mkdirSync(dirname(place), { recursive: true });
      writeFileSync(place, text);
    }
    // The published image brings sources of its own, which would be asked too.
    writeFileSync(
      join(context, 'Dockerfile'),
      `FROM ${debian}\nRUN mkdir -p /var/cache/apt/archives/partial /var/lib/apt/lists/partial` +
        `${[...apt.keys()].some((path) => path.startsWith('/etc/apt/sources')) ? ' && rm -f /etc/apt/sources.list.d/*' : ''}` +
        '\nCOPY files/ /\nCMD ["sh"]\n',
    );
    const args = ['build', '-q', '--label', `${MADE_FROM}=${madeFrom}`, '-t', BASE, context];
    await docker(args, { env: await builderEnvironment() });
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}
