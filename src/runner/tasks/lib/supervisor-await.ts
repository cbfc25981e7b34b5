import { lines, type Script, sh } from '../../contract/script.ts';
import { CLOCK } from './await.ts';

/** Exit statuses of `awaitRunning`. */
export const NOT_UP = 82;
export const TOO_SLOW = 83;

/**
 * Looks at the states, once a second, until the `named` ones are RUNNING and those of the `affected` groups have
 * settled; a program of theirs that is not started by itself may stay STOPPED. RUNNING means that `startsecs` are
 * over, so there is nothing more to wait for. Otherwise prints the states and the ends of the logs of those that are
 * down, and exits `NOT_UP` or `TOO_SLOW`. Needs the function `ctl`.
 */
export function awaitRunning(named: readonly string[], affected: readonly string[], seconds: number): Script {
  if (named.length === 0 && affected.length === 0) return sh`:`;
  return lines(
    CLOCK,
    sh`clock; end=$((now + ${seconds})); looks=0
while :; do
  looks=$((looks + 1)); pending= down=
  while read -r name state about; do
    case $name in
      ${cases(named, sh`wanted=yes`)}
      ${cases(affected, sh`wanted=`)}
      *) continue ;;
    esac
    case $state in
      RUNNING) ;;
      STARTING|BACKOFF|STOPPING) pending="$pending $name" ;;
      STOPPED)
        if [ -n "$wanted" ]; then down="$down $name"
        elif [ "$looks" -lt 2 ]; then pending="$pending $name"
        fi ;;
      *) down="$down $name" ;;
    esac
  done <<STATES
$(ctl status)
STATES
  code=0
  if [ -n "$down" ]; then code=${NOT_UP}
  elif [ -n "$pending" ]; then
    clock
    [ "$now" -ge "$end" ] || { sleep 1; continue; }
    code=${TOO_SLOW} down=$pending
  fi
  [ "$code" -eq 0 ] && break
  for name in $down; do
    printf '\0%s\0' "$(ctl status "$name")"
    for log in stderr stdout; do ctl tail -2000 "$name" "$log"; done
  done
  exit "$code"
done`,
  );
}

/** A name stands for the process, and for the processes of a group of that name. */
function cases(names: readonly string[], then: Script): Script {
  return lines(
    ...names.map((name) =>
      name.endsWith(':*')
        ? sh`${name.slice(0, -1)}*) ${then} ;;`
        : name.includes(':')
          ? sh`${name}) ${then} ;;`
          : sh`${name}|${name}:*) ${then} ;;`,
    ),
  );
}
