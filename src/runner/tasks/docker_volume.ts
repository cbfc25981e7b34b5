import type { Delta } from '../contract/delta.ts';
import { text } from '../contract/exchange.ts';
import type { Infer } from '../contract/schema.ts';
import { lines, sh } from '../contract/script.ts';
import { type Refusal, refuse, stateTask } from '../contract/task-type.ts';
import { change, changesOfMap, merged } from './lib/docker/changes.ts';
import { dockerFailure } from './lib/docker/failure.ts';
import { dockerInstalled, engineAnswered, engineTrouble } from './lib/docker/host.ts';
import { parseInspected, type Volume } from './lib/docker/inspect.ts';
import { NAME_FORM, NEW_NAME } from './lib/docker/names.ts';

const schema = {
  type: 'object',
  description: 'A volume for the data of containers. One that exists is never made anew: it holds data.',
  additionalProperties: false,
  required: ['name'],
  properties: {
    name: {
      type: 'string',
      pattern: NEW_NAME,
      aliases: ['volume_name'],
      description: `The volume's name: two or more ${NAME_FORM}.`,
    },
    state: {
      enum: ['present', 'absent'],
      default: 'present',
      description: 'Whether there is such a volume. `absent` deletes its data.',
    },
    driver: { type: 'string', default: 'local', description: 'Its driver.' },
    options: {
      type: 'object',
      additionalProperties: { type: ['string', 'integer', 'boolean'] },
      aliases: ['driver_options'],
      description: "The driver's options.",
    },
    labels: {
      type: 'object',
      additionalProperties: { type: ['string', 'integer', 'boolean'] },
      description: 'Its labels; those not named are not looked at.',
    },
  },
} as const;

type Params = Infer<typeof schema>;

interface Current {
  readonly volume: Volume | null;
  /** Names of all containers that have it mounted, whether or not they run. Asked only where it shall go. */
  readonly users: readonly string[];
}

export default stateTask({
  name: 'docker_volume',
  schema,
  fields: { volume: { type: 'string', description: "The volume's name." } },
  desire: (params) => params,

  probe: ({ name, state }) =>
    lines(
      dockerInstalled,
      sh`docker volume inspect --format '{{json .}}' ${name} 2>/dev/null`,
      engineAnswered,
      state === 'absent' && sh`docker ps -a --filter ${`volume=${name}`} --format 'U {{.Names}}'`,
      sh`exit 0`,
    ),

  read(reply, { name }): Current | Refusal {
    const trouble = engineTrouble(reply);
    if (trouble) return trouble;
    const out = text(reply.out);
    return {
      volume: parseInspected(out).volumes.find((volume) => volume.Name === name) ?? null,
      users: [...out.matchAll(/^U (\S+)$/gm)].map((match) => match[1]!),
    };
  },

  decide({ volume, users }, params): Delta | null | Refusal {
    if (params.state === 'absent') {
      if (!volume) return null;
      if (users.length === 0) return change('state', 'present', 'absent');
      return refuse(`volume ${params.name} is used by ${users.join(', ')}`, 'remove those containers first');
    }
    if (!volume) return change('state', 'absent', 'present');
    const delta = merged(
      change('driver', volume.Driver, params.driver),
      changesOfMap('options', volume.Options ?? {}, texts(params.options)),
      changesOfMap('labels', volume.Labels ?? {}, texts(params.labels), 'declared'),
    );
    const [first] = Object.entries(delta);
    if (!first) return null;
    const [field, { from, to }] = first;
    return refuse(
      `volume ${params.name} has another ${field} (${JSON.stringify(from)}, not ${JSON.stringify(to)}), and that can't be changed without losing its data`,
      'declare it as it is, or copy the data to a volume of another name',
    );
  },

  apply(_, params) {
    if (params.state === 'absent') return sh`docker volume rm ${params.name} >/dev/null`;
    const pairs = (flag: string, map: Params['labels']) =>
      Object.entries(texts(map)).flatMap(([key, value]) => [flag, `${key}=${value}`]);
    const words = [
      '--driver',
      params.driver,
      ...pairs('--opt', params.options),
      ...pairs('--label', params.labels),
    ];
    return sh`docker volume create ${words} ${params.name} >/dev/null`;
  },

  explain: (reply, { name }) => dockerFailure(`volume ${name}`, reply),
  result: ({ name }) => ({ volume: name }),
  predict: (_, { name, state }) => (state === 'absent' ? null : { [`volume:${name}`]: { present: true } }),
  looksAt: ({ name, state }) => [`volume:${name}`, ...(state === 'absent' ? ['container:'] : [])],
  mayAlter: (params) => [`volume:${params?.name ?? ''}`],
});

function texts(map: Params['labels']): Record<string, string> {
  return Object.fromEntries(Object.entries(map ?? {}).map(([key, value]) => [key, String(value)]));
}
