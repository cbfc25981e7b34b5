import { lines, type Script, sh } from '../../../../contract/script.ts';
import type { Changes } from '../changes.ts';
import { bytes } from '../units.ts';
import { CODES } from './codes.ts';
import { filesUnmoved } from './files.ts';
import type { Current, Desired } from './state.ts';
import { waitFor, waitForOwner } from './wait.ts';

/** Changes the container that is there: `docker update`, then what its running needs. */
export function changeInPlace(changes: Changes, desired: Desired, current: Current): Script {
  const { name } = desired;
  const words = updateWords(changes, desired, current);
  const act = runningScript(changes, desired, current);
  return lines(
    filesUnmoved(current.contents),
    words.length > 0 && sh`docker update ${words} ${name} >/dev/null || exit ${CODES.change}`,
    act,
    sh`docker inspect --format '{{.Id}}' ${name}`,
  );
}

/** Where swap is counted, memory and swap together may never be less than memory: both are said. */
function updateWords(changes: Changes, { params }: Desired, { container }: Current): string[] {
  const words: string[] = [];
  if ('memory' in changes) {
    const memory = bytes(params.memory!);
    words.push('--memory', String(memory));
    const counted = Number(container!.HostConfig['MemorySwap'] ?? 0) > 0;
    if (params.memory_swap === undefined && counted) words.push('--memory-swap', String(2 * memory));
  }
  if ('cpus' in changes) words.push('--cpus', String(params.cpus));
  if ('restart' in changes) words.push('--restart', params.restart ?? 'no');
  return words;
}

/** Docker waits longer and longer, up to a minute, before it restarts what keeps ending, and takes no `start` meanwhile. */
const STARTS: Readonly<Record<string, string>> = { paused: 'unpause', restarting: 'restart' };

function runningScript(changes: Changes, desired: Desired, { container }: Current): Script | null {
  const { name, params } = desired;
  const wait = waitFor(params);
  if ('network_namespace' in changes) {
    return lines(
      waitForOwner(desired.owner),
      sh`docker restart ${name} >/dev/null || exit ${CODES.change}`,
      wait,
    );
  }
  if ('health_status' in changes) return wait;
  if (!('state' in changes)) return null;
  if (params.state === 'stopped') return sh`docker stop ${name} >/dev/null || exit ${CODES.change}`;
  const start = sh`docker ${STARTS[container!.State.Status] ?? 'start'} ${name}`;
  return lines(waitForOwner(desired.owner), sh`${start} >/dev/null || exit ${CODES.change}`, wait);
}

/** Asks it to end before it is removed; its anonymous volumes stay. */
export function remove({ name }: Desired): Script {
  return sh`docker stop ${name} >/dev/null 2>&1
docker rm -f ${[`${name}.mama-play-new`, `${name}.mama-play-old`]} >/dev/null 2>&1
docker rm -f ${name} >/dev/null || exit ${CODES.change}
waited=0
while docker container inspect ${name} >/dev/null 2>&1 && [ "$waited" -lt 30 ]; do
  waited=$((waited + 1)); sleep 1
done`;
}
