import { lines, type Script, sh } from '../../../../contract/script.ts';
import { CODES } from './codes.ts';
import type { RunParams } from './properties.ts';

const HEALTH =
  '{{.State.Status}} {{.State.ExitCode}} {{if .State.Health}}{{.State.Health.Status}}{{else}}none{{end}}';

/**
 * Waits until the container is as `wait` says. When it isn't, its last lines go to stdout, its state to stderr, and
 * the script ends with the code that says why. `logs` prints the last lines.
 */
export function waitFor(params: RunParams, logs: Script = dockerLogs(params.name)): Script | null {
  const { name, wait, wait_timeout: timeout } = params;
  if (wait === 'none') return null;
  const inspect = sh`docker inspect --format ${HEALTH} ${name} 2>/dev/null`;
  const failing = sh`failing() { ${logs}; printf '%s\n' "$seen" >&2; exit "$1"; }`;
  if (wait === 'running') {
    return lines(
      failing,
      sh`sleep 1
seen=$(${inspect})
case $seen in running*) ;; *) failing ${CODES.died} ;; esac`,
    );
  }
  return lines(
    failing,
    sh`waited=0
while :; do
  seen=$(${inspect})
  case $seen in
    running*' healthy') break ;;
    running*' unhealthy') failing ${CODES.unhealthy} ;;
    running*' none') failing ${CODES.noHealthCheck} ;;
    running*|restarting*|created*) ;;
    *) failing ${CODES.died} ;;
  esac
  waited=$((waited + 1))
  [ "$waited" -le ${timeout} ] || failing ${CODES.late}
  sleep 1
done`,
  );
}

function dockerLogs(name: string): Script {
  return sh`docker logs --tail 20 ${name} 2>&1`;
}

/** Waits, for half a minute at most, until the container whose network is to be shared runs. */
export function waitForOwner(owner: string | null): Script | null {
  if (owner === null) return null;
  return sh`waited=0
until [ "$(docker inspect --format '{{.State.Running}}' ${owner} 2>/dev/null)" = true ]; do
  waited=$((waited + 1))
  if [ "$waited" -gt 30 ]; then docker rm -f "$new" >/dev/null 2>&1; exit ${CODES.owner}; fi
  sleep 1
done`;
}
