import { stateTask } from '../contract/task-type.ts';
import { askCompose } from './lib/docker/compose/ask.ts';
import { applyCompose, explainCompose } from './lib/docker/compose/change.ts';
import { decideCompose } from './lib/docker/compose/decide.ts';
import { COMPOSE_SCHEMA, desireCompose } from './lib/docker/compose/desired.ts';
import { readCompose } from './lib/docker/compose/read.ts';

const OF_DOCKER = ['container:', 'network:', 'volume:', 'image:'];

export default stateTask({
  name: 'docker_compose',
  schema: COMPOSE_SCHEMA,
  fields: {
    project: { type: 'string', description: 'The name of the project.' },
    version: { type: 'string', description: 'Of the compose that the host has.' },
    services: {
      type: 'array',
      items: { type: 'string' },
      description: 'The services that were changed (in check mode: would be).',
    },
  },
  desire: desireCompose,
  probe: askCompose,
  // Two starts of compose are half a second each.
  ask: 'due',
  read: readCompose,
  decide: (current, desired) => decideCompose(current, desired),

  apply(_, desired, current) {
    const script = applyCompose(desired, current.project, [...current.hashes.keys()]);
    return { script, stream: null };
  },

  explain: explainCompose,

  result(_, { project, version, hashes }, delta) {
    const fields = Object.keys(delta ?? {});
    const isChanged = (service: string) =>
      fields.some((field) => `${field}.`.startsWith(`services.${service}.`));
    return { project, version, services: [...hashes.keys()].filter(isChanged) };
  },

  looksAt: ({ src, files, envFile }) => [
    `tree:${src}`,
    'link:',
    ...[...(files ?? []), ...(envFile === null ? [] : [envFile])].map((path) => `path:${path}`),
    ...OF_DOCKER,
    'package:',
  ],
  // Docker makes the directories that a mount lacks.
  mayAlter: (desired) => [...OF_DOCKER, `path:${desired?.src ?? ''}`],
});
