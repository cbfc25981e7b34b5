import { lines, type Script, sh } from '../../../../contract/script.ts';
import { dockerInstalled, engineAnswered } from '../host.ts';
import { type Composed, projectWords } from './desired.ts';

/** Exit codes of our scripts; none is one of compose's own. */
export const NO_COMPOSE = 76;
export const NO_DIRECTORY = 77;
export const NO_FILE = 78;
export const BAD_FILE = 79;
export const NOT_UP = 80;

/** Makes `compose` the tool, `$v` its version and `$t` the first number of it, and goes to the project. */
export function enter(desired: Composed): Script {
  return lines(
    dockerInstalled,
    sh`if docker compose version >/dev/null 2>&1; then compose() { docker compose "$@"; }
elif command -v docker-compose >/dev/null 2>&1; then compose() { docker-compose "$@"; }
else exit ${NO_COMPOSE}; fi
v=$(compose version --short) || exit ${NO_COMPOSE}
v=\${v#v} t=\${v%%.*}
cd -- ${desired.src} 2>/dev/null || exit ${NO_DIRECTORY}`,
    desired.files === null &&
      sh`[ -n "$COMPOSE_FILE" ] || [ -e compose.yaml ] || [ -e compose.yml ] || [ -e docker-compose.yml ] || [ -e docker-compose.yaml ] || exit ${NO_FILE}`,
  );
}

/** Tells what the project is declared to be, and what there is of it, in lines that `readCompose` knows. */
export function askCompose(desired: Composed): Script {
  const words = projectWords(desired);
  const which = desired.services?.join(',') ?? '*';
  return lines(
    enter(desired),
    sh`docker version >/dev/null 2>&1`,
    engineAnswered,
    sh`printf 'T %s\n' "$v"
h=$(compose ${words} config ${`--hash=${which}`} </dev/null) || exit ${BAD_FILE}
printf '%s\n' "$h" | sed 's/^/H /'
y=$(compose ${words} config </dev/null 2>/dev/null) || exit ${BAD_FILE}
printf '%s\n' "$y" | sed -n -e '/^    scale: /p' -e '/^    scale: /!s/^\(    [^ :]*:\).*/\1/p' -e '/^      replicas: /p' -e '/^ \{0,2\}[^ ]/p' | sed 's/^/Y /'`,
    nameOfProject(desired),
    sh`printf 'N %s\n' "$n"
p=label=com.docker.compose.project=$n
i=$(docker ps -aq --no-trunc --filter "$p") || exit 1
if [ -n "$i" ]; then docker inspect --type container --format '{{json .}}' $i || exit 1
[ "$t" = 1 ] || docker inspect --type container --format '{{.Config.Image}}' $i | sort -u | while read -r m; do
printf 'I %s ' "$m"; docker image inspect --format '{{.Id}}' "$m" 2>/dev/null || echo -; done; fi`,
    desired.state === 'absent' &&
      sh`docker network ls --filter "$p" --format 'W {{.Label "com.docker.compose.network"}} {{.Name}}' || exit 1
docker volume ls --filter "$p" --format 'V {{.Label "com.docker.compose.volume"}} {{.Name}}' || exit 1`,
    sh`exit 0`,
  );
}

/** Version 2 tells it; version 1 has to be followed: what is given, a variable, the file of variables, the directory. */
function nameOfProject({ name, envFile, ownName }: Composed): Script {
  if (name !== null) return sh`n=${name}`;
  const read = sh`sed -n 's/^COMPOSE_PROJECT_NAME=//p' ${envFile ?? '.env'} 2>/dev/null | tail -n 1`;
  return sh`if [ "$t" = 1 ]; then n=$COMPOSE_PROJECT_NAME
[ -n "$n" ] || n=$(${read})
n=$(printf %s "$n" | tr A-Z a-z | tr -cd 'a-z0-9_-')
[ -n "$n" ] || n=${ownName}
else n=$(printf '%s\n' "$y" | sed -n 's/^name: //p' | tr -d "\"'" | head -n 1); fi`;
}
