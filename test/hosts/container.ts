import { readFileSync } from 'node:fs';
import { BASE, imageId } from './base.ts';
import { docker, labelOf, tryDocker } from './docker.ts';
import { fingerprint } from './fingerprint.ts';
import { MADE_FROM, NETWORK, STAGE, type TestHost, volumeOf } from './table.ts';

/** The container as declared, made anew where it is missing or declared otherwise, and running. */
export async function ensureContainer(host: TestHost, image: string): Promise<'kept' | 'started' | 'made'> {
  const args = await declared(host, image);
  const wanted = fingerprint(args, await imageId(image));
  if ((await labelOf('container', host.name, MADE_FROM)) === wanted) {
    const running = await docker(['container', 'inspect', '--format', '{{.State.Running}}', host.name]);
    if (running.trim() === 'true') return 'kept';
    await docker(['start', host.name]);
    return 'started';
  }
  await tryDocker(['rm', '-f', host.name]);
  const labels = [`${MADE_FROM}=${wanted}`, `${STAGE}=${host.stage}`].flatMap((label) => ['--label', label]);
  await docker(['run', '-d', ...labels, ...args]);
  return 'made';
}

export async function ensureNetwork(): Promise<void> {
  if ((await tryDocker(['network', 'inspect', NETWORK])).code === 0) return;
  await docker(['network', 'create', NETWORK]);
}

/** What a Docker engine inside a container needs, short of --privileged. */
async function declared(host: TestHost, image: string): Promise<string[]> {
  const engine = host.engine
    ? [...capabilities(), '--security-opt', 'seccomp=unconfined', '--security-opt', 'apparmor=unconfined']
        .concat(['--cgroupns', 'host', '-v', '/sys/fs/cgroup:/sys/fs/cgroup:rw'])
        .concat([
          '-v',
          `${volumeOf(host)}:/var/lib/docker`,
          '-e',
          `MAMA_HOST_NAME_SERVER=${await nameServer()}`,
        ])
    : [];
  return ['--init', '--name', host.name, '--hostname', host.name, '--network', NETWORK]
    .concat(['-p', `127.0.0.1:${host.sshPort}:22`])
    .concat(engine)
    .concat([image]);
}

const CAP_SYS_RESOURCE = 24n;

/** All that this machine has itself: a sandbox may lack CAP_SYS_RESOURCE, and then nobody can be given it. */
function capabilities(): string[] {
  const bounds = /^CapBnd:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  const has = (BigInt(`0x${bounds}`) >> CAP_SYS_RESOURCE) & 1n;
  return ['--cap-add', 'ALL', ...(has ? [] : ['--cap-drop', 'SYS_RESOURCE'])];
}

/**
 * The name server that a container of the default bridge is given here. The hosts' own containers need it by
 * address: a user-defined network's own resolver, 127.0.0.11, isn't theirs.
 */
async function nameServer(): Promise<string> {
  const conf = await docker(['run', '--rm', '--entrypoint', 'cat', BASE, '/etc/resolv.conf']);
  return /^nameserver\s+(\S+)/m.exec(conf)?.[1] ?? '';
}
