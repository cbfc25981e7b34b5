import type { Reply } from '../../../contract/exchange.ts';
import { type Script, sh } from '../../../contract/script.ts';
import { type Refusal, refuse } from '../../../contract/task-type.ts';

/** Exit codes of our scripts that say what is wrong with the Docker engine; none is one of docker's own. */
const NOT_INSTALLED = 71;
const NOT_PERMITTED = 72;
const NOT_ANSWERING = 73;

/** Put before any use of `docker`: ends the script if there is no such command. */
export const dockerInstalled: Script = sh`command -v docker >/dev/null 2>&1 || exit ${NOT_INSTALLED}`;

/**
 * Put after a `docker` command whose failure may mean that something is missing or that the engine is out of reach:
 * ends the script in the second case. `$?` is that of the command. Costs nothing when the command went well.
 */
export const engineAnswered: Script = sh`[ $? -eq 0 ] || docker version >/dev/null 2>&1 || {
  socket=/var/run/docker.sock
  case $DOCKER_HOST in
    unix://*) socket=$(printf %s "$DOCKER_HOST" | cut -c8-) ;;
    ?*) exit ${NOT_ANSWERING} ;;
  esac
  if [ -S "$socket" ] && ! [ -w "$socket" ]; then exit ${NOT_PERMITTED}; fi
  exit ${NOT_ANSWERING}
}`;

/** Why the Docker engine cannot be used, told from the exit code of a script that has the two pieces above. */
export function engineTrouble(reply: Reply): Refusal | null {
  switch (reply.code) {
    case NOT_INSTALLED:
      return refuse(
        'docker is not installed on this host',
        "install it in an earlier task (Debian's package is docker.io)",
      );
    case NOT_PERMITTED:
      return refuse(
        'this user may not talk to the Docker engine',
        'add `become: true` to the task, or put the login user into the group docker',
      );
    case NOT_ANSWERING:
      return refuse(
        'the Docker engine of this host does not answer',
        'is it running? `systemctl status docker` on the host tells',
      );
    default:
      return null;
  }
}
