import { tryDocker } from './docker.ts';
import { HOSTS, type TestHost } from './table.ts';

/** Prints a line per host. True if all of them that come up by themselves run. */
export async function status(): Promise<boolean> {
  const running = await Promise.all(HOSTS.map(oneStatus));
  return HOSTS.every((host, i) => running[i] || !host.always);
}

async function oneStatus(host: TestHost): Promise<boolean> {
  const format = '{{.State.Status}}';
  const { code, stdout } = await tryDocker(['container', 'inspect', '--format', format, host.name]);
  const state = code === 0 ? stdout.trim() : 'not there';
  if (state !== 'running') {
    console.log(`${host.name.padEnd(10)}  ${state}`);
    return false;
  }
  const inside = host.engine ? await containersInside(host) : 'bare';
  console.log(`${host.name.padEnd(10)}  running  127.0.0.1:${host.sshPort}  ${inside}`);
  return true;
}

async function containersInside(host: TestHost): Promise<string> {
  const { code, stdout } = await tryDocker(['exec', host.name, 'docker', 'ps', '--format', '{{.Names}}']);
  if (code === 127 || code === 126) return 'bare: no Docker engine is installed';
  if (code !== 0) return 'its Docker engine does not answer';
  const names = stdout.split('\n').filter(Boolean).sort();
  return names.length === 0 ? 'no containers' : `containers: ${names.join(' ')}`;
}
