import { lines, sh } from '../contract/script.ts';
import { stateTask } from '../contract/task-type.ts';
import { dockerFailure } from './lib/docker/failure.ts';
import { decidePrune, goingOf } from './lib/docker/prune/decide.ts';
import { desirePrune, PRUNE_SCHEMA } from './lib/docker/prune/desired.ts';
import { askPrune, readPrune } from './lib/docker/prune/facts.ts';

export default stateTask({
  name: 'docker_prune',
  schema: PRUNE_SCHEMA,
  fields: {
    removed: {
      type: 'array',
      description: 'What was removed (in check mode: would be), as `container.name`, `network.name` ….',
    },
  },
  desire: desirePrune,
  probe: askPrune,
  read: readPrune,
  decide: decidePrune,

  /** Containers by their ids: one that took a name meanwhile is another one. */
  apply(_, params, current) {
    const { containers, networks, volumes, images } = goingOf(current, params);
    const ids = containers.map(({ id }) => id);
    return lines(
      ids.length > 0 && sh`docker stop ${ids} >/dev/null 2>&1; docker rm -f ${ids} >/dev/null || exit`,
      networks.length > 0 && sh`docker network rm ${networks} >/dev/null || exit`,
      volumes.length > 0 && sh`docker volume rm ${volumes} >/dev/null || exit`,
      images.length > 0 && sh`docker rmi ${images} >/dev/null || exit`,
    );
  },

  explain: (reply, { owner }) => dockerFailure(`what is ${owner}'s`, reply),
  result: (_desired, _current, delta) => ({ removed: Object.keys(delta ?? {}) }),
  looksAt: () => OF_DOCKER,
  mayAlter: () => OF_DOCKER,
});

const OF_DOCKER = ['container:', 'network:', 'volume:', 'image:'];
