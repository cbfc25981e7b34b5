import { type Reply, text } from '../../../../contract/exchange.ts';
import { lines, type Script, sh } from '../../../../contract/script.ts';
import type { Refusal } from '../../../../contract/task-type.ts';
import { dockerInstalled, engineAnswered, engineTrouble } from '../host.ts';
import { PROGRAM_LABEL } from '../run/wrapper.ts';
import type { PruneParams } from './desired.ts';

export interface Seen {
  readonly id: string;
  readonly name: string;
  /** As docker says it: running, exited, created … */
  readonly state: string;
  readonly ours: boolean;
  /** The program of supervisord that runs it. */
  readonly program: string | null;
  readonly networks: readonly string[];
  /** Names of volumes, and paths. */
  readonly mounts: readonly string[];
  /** The id; only where images are looked at. */
  readonly image: string | null;
}

export interface PruneFacts {
  /** All containers of the host. */
  readonly containers: readonly Seen[];
  /** Names of the owner's networks and volumes. */
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
  /** One for each name of an image of the owner; the name is null for one that has none. */
  readonly images: readonly { readonly id: string; readonly name: string | null }[];
}

/** One line for each thing: a letter, and fields set apart by `|`, which no name holds. */
export function askPrune(params: PruneParams): Script {
  const { owner, label } = params;
  const ours = `label=${label}=${owner}`;
  const container = `C|{{.ID}}|{{.Names}}|{{.State}}|{{.Label "${label}"}}|{{.Label "${PROGRAM_LABEL}"}}|{{.Networks}}|{{.Mounts}}`;
  return lines(
    dockerInstalled,
    sh`docker ps -a --no-trunc --format ${container} 2>/dev/null`,
    engineAnswered,
    params.networks && sh`docker network ls --filter ${ours} --format 'N|{{.Name}}' || exit`,
    params.volumes && sh`docker volume ls --filter ${ours} --format 'V|{{.Name}}' || exit`,
    params.images &&
      sh`docker image ls --no-trunc --filter ${ours} --format 'I|{{.ID}}|{{.Repository}}:{{.Tag}}' || exit
ids=$(docker ps -aq --no-trunc)
[ -z "$ids" ] || docker inspect --type container --format 'U|{{.Id}}|{{.Image}}' $ids 2>/dev/null`,
    sh`exit 0`,
  );
}

export function readPrune(reply: Reply, { owner }: PruneParams): PruneFacts | Refusal {
  const trouble = engineTrouble(reply);
  if (trouble) return trouble;
  if (reply.code !== 0) return { refusal: `docker could not be asked: ${text(reply.err).trim()}` };
  const said = text(reply.out)
    .split('\n')
    .map((line) => line.split('|'));
  const of = (letter: string) => said.filter(([first]) => first === letter);
  const imageOf = new Map(of('U').map(([, id = '', image = '']) => [id, image]));
  return {
    containers: of('C').map(([, id = '', names = '', state = '', value, program, networks, mounts]) => ({
      id,
      name: ownName(names),
      state,
      ours: value === owner,
      program: program || null,
      networks: words(networks),
      mounts: words(mounts),
      image: imageOf.get(id) ?? null,
    })),
    networks: of('N').map(([, name = '']) => name),
    volumes: of('V').map(([, name = '']) => name),
    images: of('I').map(([, id = '', name = '']) => ({ id, name: name.includes('<none>') ? null : name })),
  };
}

/** Beside its own a container bears the names of legacy links: `other/alias`. */
function ownName(names: string): string {
  return words(names).find((name) => !name.includes('/')) ?? names;
}

function words(list = ''): string[] {
  return list.split(',').filter((word) => word !== '');
}
