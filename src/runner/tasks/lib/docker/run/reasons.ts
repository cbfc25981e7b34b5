import { isObject } from '../../../../contract/json.ts';
import type { World } from '../../../../contract/task-type.ts';
import { type Changes, change, merged } from '../changes.ts';
import { instant } from '../inspect.ts';
import { shortId } from '../reference.ts';
import { differences } from './compare.ts';
import { FILES_LABEL, fileChanges } from './files.ts';
import type { Current, Desired } from './state.ts';

/** Why the container is not the declared one, whether or not it runs. */
export function reasons(current: Current, desired: Desired, world: World): Changes {
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
export function running(current: Current, desired: Desired, world: World): Changes {
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
