import { type Refusal, refuse, type Unknown, type World } from '../../../../contract/task-type.ts';
import { predictedPath, unforeseen } from './files.ts';
import { hasHealthCheck } from './process.ts';
import type { Current, Desired } from './state.ts';

/** Without these a container can't be made: said before anything is touched. */
export function prerequisites(current: Current, desired: Desired, world: World): Refusal | null {
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

export function noHealthCheck({ image }: Current, { params, name }: Desired): Refusal | null {
  if (params.wait !== 'healthy' || params.state !== 'started' || !image) return null;
  if (hasHealthCheck(params, image.Config ?? {})) return null;
  return refuse(`wait is healthy, but container ${name} has no health check`, 'declare health: {cmd: …}');
}

/** In a dry run: an earlier task would change one of the files, in a way that is known only then. */
export function unsureFile({ watched, name }: Desired, world: World): Unknown | null {
  const path = unforeseen(watched, world);
  return path === null
    ? null
    : {
        unknown: `whether container ${name} is recreated depends on ${path}, which an earlier task would change`,
      };
}
