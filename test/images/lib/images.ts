import { join } from 'node:path';
import { ensureBase } from '../../hosts/base.ts';
import { builderEnvironment, docker } from '../../hosts/docker.ts';
import { PREFIX } from './docker.ts';

export const ROOT = join(import.meta.dirname, '../../..');

/** Every directory of docker-vms that is an image of its own, and what it is built on here. */
export const IMAGES = {
  redis: 'docker-vms/bases/redis',
  rabbitmq: 'docker-vms/bases/rabbitmq',
  postgres: 'docker-vms/bases/postgres',
  proxy: 'docker-vms/bases/nginx',
  graphite: 'docker-vms/bases/graphite',
  freeswitch: 'test/stand-ins/freeswitch',
  grafana: 'test/stand-ins/grafana',
  vxfreeswitch: 'docker-vms/bases/worker',
  smpp_transport: 'docker-vms/bases/worker',
  static_reply_app: 'docker-vms/bases/worker',
  http_api: 'docker-vms/bases/worker',
  jssandbox: 'docker-vms/bases/worker',
  vumi_metrics: 'docker-vms/bases/worker',
  metrics_api: 'docker-vms/bases/worker',
} as const;

export type ImageName = keyof typeof IMAGES;

/** What the bases and stand-ins are built on; the others on plain Debian. */
const BELOW: Readonly<Record<string, string>> = {
  'docker-vms/bases/worker': 'test/stand-ins/vumi',
  'test/stand-ins/vumi': 'test/stand-ins/base',
  'test/stand-ins/freeswitch': 'test/stand-ins/base',
  'test/stand-ins/grafana': 'test/stand-ins/base',
  'test/stand-ins/django-control': 'test/stand-ins/base',
  'test/stand-ins/django-contentstore': 'test/stand-ins/base',
  'test/stand-ins/scheduler': 'test/stand-ins/base',
  ...Object.fromEntries(Object.entries(IMAGES).map(([name, base]) => [`docker-vms/${name}`, base])),
};

/** What was downloaded is worth keeping: these stay on the machine, under names of their own. */
const KEPT = /^docker-vms\/bases\/(?!worker$)|^test\/stand-ins\/base$/;

const built = new Map<string, Promise<string>>();

/** Builds the image of this directory with all that it stands on, once. Returns its name. */
export function image(directory: string): Promise<string> {
  const known = built.get(directory);
  if (known) return known;
  const made = build(directory);
  built.set(directory, made);
  return made;
}

export function ours(name: ImageName): Promise<string> {
  return image(`docker-vms/${name}`);
}

async function build(directory: string): Promise<string> {
  const below = BELOW[directory];
  const base = below === undefined ? await ensureBase({ yes: true }) : await image(below);
  const short = directory.replace(/^docker-vms\/|^test\//, '').replaceAll('/', '-');
  const name = KEPT.test(directory) ? `mamatest-kept-${short}` : `${PREFIX}-${short}`;
  await buildOn(
    directory,
    name,
    base,
    KEPT.test(directory) ? [] : ['--label', `mama-test.images=${process.pid}`],
  );
  return name;
}

export async function buildOn(
  directory: string,
  name: string,
  base: string,
  options: readonly string[],
): Promise<void> {
  const words = [
    'build',
    '-q',
    ...options,
    '--build-arg',
    `BASE_IMAGE=${base}`,
    '-t',
    name,
    join(ROOT, directory),
  ];
  await docker(words, { env: await builderEnvironment() });
}
