import { lines, type Script, sh } from '../../../../contract/script.ts';
import { deliveryWords, exports } from '../env.ts';
import { CODES } from './codes.ts';
import { optionWords, UNSEEN_LABEL, unseenHash } from './compare.ts';
import { FILES_LABEL, filesLabel, filesUnmoved } from './files.ts';
import { connections } from './network.ts';
import type { Current, Desired } from './state.ts';
import { waitFor, waitForOwner } from './wait.ts';

/** Options for `docker create` or `docker run`, labels of ours and env files included; `envFile`: where our variables are. */
export function creationWords(
  desired: Desired,
  current: Pick<Current, 'contents'>,
  envFile: string,
): string[] {
  const { params } = desired;
  const unseen = unseenHash(params);
  const files = filesLabel(desired.name, current.contents);
  return [
    ...(params.pull === 'missing' ? [] : ['--pull', params.pull]),
    ...optionWords(params),
    ...(unseen ? ['--label', `${UNSEEN_LABEL}=${unseen}`] : []),
    ...(files ? ['--label', `${FILES_LABEL}=${files}`] : []),
    ...desired.watched
      .filter(({ param }) => param === 'env_file')
      .flatMap(({ path }) => ['--env-file', path]),
    ...deliveryWords(desired.env, envFile),
  ];
}

/**
 * Makes the container, in place of one that may be there. The new one is created under another name first, so that
 * whatever docker refuses is refused before the old one is touched; if the new one then can't be started, the old
 * one is started again.
 */
export function create(desired: Desired, current: Current): Script {
  const { name, params } = desired;
  const starts = params.state === 'started';
  return lines(
    filesUnmoved(current.contents),
    sh`name=${name} new=${`${name}.mama-play-new`} old=${`${name}.mama-play-old`}
docker rm -f "$new" >/dev/null 2>&1`,
    BRING_BACK,
    sh`( ${creation(desired, current)} ) || { docker rm -f "$new" >/dev/null 2>&1; exit ${CODES.create}; }`,
    starts && waitForOwner(desired.owner),
    SET_ASIDE,
    sh`docker rename "$new" "$name" || exit ${CODES.create}`,
    starts && START_OR_RESTORE,
    sh`docker rm -f "$old" >/dev/null 2>&1`,
    starts && waitFor(params),
    sh`docker inspect --format '{{.Id}}' "$name"`,
  );
}

function creation(desired: Desired, current: Current): Script {
  const words = creationWords(desired, current, '/dev/stdin');
  const docker = sh`docker create --name "$new" ${words} ${desired.image} ${desired.args} >/dev/null`;
  const fed =
    desired.env.lines.length > 0
      ? sh`printf '%s\n' ${desired.env.lines} | ${docker}`
      : sh`${docker} </dev/null`;
  const joins = connections(desired.params, `${desired.name}.mama-play-new`).map(
    (join) => sh`docker network connect ${join} || exit 1`,
  );
  return sh`${exports(desired.env)}${fed} || exit 1
${lines(...joins)}`;
}

/** After a run that was cut off between the old container and the new one: the old one first. */
const BRING_BACK: Script = sh`if docker container inspect "$old" >/dev/null 2>&1; then
  if docker container inspect "$name" >/dev/null 2>&1; then docker rm -f "$old" >/dev/null
  else docker rename "$old" "$name" && docker start "$name" >/dev/null; fi
fi 2>/dev/null`;

/** Stops the old container and gives its name free; one that removes itself when it stops is waited for. */
const SET_ASIDE: Script = sh`if docker container inspect "$name" >/dev/null 2>&1; then
  docker rm -f "$old" >/dev/null 2>&1
  docker stop "$name" >/dev/null || { docker rm -f "$new" >/dev/null 2>&1; exit ${CODES.change}; }
  docker rename "$name" "$old" 2>/dev/null || {
    waited=0
    while docker container inspect "$name" >/dev/null 2>&1 && [ "$waited" -lt 30 ]; do
      waited=$((waited + 1)); sleep 1
    done
  }
fi`;

const START_OR_RESTORE: Script = sh`docker start "$name" >/dev/null || {
  docker container inspect "$old" >/dev/null 2>&1 || { docker rm -f "$name" >/dev/null 2>&1; exit ${CODES.start}; }
  docker rm -f "$name" >/dev/null 2>&1
  docker rename "$old" "$name" && docker start "$name" >/dev/null 2>&1 && exit ${CODES.restored}
  exit ${CODES.start}
}`;
