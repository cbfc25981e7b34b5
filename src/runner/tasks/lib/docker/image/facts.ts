import { type Reply, text } from '../../../../contract/exchange.ts';
import { lines, type Script, sh } from '../../../../contract/script.ts';
import type { Refusal } from '../../../../contract/task-type.ts';
import { dockerInstalled, engineAnswered, engineTrouble } from '../host.ts';
import { type Image, imageNamed, parseInspected } from '../inspect.ts';
import type { WantedImage } from './desired.ts';

export interface ImageNow {
  readonly image: Image | null;
  /** The further names that it is to have, and the ids they stand for now. */
  readonly tags: ReadonlyMap<string, string | null>;
  /** Names of containers made of it. Asked only where it shall go. */
  readonly users: readonly string[];
}

export function askImage({ name, tag_as, state }: WantedImage): Script {
  return lines(
    dockerInstalled,
    sh`docker image inspect --format '{{json .}}' ${[name, ...tag_as]} 2>/dev/null`,
    engineAnswered,
    state === 'absent' &&
      sh`ids=$(docker ps -aq --no-trunc)
[ -z "$ids" ] || docker inspect --type container --format 'U {{.Image}} {{.Name}}' $ids 2>/dev/null`,
    sh`exit 0`,
  );
}

export function readImage(reply: Reply, { name, tag_as }: WantedImage): ImageNow | Refusal {
  const trouble = engineTrouble(reply);
  if (trouble) return trouble;
  const out = text(reply.out);
  const inspected = parseInspected(out);
  const image = imageNamed(inspected, name);
  return {
    image,
    tags: new Map(tag_as.map((tag) => [tag, imageNamed(inspected, tag)?.Id ?? null])),
    users: [...out.matchAll(/^U (\S+) \/(\S+)$/gm)]
      .filter(([, id]) => id === image?.Id)
      .map(([, , user]) => user!),
  };
}
