import type { Json } from '../../../../contract/json.ts';
import { change } from '../changes.ts';
import type { Container } from '../inspect.ts';
import { bytes, signal } from '../units.ts';
import { type Aspect, repeated, type Seen, sorted } from './aspect.ts';
import type { RunParams } from './properties.ts';

/** One parameter that is one option of docker and one field of a container. */
interface Option<K extends keyof RunParams> {
  readonly flag: string;
  /** Words after the flag, one use of the flag each; the value itself unless given. */
  words?(value: Given<K>): readonly string[];
  /** How a container shows the value, in a form that can be compared. */
  want(value: Given<K>): Json;
  have(container: Container): Json;
  /** What a container shows where the parameter is not given. `unseen`: the engine decides, so it isn't compared. */
  readonly otherwise: 'unseen' | { is(seen: Seen): Json };
}

type Given<K extends keyof RunParams> = NonNullable<RunParams[K]>;

function option<K extends keyof RunParams>(param: K, spec: Option<K>): Aspect {
  const given = (params: RunParams) => params[param] as Given<K> | undefined;
  const { otherwise } = spec;
  return {
    words(params) {
      const value = given(params);
      if (value === undefined) return [];
      return repeated(spec.flag, spec.words?.(value) ?? [String(value)]);
    },
    differs(params, seen) {
      const value = given(params);
      if (value === undefined && otherwise === 'unseen') return {};
      const to = value === undefined ? (otherwise as { is(seen: Seen): Json }).is(seen) : spec.want(value);
      return change(param, spec.have(seen.container), to);
    },
    unseen(params) {
      const value = given(params);
      return value === undefined || otherwise !== 'unseen' ? {} : { [param]: spec.want(value) };
    },
  };
}

const none = { is: () => null };
const zero = { is: () => 0 };
const empty = { is: () => [] };
const _off = { is: () => false };

type Keys<V> = { [K in keyof RunParams]-?: Given<K> extends V ? K : never }[keyof RunParams];

/** A text that a container shows as it was given; '' and null are both "not set". */
function text(
  param: Keys<string>,
  flag: string,
  field: string,
  otherwise: 'unseen' | typeof none = none,
): Aspect {
  return option(param, {
    flag,
    want: (value) => String(value),
    have: (c) => orNull(c.HostConfig[field]),
    otherwise,
  });
}

function size(
  param: Keys<string | number>,
  flag: string,
  field: string,
  otherwise: 'unseen' | typeof zero = zero,
): Aspect {
  return option(param, {
    flag,
    words: (value) => [String(value) === '-1' ? '-1' : `${bytes(value as string | number)}b`],
    want: (value) => (String(value) === '-1' ? -1 : bytes(value as string | number)),
    have: (c) => (c.HostConfig[field] as number | undefined) ?? 0,
    otherwise,
  });
}

function number(
  param: Keys<number>,
  flag: string,
  field: string,
  otherwise: 'unseen' | typeof zero = zero,
): Aspect {
  return option(param, {
    flag,
    want: (value) => Number(value),
    have: (c) => (c.HostConfig[field] as number | null | undefined) ?? 0,
    otherwise,
  });
}

function list(param: Keys<readonly (string | number)[]>, flag: string, field: string): Aspect {
  return option(param, {
    flag,
    words: (value) => (value as readonly (string | number)[]).map(String),
    want: (value) => sorted(value as readonly (string | number)[]),
    have: (c) => sorted(c.HostConfig[field] as readonly string[] | null | undefined),
    otherwise: empty,
  });
}

/** A switch that is off unless given. */
function toggle(param: Keys<boolean>, flag: string, have: (c: Container) => boolean): Aspect {
  return {
    words: (params) => (params[param] === undefined ? [] : [`${flag}=${params[param]}`]),
    differs: (params, { container }) => change(param, have(container), params[param] ?? false),
  };
}

