import type { Delta } from '../../../../contract/delta.ts';
import { lines, type Script, sh } from '../../../../contract/script.ts';
import { CODES } from './codes.ts';
import { filesUnmoved } from './files.ts';
import type { Current, Desired } from './state.ts';
import { waitFor } from './wait.ts';
import { wrapperFiles, writeWrapper } from './wrapper.ts';

/**
 * Writes the script where the delta names it, then brings the program to run it where the delta names more than
 * that. A program that supervisord does not know yet is left to the tasks that declare it.
 */
export function applySupervised(delta: Delta, desired: Desired, current: Current): Script {
  const { params, supervised } = desired;
  if (params.state === 'absent') return removeSupervised(desired);
  const acts = Object.keys(delta).some((field) => field !== 'wrapper');
  return lines(
    filesUnmoved(current.contents),
    'wrapper' in delta && writeWrapper(supervised!, wrapperFiles(desired, current)),
    params.state !== 'stopped' && params.pull !== 'never' && pullIfMissing(desired.image),
    acts && (params.state === 'stopped' ? stop(desired) : restart(desired, current)),
    sh`docker inspect --format '{{.Id}}' ${desired.name} 2>/dev/null
exit 0`,
  );
}

/** A container of the program runs, or supervisord itself knows the program. */
export function knownProgram(desired: Desired, current: Current): boolean {
  return startedByProgram(desired, current) || current.wrapped?.status != null;
}

export function startedByProgram({ supervised }: Desired, { container }: Current): boolean {
  return container?.Config.Labels?.['mama-play.program'] === supervised?.program && supervised !== null;
}

function pullIfMissing(image: string): Script {
  return sh`docker image inspect ${image} >/dev/null 2>&1 || docker pull ${image} >&2 || exit ${CODES.create}`;
}

/** A program that is just starting is given a moment first: then there is nothing to restart. */
function restart(desired: Desired, current: Current): Script {
  const { program } = desired.supervised!;
  const { name, params } = desired;
  const old = current.container?.Id ?? '';
  const state = sh`docker inspect --format '{{.Id}} {{.State.Running}}' ${name} 2>/dev/null`;
  return lines(
    sh`fresh() { case $(${state}) in ${old}' '*) return 1 ;; *' true') return 0 ;; *) return 1 ;; esac; }`,
    sh`supervisorctl restart ${program} >&2 || { ${logs(program)}; exit ${CODES.supervisor}; }
waited=0
until fresh; do
  waited=$((waited + 1))
  if [ "$waited" -gt ${params.wait_timeout} ]; then ${logs(program)}; exit ${CODES.supervisor}; fi
  sleep 1
done`,
    waitFor(params, logs(program)),
  );
}

/** The container is gone when it has failed (\`--rm\`), so its last lines are those that supervisord has kept. */
function logs(program: string): Script {
  return sh`{ supervisorctl tail ${program} stderr; supervisorctl tail ${program}; } 2>/dev/null | tail -n 20`;
}

/** Whether or not supervisord knows the program (yet). */
const STOP_PROGRAM = (program: string) =>
  sh`if command -v supervisorctl >/dev/null 2>&1; then supervisorctl stop ${program} >/dev/null 2>&1; fi`;

function stop({ supervised, name }: Desired): Script {
  return sh`${STOP_PROGRAM(supervised!.program)}
docker stop ${name} >/dev/null 2>&1`;
}

function removeSupervised(desired: Desired): Script {
  const { path, program } = desired.supervised!;
  return lines(
    sh`${STOP_PROGRAM(program)}
docker stop ${desired.name} >/dev/null 2>&1
docker rm -f ${desired.name} >/dev/null 2>&1
waited=0
while docker container inspect ${desired.name} >/dev/null 2>&1; do
  waited=$((waited + 1))
  [ "$waited" -le 30 ] || exit ${CODES.change}
  sleep 1
done
rm -f -- ${path} ${`${path}.env`}`,
  );
}
