import { docker } from '../../hosts/docker.ts';
import { HOSTS, type TestHost } from '../../hosts/table.ts';

export const BOTH: readonly TestHost[] = HOSTS.filter((host) => host.always);

/** Says a script to a test host as root, past everything that is under test. Returns its stdout. */
export function onHost(host: string, script: string): Promise<string> {
  return docker(['exec', '-i', host, 'sh', '-e'], { input: script });
}

/** As root on a host that may be bare still. */
const EVERYTHING = `
find / -xdev \\( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /var/log -o -path /var/tmp \\) -prune \\
  -o -printf '%p %i %y %m %u %g %T@ %C@ %l\\n'
if command -v docker >/dev/null; then
  docker ps -a --no-trunc --format 'container {{.ID}} {{.Names}} {{.State}}'
  docker ps -q | xargs -r docker inspect --format 'started {{.Name}} {{.State.StartedAt}}'
  docker images -a --no-trunc --format 'image {{.ID}} {{.Repository}}:{{.Tag}}'
  docker volume ls --format 'volume {{.Name}}'
  docker network ls --no-trunc --format 'network {{.ID}}'
fi
supervisorctl status 2>/dev/null | awk '{ print "program", $1, $2, $4 }' || :
`;

/** A host at one moment, to the last file. */
export type Snapshot = ReadonlySet<string>;

/**
 * Every file of the host (name, inode, type, mode, owners, times of change) and its containers, images, volumes,
 * networks and programs: the same only if nothing at all was written. Left out are /run, /tmp and logs.
 */
export async function snapshot(host: string): Promise<Snapshot> {
  return new Set((await onHost(host, EVERYTHING)).split('\n'));
}

/** What is in one and not in the other. */
export function differences(before: Snapshot, after: Snapshot): string[] {
  const gone = [...before].filter((line) => !after.has(line)).map((line) => `- ${line}`);
  const come = [...after].filter((line) => !before.has(line)).map((line) => `+ ${line}`);
  return [...gone, ...come].sort((a, b) => (a.slice(2) < b.slice(2) ? -1 : 1));
}
