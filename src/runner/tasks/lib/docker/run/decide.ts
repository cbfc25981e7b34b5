import type { Change, Delta } from '../../../../contract/delta.ts';
import { isObject, type Json } from '../../../../contract/json.ts';
import { type Refusal, refuse, type Unknown, type World } from '../../../../contract/task-type.ts';
import { type Changes, change, merged } from '../changes.ts';
import { instant } from '../inspect.ts';
import { shortId } from '../reference.ts';
import { differences } from './compare.ts';
import { FILES_LABEL, fileChanges, foreseen, missingFile, predictedPath, unforeseen } from './files.ts';
import { hasHealthCheck } from './process.ts';
import type { Current, Desired } from './state.ts';
import { knownProgram, startedByProgram } from './supervised.ts';
import { PROGRAM_LABEL, type Wrapped, wrapperFiles, written } from './wrapper.ts';

/** What a delta comes to. */
export type Kind = 'create' | 'recreate' | 'change' | 'remove' | 'supervise';

type Decision = Changes | null | Refusal | Unknown;

/** Fields that docker can change without a new container, to such values. */
const IN_PLACE: Readonly<Record<string, (to: Json) => boolean>> = {
  memory: (to) => Number(to) > 0,
  cpus: (to) => Number(to) > 0,
  restart: () => true,
};

/** Fields that a start, stop or restart settles. */
const BY_RUNNING = new Set(['state', 'network_namespace', 'health_status']);

export function decide(current: Current, desired: Desired, world: World): Decision {
  if (desired.params.state === 'absent') return removal(current, desired);
  const lacking = missingFile(desired.watched, current.contents, world);
  if (lacking) return lacking;
  const then = { ...current, contents: foreseen(current.contents, world) };
  return desired.supervised ? supervision(then, desired, world) : engineRun(then, desired, world);
}

export function kindOf(delta: Delta, current: Current, desired: Desired): Kind {
  if (desired.params.state === 'absent') return 'remove';
  if (desired.supervised) return 'supervise';
  if (!current.container || isLeftover(current, desired)) return 'create';
  return Object.entries(delta).some(isLasting) ? 'recreate' : 'change';
}

/** Only a new container can bring it about. */
function isLasting([field, { to }]: [string, Change]): boolean {
  return !BY_RUNNING.has(field) && !IN_PLACE[field]?.(to);
}

function orNull(changes: Changes): Changes | null {
  return Object.keys(changes).length > 0 ? changes : null;
}

function removal({ container, wrapped }: Current, { supervised }: Desired): Changes | null {
  return orNull(
    merged(
      container ? change('state', container.State.Status, 'absent') : {},
      supervised && wrapped?.script ? change('wrapper', 'present', 'absent') : {},
    ),
  );
}

function engineRun(current: Current, desired: Desired, world: World): Decision {
  const { container } = current;
  const { params, name } = desired;
  const program = container?.Config.Labels?.[PROGRAM_LABEL];
  if (program) {
    return refuse(
      `container ${name} is run by supervisord's program ${program}`,
      'remove the program first, or say managed_by: supervisord',
    );
  }
  if (!container || isLeftover(current, desired)) {
    return prerequisites(current, desired, world) ?? creation(current, desired);
  }
  const found = reasons(current, desired, world);
  const lasting = Object.entries(found).filter(isLasting);
  if (params.recreate === 'always' || lasting.length > 0) {
    if (params.recreate === 'never') {
      return refuse(
        `container ${name} differs in ${lasting.map(([field]) => field).join(', ')}, and recreate is never`,
        'run with --check --diff to see how; recreate: auto makes a new one',
      );
    }
    const changes = lasting.length > 0 ? found : change('recreate', null, 'always');
    return prerequisites(current, desired, world) ?? changes;
  }
  const changes = merged(found, running(current, desired, world));
  return noHealthCheck(current, desired) ?? unsureFile(desired, world) ?? orNull(changes);
}

/** Only made, or half removed: what a failed run has left behind. */
function isLeftover({ container }: Current, { params }: Desired): boolean {
  const status = container?.State.Status;
  return status === 'dead' || status === 'removing' || (status === 'created' && params.state === 'started');
}

function creation({ container, image }: Current, { params, image: name }: Desired): Changes {
  return merged(
    change('state', container?.State.Status ?? 'absent', params.state),
    change('image', null, image ? `${name} (${shortId(image.Id)})` : name),
  );
}

/** Why the container is not the declared one, whether or not it runs. */
function reasons(current: Current, desired: Desired, world: World): Changes {
  const { params, name } = desired;
  const container = current.container!;
  const { image } = current;
  const seen = {
    container,
    image: image?.Config ?? {},
    owner: current.owner,
    others: current.others,
    networkIds: new Map(
      [...current.networks].filter((entry): entry is [string, string] => !!entry[1] && entry[1] !== 'unsure'),
    ),
    fileVariables: current.fileVariables,
  };
  const rebuilt = world.predicted(`image:${desired.image}`) !== undefined;
  return merged(
    imageChange(container.Image, image?.Id, desired.image, rebuilt),
    image ? differences(params, seen) : {},
    fileChanges(name, desired.watched, current.contents, container.Config.Labels?.[FILES_LABEL]),
    change('auto_remove', container.HostConfig.AutoRemove, params.managed_by === 'supervisord'),
    ownerPredicted(desired, world) === 'recreated'
      ? change('network', 'as it is', `container:${desired.owner} (recreated)`)
      : {},
  );
}

