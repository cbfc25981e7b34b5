import { type Refusal, refuse } from '../../../../contract/task-type.ts';
import { type Changes, change, merged } from '../changes.ts';
import type { Endpoint } from '../inspect.ts';
import { shortId } from '../reference.ts';
import { type Aspect, repeated, type Seen, sorted } from './aspect.ts';
import type { RunParams } from './properties.ts';

/** A network that the container is a member of. */
export interface Membership {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly ip: string | null;
}

const BUILT_IN = new Set(['bridge', 'default', 'host', 'none']);

/** The value of `--network`: a name, or `container:X`. */
export function networkMode(params: RunParams): string {
  const mode = params.network ?? params.networks?.[0]?.name ?? 'bridge';
  return mode === 'default' ? 'bridge' : mode;
}

/** The container whose network is shared, or null. */
export function networkOwner(params: RunParams): string | null {
  const mode = networkMode(params);
  return mode.startsWith('container:') ? mode.slice('container:'.length) : null;
}

/** The user-defined networks that it is a member of, the main one first. */
export function memberships(params: RunParams): readonly Membership[] {
  const listed = (params.networks ?? []).map(({ name, aliases = [], ip = null }) => ({ name, aliases, ip }));
  const mode = networkMode(params);
  const main = listed.find(({ name }) => name === mode);
  const first = {
    name: mode,
    aliases: [...(main?.aliases ?? []), ...(params.network_aliases ?? [])],
    ip: params.ip ?? main?.ip ?? null,
  };
  const all = [first, ...listed.filter(({ name }) => name !== mode)];
  return all.filter(({ name }) => !BUILT_IN.has(name) && !name.startsWith('container:'));
}

/** What docker itself would refuse, told before anything is touched. */
export function networkFault(params: RunParams): Refusal | null {
  const mode = networkMode(params);
  const shares = mode.startsWith('container:');
  const needless = (
    ['ports', 'expose', 'hostname', 'network_aliases', 'ip', 'networks', 'dns', 'extra_hosts'] as const
  ).filter((param) => params[param] !== undefined);
  if (shares && needless.length > 0) {
    return refuse(
      `${needless[0]} can't be combined with network: ${mode}`,
      'the container whose network is shared decides that: say it there',
    );
  }
  const aliased = params.network_aliases ?? params.ip;
  if (aliased !== undefined && memberships(params).length === 0) {
    return refuse(
      `network_aliases and ip need a network of their own, not ${mode}`,
      'make one with docker_network',
    );
  }
  if ((params.networks ?? []).length > 0 && BUILT_IN.has(mode) && mode !== 'bridge') {
    return refuse(`networks can't be combined with network: ${mode}`);
  }
  return null;
}

/** Words for `docker network connect` for every network but the one given to `docker create`. */
export function connections(params: RunParams, container: string): readonly (readonly string[])[] {
  const mode = networkMode(params);
  return memberships(params)
    .filter(({ name }) => name !== mode)
    .map(({ name, aliases, ip }) => [
      ...repeated('--alias', aliases),
      ...(ip === null ? [] : ['--ip', ip]),
      name,
      container,
    ]);
}

export const networkAspect: Aspect = {
  words(params) {
    const mode = networkMode(params);
    const main = memberships(params).find(({ name }) => name === mode);
    const hosts = Object.entries(params.extra_hosts ?? {}).map(([name, address]) => `${name}:${address}`);
    return [
      ...(mode === 'bridge' ? [] : ['--network', mode]),
      ...repeated('--network-alias', main?.aliases),
      ...(main?.ip ? ['--ip', main.ip] : []),
      ...(params.hostname === undefined ? [] : ['--hostname', params.hostname]),
      ...repeated('--add-host', hosts),
    ];
  },
  differs(params, seen) {
    return merged(
      modeChanges(params, seen),
      memberChanges(params, seen),
      hostnameChanges(params, seen),
      change(
        'extra_hosts',
        sorted(seen.container.HostConfig['ExtraHosts'] as readonly string[] | null),
        sorted(Object.entries(params.extra_hosts ?? {}).map(([name, address]) => `${name}:${address}`)),
      ),
    );
  },
};

function modeChanges(params: RunParams, { container, owner }: Seen): Changes {
  const shown = container.HostConfig.NetworkMode;
  const from = shown === 'default' ? 'bridge' : shown;
  const to = networkMode(params);
  if (!to.startsWith('container:')) return change('network', withShortId(from), to);
  if (owner && from === `container:${owner.Id}`) return {};
  const now = owner ? `container:${shortId(owner.Id)}` : to;
  return change('network', from.startsWith('container:') ? `${withShortId(from)} (gone)` : from, now);
}

function withShortId(mode: string): string {
  return mode.startsWith('container:') ? `container:${shortId(mode.slice('container:'.length))}` : mode;
}

/** Networks joined or left, other aliases or addresses, and a network that was made anew under the same name. */
function memberChanges(params: RunParams, seen: Seen): Changes {
  const { container, networkIds } = seen;
  const from = Object.entries(container.NetworkSettings.Networks ?? {}).filter(
    ([name]) => !BUILT_IN.has(name),
  );
  const to = memberships(params);
  const mode = networkMode(params);
  const names = [...new Set([...from.map(([name]) => name), ...to.map(({ name }) => name)])].sort();
  return merged(
    ...names.map((name) => {
      const endpoint = from.find(([other]) => other === name)?.[1];
      const member = to.find((other) => other.name === name);
      if (!endpoint || !member) {
        const isMain = name === mode || name === container.HostConfig.NetworkMode;
        return isMain ? {} : change(`networks.${name}`, endpoint ? 'member' : null, member ? 'member' : null);
      }
      const id = networkIds.get(name);
      const stale = id !== undefined && !!endpoint.NetworkID && endpoint.NetworkID !== id;
      return merged(
        stale ? change(`networks.${name}`, `${shortId(endpoint.NetworkID!)} (gone)`, shortId(id)) : {},
        change(`networks.${name}.aliases`, ownAliases(endpoint, params, seen), sorted(member.aliases)),
        change(`networks.${name}.ip`, endpoint.IPAMConfig?.IPv4Address || null, member.ip),
      );
    }),
  );
}

/** Without those that the engine adds by itself: the short id and the host name. */
function ownAliases(endpoint: Endpoint, params: RunParams, { container }: Seen): string[] {
  const declared = new Set(memberships(params).flatMap(({ aliases }) => aliases));
  const added = new Set([shortId(container.Id), container.Config.Hostname]);
  return sorted(
    [...new Set(endpoint.Aliases ?? [])].filter((alias) => declared.has(alias) || !added.has(alias)),
  );
}

/** Where it isn't declared, a container's host name is its short id; with a borrowed network it is the lender's. */
function hostnameChanges(params: RunParams, { container }: Seen): Changes {
  const mode = networkMode(params);
  if (mode === 'host' || mode.startsWith('container:')) {
    return params.hostname === undefined
      ? {}
      : change('hostname', container.Config.Hostname, params.hostname);
  }
  const shown = container.Config.Hostname;
  return change('hostname', shown === shortId(container.Id) ? null : shown, params.hostname);
}
