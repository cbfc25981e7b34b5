import { type Reply, text } from '../../../../contract/exchange.ts';
import { lines, type Script, sh } from '../../../../contract/script.ts';
import { isRefusal, type Refusal, refuse } from '../../../../contract/task-type.ts';
import { type Delivery, deliver } from '../env.ts';
import { dockerInstalled, engineAnswered, engineTrouble } from '../host.ts';
import {
  type Container,
  containerNamed,
  type Image,
  type Inspected,
  imageNamed,
  parseInspected,
} from '../inspect.ts';
import { imageName } from '../reference.ts';
import { askFiles, type Content, readFiles, readVariables, type Watched } from './files.ts';
import { memberships, networkFault, networkOwner } from './network.ts';
import { parseExposed, parsePorts } from './ports.ts';
import { commandLine, declaredEnv } from './process.ts';
import type { RunParams } from './properties.ts';
import { type Mount, parseMounts } from './storage.ts';
import {
  askWrapper,
  readWrapped,
  type Supervised,
  supervised,
  supervisedFault,
  type Wrapped,
} from './wrapper.ts';

/** A container as declared, with everything in it known to be readable. */
export interface Desired {
  readonly params: RunParams;
  readonly name: string;
  /** With its tag; '' only where nothing has to be made. */
  readonly image: string;
  /** Words after the image. */
  readonly args: readonly string[];
  readonly env: Delivery;
  readonly watched: readonly Watched[];
  /** Paths of the host that are mounted. */
  readonly binds: readonly string[];
  readonly owner: string | null;
  /** Containers whose namespaces are shared, the owner of the network among them. */
  readonly lenders: readonly string[];
  readonly networks: readonly string[];
  /** Null: the engine runs it. */
  readonly supervised: Supervised | null;
}

export interface Current {
  readonly container: Container | null;
  readonly image: Image | null;
  readonly others: readonly Container[];
  readonly owner: Container | null;
  /** 'unsure': another object has the same name, so that the engine told of that one. */
  readonly networks: ReadonlyMap<string, string | null | 'unsure'>;
  readonly contents: ReadonlyMap<string, Content>;
  readonly fileVariables: ReadonlySet<string>;
  readonly missingBinds: readonly string[];
  readonly wrapped: Wrapped | null;
}

export function desire(params: RunParams): Desired | Refusal {
  const absent = params.state === 'absent';
  if (!absent && params.image === undefined) return refuse('image is needed unless state is absent');
  const env = deliver(declaredEnv(params));
  const command = commandLine(params);
  const mounts = parseMounts(params);
  const fault = [
    env,
    command,
    mounts,
    parsePorts(params.ports ?? []),
    parseExposed(params.expose ?? []),
  ].find(isRefusal);
  if (fault) return fault as Refusal;
  const conflict = networkFault(params) ?? supervisedFault(params);
  if (conflict) return conflict;
  const watched = absent ? [] : watchedPaths(params);
  const odd = watched.find(({ path }) => !path.startsWith('/') || /[\n\0]/.test(path));
  if (odd)
    return refuse(
      `${odd.param} ${JSON.stringify(odd.path)} is not an absolute path`,
      'it is a path on the host',
    );
  const owner = networkOwner(params);
  return {
    params,
    name: params.name,
    image: params.image === undefined ? '' : imageName(params.image),
    args: (command as { readonly args?: readonly string[] }).args ?? [],
    env: env as Delivery,
    watched,
    binds: absent
      ? []
      : (mounts as readonly Mount[]).filter(({ type }) => type === 'bind').map(({ source }) => source),
    owner,
    lenders: absent ? [] : lenders(params),
    networks: absent ? [] : memberships(params).map(({ name }) => name),
    supervised: supervised(params),
  };
}

function watchedPaths(params: RunParams): Watched[] {
  const envFiles = typeof params.env_file === 'string' ? [params.env_file] : (params.env_file ?? []);
  return [
    ...envFiles.map((path) => ({ path, param: 'env_file' as const })),
    ...(params.watch ?? []).map((path) => ({ path, param: 'watch' as const })),
  ];
}

function lenders(params: RunParams): string[] {
  const modes = [
    networkOwner(params) ? `container:${networkOwner(params)}` : '',
    params.pid ?? '',
    params.ipc ?? '',
  ];
  const names = modes
    .filter((mode) => mode.startsWith('container:'))
    .map((mode) => mode.slice('container:'.length));
  return [...new Set(names)];
}

/** One `docker inspect` for everything: what lacks is left out of its answer. */
export function probe(desired: Desired): Script {
  const { name, image, lenders, networks } = desired;
  const names = [
    ...new Set([
      name,
      ...(image && desired.params.state !== 'absent' ? [image] : []),
      ...lenders,
      ...networks,
    ]),
  ];
  return lines(
    dockerInstalled,
    sh`inspected=$(docker inspect --format '{{json .}}' ${names} 2>/dev/null)`,
    engineAnswered,
    sh`printf '%s\n' "$inspected"`,
    askFiles(desired.watched),
    ...desired.binds.map((path, i) => sh`[ -e ${path} ] || echo M ${i}`),
    desired.supervised && askWrapper(desired.supervised, name),
    sh`exit 0`,
  );
}

export function read(reply: Reply, desired: Desired): Current | Refusal {
  const trouble = engineTrouble(reply);
  if (trouble) return trouble;
  const out = text(reply.out);
  const inspected = parseInspected(out);
  return {
    container: containerNamed(inspected, desired.name),
    image: imageNamed(inspected, desired.image),
    others: inspected.containers.filter(({ Name }) => Name !== `/${desired.name}`),
    owner: desired.owner === null ? null : containerNamed(inspected, desired.owner),
    networks: new Map(desired.networks.map((name) => [name, networkNamed(inspected, name)])),
    contents: readFiles(out, desired.watched),
    fileVariables: readVariables(out),
    missingBinds: [...out.matchAll(/^M (\d+)$/gm)].map(([, i]) => desired.binds[Number(i)]!),
    wrapped: desired.supervised && readWrapped(out),
  };
}

function networkNamed(inspected: Inspected, name: string): string | null | 'unsure' {
  const found = inspected.networks.find((network) => network.Name === name || network.Id === name);
  if (found) return found.Id;
  const shadowed =
    inspected.containers.some((container) => container.Name === `/${name}`) ||
    inspected.images.some((image) => (image.RepoTags ?? []).includes(imageName(name)));
  return shadowed ? 'unsure' : null;
}
