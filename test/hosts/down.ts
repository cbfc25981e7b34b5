import { docker, tryDocker } from './docker.ts';
import { NETWORK, type TestHost, volumeOf } from './table.ts';

/** Removes these hosts and all that was kept for them. Images stay, so that the next `up` is quick. */
export async function down(hosts: readonly TestHost[]): Promise<void> {
  await Promise.all(hosts.map(oneDown));
  await tryDocker(['network', 'rm', NETWORK]);
}

async function oneDown(host: TestHost): Promise<void> {
  const there = (await tryDocker(['container', 'inspect', host.name])).code === 0;
  if (there) await docker(['rm', '-f', '-v', host.name]);
  if ((await tryDocker(['volume', 'inspect', volumeOf(host)])).code === 0)
    await docker(['volume', 'rm', volumeOf(host)]);
  console.log(`${host.name}  ${there ? 'removed' : 'was not there'}`);
}
