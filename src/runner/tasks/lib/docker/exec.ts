import { type Reply, text } from '../../../contract/exchange.ts';
import { lines, type Script, sh, withInput } from '../../../contract/script.ts';
import { type Refusal, refuse } from '../../../contract/task-type.ts';
import { type Delivery, deliveryWords, exports } from './env.ts';
import { dockerInstalled, engineAnswered, engineTrouble } from './host.ts';

/** Where and as whom something runs inside a container. */
export interface Inside {
  readonly container: string;
  /** Options of `docker exec` (user, directory …). */
  readonly options: readonly string[];
  readonly env: Delivery;
}

const NO_CONTAINER = 74;
const NOT_RUNNING = 76;

/** On stderr, before any command of the user has run: with it an exit code is ours and not the command's. */
const MARK = 'mama-play: docker_exec could not start:';

/** Ends the script, with our mark, unless the container runs. */
function containerRuns(container: string): Script {
  return sh`( ${dockerInstalled}
  running=$(docker container inspect --format '{{.State.Running}}' ${container} 2>/dev/null)
  ${engineAnswered}
  case $running in true) ;; false) exit ${NOT_RUNNING} ;; *) exit ${NO_CONTAINER} ;; esac
) || { code=$?; printf '%s %s\n' ${MARK} "$code" >&2; exit "$code"; }`;
}

/** A script that runs these words inside; `stdin` null: nothing to read. */
export function runInside(inside: Inside, words: readonly string[], stdin: string | null): Script {
  const script = lines(containerRuns(inside.container), command(inside, words, stdin !== null));
  return stdin === null ? script : withInput(script, stdin);
}

/** A question asked inside before the command: these words, run there, make it needless. */
export interface Question {
  readonly name: string;
  readonly words: readonly string[];
  readonly needlessIf: 'succeeds' | 'fails';
}

/** Asks in order, and prints the name of the first that makes the command needless, `cannot <name>`, or `needed`. */
export function askInside(inside: Inside, questions: readonly Question[]): Script {
  return lines(
    containerRuns(inside.container),
    ...questions.map(
      ({ name, words, needlessIf }) => sh`said=$( ( ${command(inside, words, false)} ) 2>&1 ); code=$?
case $said in *'OCI runtime exec failed'*) printf 'cannot %s\n%s\n' ${name} "$said"; exit 0 ;; esac
[ "$code" ${needlessIf === 'succeeds' ? '-ne' : '-eq'} 0 ] || { echo ${name}; exit 0; }`,
    ),
    sh`echo needed`,
  );
}

/** The variables come on a descriptor of their own, so that stdin stays the command's. */
function command(inside: Inside, words: readonly string[], interactive: boolean): Script {
  const options = [
    ...(interactive ? ['--interactive'] : []),
    ...inside.options,
    ...deliveryWords(inside.env, '/dev/fd/3'),
  ];
  const docker = sh`docker exec ${options} ${inside.container} ${words}`;
  const stdin = interactive ? sh`0<&4` : sh`</dev/null`;
  if (inside.env.lines.length === 0) return sh`${exports(inside.env)}${docker} ${interactive ? sh`` : stdin}`;
  return sh`${exports(inside.env)}exec 4<&0
printf '%s\n' ${inside.env.lines} | ${docker} 3<&0 ${stdin}`;
}

/** Why the command was never started; null if it was. */
export function notStarted(reply: Reply, container: string): (Refusal & { readonly missing?: true }) | null {
  const said = text(reply.err).trim();
  if (said !== `${MARK} ${reply.code}`) return null;
  if (reply.code === NOT_RUNNING)
    return refuse(
      `container ${container} does not run`,
      `\`docker logs --tail 20 ${container}\` on the host tells why; docker_run in an earlier task starts it`,
    );
  if (reply.code === NO_CONTAINER) {
    return refuse(
      `there is no container ${container} on this host`,
      'make it in an earlier task (docker_run)',
    );
  }
  return engineTrouble(reply);
}
