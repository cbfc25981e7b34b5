import { type Reply, text } from '../../../../contract/exchange.ts';
import { lines, type Script, sh } from '../../../../contract/script.ts';
import { type Refusal, refuse } from '../../../../contract/task-type.ts';
import { hintFor } from '../failure.ts';
import { engineTrouble } from '../host.ts';
import { enter, NOT_UP } from './ask.ts';
import { type Composed, projectWords } from './desired.ts';
import { composesWords } from './read.ts';

export function applyCompose(desired: Composed, project: string, services: readonly string[]): Script {
  return lines(
    enter(desired),
    // The project is the one that was looked at, whatever its files say by now.
    sh`q() { compose ${[...projectWords({ ...desired, name: project })]} "$@" </dev/null >&2 || exit 1; }`,
    ...calls(desired),
    desired.wait !== null && untilUp(project, services, desired.wait),
    sh`:`,
  );
}

function calls({ state, services: only, build, pull, removeOrphans, removeVolumes }: Composed): Script[] {
  const services = only ?? [];
  const orphans = removeOrphans ? ['--remove-orphans'] : [];
  if (state === 'stopped') return [sh`q stop ${services}`];
  if (state === 'absent' && only) return [sh`q rm --stop --force ${services}`];
  if (state === 'absent') return [sh`q down ${[...orphans, ...(removeVolumes ? ['--volumes'] : [])]}`];
  const words = [
    '-d',
    ...orphans,
    ...(build ? ['--build'] : []),
    ...(pull === 'never' ? ['--pull', pull] : []),
  ];
  return [
    ...(pull === 'always' ? [sh`q pull --quiet ${services}`] : []),
    sh`q up ${[...words, ...services]}`,
  ];
}

/** A container that has ended well was to end; one that has ended otherwise, and is not started again, will not come up. */
function untilUp(project: string, services: readonly string[], seconds: number): Script {
  const format =
    '{{index .Config.Labels "com.docker.compose.service"}} {{index .Config.Labels "com.docker.compose.oneoff"}} {{.State.Status}} {{.State.ExitCode}} {{if .State.Health}}{{.State.Health.Status}}{{end}}';
  return sh`w=0
while :; do
i=$(docker ps -aq --no-trunc --filter ${`label=com.docker.compose.project=${project}`}) || exit 1
b=$([ -z "$i" ] || docker inspect --type container --format ${format} $i | while read -r s o r c h; do
case ${` ${services.join(' ')} `} in *" $s "*) ;; *) continue ;; esac
case "$o $r $c $h" in [Tt]rue*|*' running '*' '|*' running '*' healthy'|*' exited 0 '*) ;;
*' exited '*) echo "!$s ended with status $c" ;;
*) echo "!$s is $r\${h:+, $h}" ;; esac; done)
[ -n "$b" ] || break
case $b in *' ended with '*) w=${seconds} ;; esac
[ $w -lt ${seconds} ] || { printf '%s\n' "$b" >&2; exit ${NOT_UP}; }
w=$((w+1)); sleep 1
done`;
}

export function explainCompose(reply: Reply, { src, wait }: Composed): Refusal {
  const err = text(reply.err);
  if (reply.code === NOT_UP) {
    const left = [...err.matchAll(/^!(\S+ (?:is|ended with) .*)$/gm)].map((match) => match[1]);
    return refuse(
      `the project ${src} did not come up in ${wait} s: ${[...new Set(left)].join('; ')}`,
      '`docker logs` of its containers on the host tells more',
    );
  }
  const said = composesWords(err);
  return engineTrouble(reply) ?? refuse(`the project ${src}: ${said}`, hintFor(said));
}