function imageChange(from: string, to: string | undefined, name: string, rebuilt: boolean): Changes {
  if (rebuilt) return change('image', shortId(from), `${name} (rebuilt)`);
  return change('image', shortId(from), to === undefined ? `${name} (to be pulled)` : shortId(to));
}

function ownerPredicted({ owner }: Desired, world: World): 'recreated' | 'restarted' | null {
  const predicted = owner === null ? undefined : world.predicted(`container:${owner}`);
  if (!isObject(predicted)) return null;
  return predicted['recreated'] ? 'recreated' : predicted['restarted'] ? 'restarted' : null;
}

/** What a start, a stop or a restart brings in order. */
function running(current: Current, desired: Desired, world: World): Changes {
  const { State } = current.container!;
  const { params } = desired;
  const runs = State.Running && State.Status === 'running';
  if (params.state === 'present') return {};
  if (params.state === 'stopped') return State.Running ? change('state', State.Status, 'stopped') : {};
  if (!runs) return change('state', State.Status, 'started');
  if (hasDeadNamespace(current) || ownerPredicted(desired, world) === 'restarted') {
    return change(
      'network_namespace',
      `of ${desired.owner} before its restart`,
      `of ${desired.owner} as it runs`,
    );
  }
  const health = State.Health?.Status ?? null;
  return params.wait === 'healthy' && health !== 'healthy' ? change('health_status', health, 'healthy') : {};
}

/** The lender of the network was started after this container, which so keeps a namespace that is gone. */
function hasDeadNamespace({ container, owner }: Current): boolean {
  return owner !== null && instant(owner.State.StartedAt) > instant(container!.State.StartedAt);
}

function noHealthCheck({ image }: Current, { params, name }: Desired): Refusal | null {
  if (params.wait !== 'healthy' || params.state !== 'started' || !image) return null;
  if (hasHealthCheck(params, image.Config ?? {})) return null;
  return refuse(`wait is healthy, but container ${name} has no health check`, 'declare health: {cmd: …}');
}

function supervision(current: Current, desired: Desired, world: World): Decision {
  const lacking = prerequisites(current, desired, world);
  if (lacking) return lacking;
  const changes = merged(
    wrapperChange(current.wrapped, desired, current),
    desired.params.state === 'stopped' ? stopping(current) : programChanges(current, desired, world),
  );
  return (Object.keys(changes).length === 0 ? unsureFile(desired, world) : null) ?? orNull(changes);
}

function stopping({ container, wrapped }: Current): Changes {
  const runs = container?.State.Running || isActive(wrapped);
  return runs ? change('state', 'started', 'stopped') : {};
}

/** What a restart of the program brings in order. One that supervisord doesn't know yet is declared by later tasks. */
function programChanges(current: Current, desired: Desired, world: World): Changes {
  if (!knownProgram(desired, current)) return {};
  if (!current.container?.State.Running) {
    const status = current.wrapped?.status ?? 'stopped';
    return desired.params.state === 'present' ? {} : change('state', status.toLowerCase(), 'started');
  }
  if (!startedByProgram(desired, current)) return change('managed_by', 'engine', 'supervisord');
  const found = reasons(current, desired, world);
  return Object.keys(found).length > 0 ? found : running(current, desired, world);
}

function isActive(wrapped: Wrapped | null): boolean {
  return ['STARTING', 'RUNNING', 'BACKOFF'].includes(wrapped?.status ?? '');
}

function wrapperChange(wrapped: Wrapped | null, desired: Desired, current: Current): Changes {
  const to = written(wrapperFiles(desired, current));
  if (wrapped?.script === to.script && wrapped.variables === to.variables) return {};
  return change('wrapper', wrapped?.script == null ? null : 'older', desired.supervised!.path);
}

/** Without these a container can't be made: said before anything is touched. */
function prerequisites(current: Current, desired: Desired, world: World): Refusal | null {
  const { params, image, owner, supervised } = desired;
  if (!current.image && params.pull === 'never' && world.predicted(`image:${image}`) === undefined) {
    return refuse(
      `image ${image} is not on this host, and pull is never`,
      'build it in an earlier task (docker_build)',
    );
  }
  const network = [...current.networks].find(
    ([name, id]) => id === null && world.predicted(`network:${name}`) === undefined,
  );
  if (network) {
    return refuse(
      `network ${network[0]} does not exist on this host`,
      `make it in an earlier task: docker_network: {name: ${network[0]}}`,
    );
  }
  if (owner && !supervised && !current.owner && world.predicted(`container:${owner}`) === undefined) {
    return refuse(
      `container ${owner}, whose network is to be shared, does not exist on this host`,
      'its task must come before this one',
    );
  }
  const bind = current.missingBinds.find((path) => predictedPath(world, path) === undefined);
  if (bind) {
    return refuse(
      `${bind}, which is to be mounted, does not exist on the host`,
      'make it in an earlier task (file, copy, template)',
    );
  }
  return null;
}

/** In a dry run: an earlier task would change one of the files, in a way that is known only then. */
function unsureFile({ watched, name }: Desired, world: World): Unknown | null {
  const path = unforeseen(watched, world);
  return path === null
    ? null
    : {
        unknown: `whether container ${name} is recreated depends on ${path}, which an earlier task would change`,
      };
}