function capabilities(param: 'cap_add' | 'cap_drop', flag: string, field: string): Aspect {
  const canonical = (names: unknown) =>
    sorted(((names ?? []) as readonly string[]).map((name) => name.toUpperCase().replace(/^CAP_/, '')));
  return option(param, {
    flag,
    words: (names) => names,
    want: canonical,
    have: (c) => canonical(c.HostConfig[field]),
    otherwise: empty,
  });
}

function orNull(value: unknown): Json {
  return value === '' || value === undefined ? null : (value as Json);
}

/** Parameters that stand for themselves, one option each. */
export const optionAspects: readonly Aspect[] = [
  size('memory', '--memory', 'Memory'),
  size('memory_reservation', '--memory-reservation', 'MemoryReservation'),
  size('memory_swap', '--memory-swap', 'MemorySwap', 'unseen'),
  size('shm_size', '--shm-size', 'ShmSize', 'unseen'),
  option('cpus', {
    flag: '--cpus',
    want: (value) => value,
    have: (c) => Number(c.HostConfig['NanoCpus'] ?? 0) / 1e9,
    otherwise: zero,
  }),
  number('cpu_shares', '--cpu-shares', 'CpuShares'),
  text('cpuset_cpus', '--cpuset-cpus', 'CpusetCpus'),
  option('pids_limit', {
    flag: '--pids-limit',
    want: (value) => Math.max(value, 0),
    have: (c) => Math.max(0, (c.HostConfig['PidsLimit'] as number | null | undefined) ?? 0),
    otherwise: zero,
  }),
  number('oom_score_adj', '--oom-score-adj', 'OomScoreAdj'),
  list('group_add', '--group-add', 'GroupAdd'),
  list('dns', '--dns', 'Dns'),
  list('dns_search', '--dns-search', 'DnsSearch'),
  list('dns_options', '--dns-option', 'DnsOptions'),
  capabilities('cap_add', '--cap-add', 'CapAdd'),
  capabilities('cap_drop', '--cap-drop', 'CapDrop'),
  toggle('privileged', '--privileged', (c) => c.HostConfig['Privileged'] === true),
  toggle('read_only', '--read-only', (c) => c.HostConfig['ReadonlyRootfs'] === true),
  toggle('init', '--init', (c) => c.HostConfig['Init'] === true),
  toggle('publish_all', '--publish-all', (c) => c.HostConfig['PublishAllPorts'] === true),
  toggle('tty', '--tty', (c) => c.Config.Tty === true),
  toggle('stdin_open', '--interactive', (c) => c.Config.OpenStdin === true),
  text('userns', '--userns', 'UsernsMode'),
  text('runtime', '--runtime', 'Runtime', 'unseen'),
  text('cgroup_parent', '--cgroup-parent', 'CgroupParent', 'unseen'),
  option('user', {
    flag: '--user',
    want: (value) => String(value),
    have: (c) => orNull(c.Config.User),
    otherwise: { is: ({ image }) => orNull(image.User) },
  }),
  option('workdir', {
    flag: '--workdir',
    want: (value) => value.replace(/(.)\/+$/, '$1'),
    have: (c) => orNull(c.Config.WorkingDir),
    otherwise: { is: ({ image }) => orNull(image.WorkingDir) },
  }),
  option('stop_signal', {
    flag: '--stop-signal',
    want: signal,
    have: (c) => (c.Config.StopSignal ? signal(c.Config.StopSignal) : null),
    otherwise: { is: ({ image }) => (image.StopSignal ? signal(image.StopSignal) : null) },
  }),
  option('stop_timeout', {
    flag: '--stop-timeout',
    want: (value) => value,
    have: (c) => c.Config.StopTimeout ?? null,
    otherwise: { is: ({ image }) => image.StopTimeout ?? null },
  }),
  option('domainname', {
    flag: '--domainname',
    want: (value) => value,
    have: (c) => orNull(c.Config.Domainname),
    otherwise: none,
  }),
];
