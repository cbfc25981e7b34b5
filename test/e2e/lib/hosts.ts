import { createHash } from 'node:crypto';
import { docker } from '../../hosts/docker.ts';
import { HOSTS, type TestHost } from '../../hosts/table.ts';

export const BOTH: readonly TestHost[] = HOSTS.filter((host) => host.always);

/** Says a script to a test host as root, past everything that is under test. Returns its stdout. */
export function onHost(host: string, script: string): Promise<string> {
  return docker(['exec', '-i', host, 'sh', '-e'], { input: script });
}

const EVERYTHING = `
find / -xdev \\( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /var/log -o -path /var/tmp \\) -prune \\
  -o -printf '%p %i %y %m %u %g %T@ %C@ %l\\n'
docker ps -a --no-trunc --format '{{.ID}} {{.Names}} {{.State}}'
docker inspect --format '{{.Id}} {{.State.StartedAt}}' $(docker ps -q) </dev/null
docker images -a --no-trunc --format '{{.ID}} {{.Repository}}:{{.Tag}}'
docker volume ls -q
docker network ls --no-trunc -q
supervisorctl pid
supervisorctl status | awk '{ print $1, $2, $3, $4 }' || :
`;

/**
 * A hash over every file of the host (names, inodes, modes, owners, times of change) and over its containers, images,
 * volumes, networks and programs: the same only if nothing at all was written. Left out are /run, /tmp and logs.
 */
export async function treeHash(host: string): Promise<string> {
  return createHash('sha256')
    .update(await onHost(host, EVERYTHING))
    .digest('hex');
}
