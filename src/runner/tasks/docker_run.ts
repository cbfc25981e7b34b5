import { text } from '../contract/exchange.ts';
import { stateTask } from '../contract/task-type.ts';
import { changeInPlace, remove } from './lib/docker/run/change.ts';
import { create } from './lib/docker/run/create.ts';
import { decide, kindOf } from './lib/docker/run/decide.ts';
import { explain } from './lib/docker/run/explain.ts';
import { runProperties } from './lib/docker/run/properties.ts';
import { desire, probe, read } from './lib/docker/run/state.ts';
import { applySupervised } from './lib/docker/run/supervised.ts';

export default stateTask({
  name: 'docker_run',
  schema: {
    type: 'object',
    description:
      'A container that runs as declared: made, changed or made anew only where something differs.',
    additionalProperties: false,
    properties: runProperties,
    required: ['name'],
  },
  fields: {
    container: { type: 'string', description: "The container's name." },
    id: { type: ['string', 'null'], description: "The container's id; null where there is none." },
    action: {
      enum: ['nothing', 'create', 'recreate', 'change', 'remove', 'supervise'],
      description: 'What was done.',
    },
  },
  desire: (params) => desire(params),
  probe,
  read,
  decide,
  apply(delta, desired, current) {
    if (desired.supervised) return applySupervised(delta, desired, current);
    const kind = kindOf(delta, current, desired);
    if (kind === 'remove') return remove(desired);
    return kind === 'change' ? changeInPlace(delta, desired, current) : create(desired, current);
  },
  explain,
  result(desired, current, delta, reply) {
    const applied = reply && /^[0-9a-f]{64}$/m.exec(text(reply.out))?.[0];
    const gone = desired.params.state === 'absent';
    return {
      container: desired.name,
      id: gone ? null : (applied ?? current.container?.Id ?? null),
      action: delta === null ? 'nothing' : kindOf(delta, current, desired),
    };
  },
  predict(delta, desired, current) {
    const kind = kindOf(delta, current, desired);
    if (kind === 'remove') return null;
    return {
      ...(current.image || !desired.image ? {} : { [`image:${desired.image}`]: { rebuilt: true } }),
      [`container:${desired.name}`]: {
        recreated: kind !== 'change',
        restarted: kind === 'change' && ('network_namespace' in delta || 'state' in delta),
        running: desired.params.state === 'started',
      },
    };
  },
  looksAt: ({ name, image, lenders, networks, watched, binds, supervised }) => [
    `container:${name}`,
    `image:${image}`,
    ...lenders.map((lender) => `container:${lender}`),
    ...networks.map((network) => `network:${network}`),
    ...watched.map(({ path }) => `tree:${path}`),
    ...binds.map((path) => `path:${path}`),
    ...(watched.length + binds.length > 0 ? ['link:'] : []),
    ...(supervised ? [`path:${supervised.path}`] : []),
  ],
  mayAlter: (desired) =>
    desired
      ? [
          `container:${desired.name}`,
          `image:${desired.image}`,
          ...(desired.supervised ? [`path:${desired.supervised.path}`] : []),
        ]
      : ['container:', 'image:', 'path:'],
});
