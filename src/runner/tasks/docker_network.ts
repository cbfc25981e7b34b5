import type { Delta } from '../contract/delta.ts';
import { text } from '../contract/exchange.ts';
import type { Json } from '../contract/json.ts';
import type { Infer } from '../contract/schema.ts';
import { lines, sh } from '../contract/script.ts';
import { type Refusal, refuse, stateTask } from '../contract/task-type.ts';
import { change, changesOfMap, merged } from './lib/docker/changes.ts';
import { dockerFailure } from './lib/docker/failure.ts';
import { dockerInstalled, engineAnswered, engineTrouble } from './lib/docker/host.ts';
import { type Network, parseInspected } from './lib/docker/inspect.ts';
import { NAME, NAME_FORM } from './lib/docker/names.ts';

const schema = {
  type: 'object',
  description: 'A network of containers. One that has containers is never taken from them.',
  additionalProperties: false,
  required: ['name'],
  properties: {
    name: {
      type: 'string',
      pattern: NAME,
      description: `The network's name: ${NAME_FORM}.`,
    },
    state: {
      enum: ['present', 'absent'],
      default: 'present',
      description: 'Whether there is such a network.',
    },
    driver: { type: 'string', default: 'bridge', description: 'Its driver.' },
    subnet: {
      type: 'string',
      description: 'Its addresses (`172.30.0.0/16`); chosen by the engine unless given.',
    },
    gateway: { type: 'string', description: "The gateway's address in it." },
    ip_range: {
      type: 'string',
      aliases: ['iprange'],
      description: 'The part of the subnet from which containers get their addresses.',
    },
    internal: { type: 'boolean', default: false, description: 'Whether it has no way to the outside.' },
    attachable: {
      type: 'boolean',
      default: false,
      description: 'Whether single containers may join it (overlay networks).',
    },
    ipv6: {
      type: 'boolean',
      default: false,
      aliases: ['enable_ipv6'],
      description: 'Whether it has IPv6 too.',
    },
    options: {
      type: 'object',
      additionalProperties: { type: ['string', 'integer', 'boolean'] },
      aliases: ['driver_options'],
      description: "The driver's options; those not named are not looked at.",
    },
    labels: {
      type: 'object',
      additionalProperties: { type: ['string', 'integer', 'boolean'] },
      description: 'Its labels; those not named are not looked at.',
    },
  },
} as const;

type Params = Infer<typeof schema>;

export default stateTask({
  name: 'docker_network',
  schema,
  fields: {
    network: { type: 'string', description: "The network's name." },
    id: { type: ['string', 'null'], description: "The network's id; null where there is none." },
  },
  desire: (params) => params,

  probe: ({ name }) =>
    lines(
      dockerInstalled,
      sh`docker network inspect --format '{{json .}}' ${name} 2>/dev/null`,
      engineAnswered,
      sh`exit 0`,
    ),

  read(reply, { name }): Network | null | Refusal {
    const trouble = engineTrouble(reply);
    if (trouble) return trouble;
    return parseInspected(text(reply.out)).networks.find((network) => network.Name === name) ?? null;
  },

  decide(current, params): Delta | null | Refusal {
    const delta = current ? differences(current, params) : change('state', 'absent', params.state);
    if (Object.keys(delta).length === 0) return null;
    const members = Object.values(current?.Containers ?? {}).map(({ Name }) => Name);
    if (members.length === 0) return delta;
    const what = params.state === 'absent' ? 'be removed' : `change its ${Object.keys(delta).join(', ')}`;
    return refuse(
      `network ${params.name} can't ${what}: it has containers (${members.sort().join(', ')})`,
      'a network can only be made anew: remove those containers first, or declare it as it is',
    );
  },

  apply(_, params, current) {
    const remove = sh`docker network rm ${params.name} >/dev/null || exit`;
    if (params.state === 'absent') return remove;
    return lines(current && remove, sh`docker network create ${creationWords(params)} ${params.name}`);
  },

  explain: (reply, { name }) => dockerFailure(`network ${name}`, reply),

  result(params, current, delta, reply) {
    const made = reply && /^[0-9a-f]{64}$/m.exec(text(reply.out))?.[0];
    const id = params.state === 'absent' ? null : delta ? (made ?? null) : (current?.Id ?? null);
    return { network: params.name, id };
  },

  predict: (_, { name, state }) => (state === 'absent' ? null : { [`network:${name}`]: { present: true } }),
  // Its members count only where it would change.
  looksAt: (params, current) => [
    `network:${params.name}`,
    ...(current && Object.keys(differences(current, params)).length > 0 ? ['container:'] : []),
  ],
  mayAlter: (params) => [`network:${params?.name ?? ''}`],
});

/** Options, labels and addresses count only as far as they are declared: the engine fills in its own. */
function differences(current: Network, params: Params): Delta {
  if (params.state === 'absent') return change('state', 'present', 'absent');
  return merged(
    change('driver', current.Driver, params.driver),
    change('internal', current.Internal, params.internal),
    change('attachable', current.Attachable, params.attachable),
    change('ipv6', current.EnableIPv6 ?? false, params.ipv6),
    ...(['subnet', 'gateway', 'ip_range'] as const).map((field) => addressChange(current, params, field)),
    changesOfMap('options', current.Options ?? {}, texts(params.options), 'declared'),
    changesOfMap('labels', current.Labels ?? {}, texts(params.labels), 'declared'),
  );
}

function addressChange(current: Network, params: Params, field: 'subnet' | 'gateway' | 'ip_range'): Delta {
  const to = params[field];
  if (to === undefined) return {};
  const known = { subnet: 'Subnet', gateway: 'Gateway', ip_range: 'IPRange' } as const;
  const all: (string | undefined)[] = (current.IPAM.Config ?? []).map((config) => config[known[field]]);
  const from: Json = all.find((address) => !!address && address.includes(':') === to.includes(':')) ?? null;
  return change(field, from, to);
}

function creationWords(params: Params): string[] {
  const option = (flag: string, value: string | undefined) => (value === undefined ? [] : [flag, value]);
  const pairs = (flag: string, map: Params['labels']) =>
    Object.entries(texts(map)).flatMap(([key, value]) => [flag, `${key}=${value}`]);
  return [
    '--driver',
    params.driver,
    ...option('--subnet', params.subnet),
    ...option('--gateway', params.gateway),
    ...option('--ip-range', params.ip_range),
    ...(params.internal ? ['--internal'] : []),
    ...(params.attachable ? ['--attachable'] : []),
    ...(params.ipv6 ? ['--ipv6'] : []),
    ...pairs('--opt', params.options),
    ...pairs('--label', params.labels),
  ];
}

function texts(map: Params['labels']): Record<string, string> {
  return Object.fromEntries(Object.entries(map ?? {}).map(([key, value]) => [key, String(value)]));
}
