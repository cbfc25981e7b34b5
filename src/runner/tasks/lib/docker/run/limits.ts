import { change, changesOfMap } from '../changes.ts';
import type { Device } from '../inspect.ts';
import { shortId } from '../reference.ts';
import { type Aspect, repeated, sorted } from './aspect.ts';
import type { RunParams } from './properties.ts';

/** `nofile=1024` → `1024:1024`, by name. */
function ulimits(params: RunParams): Record<string, string> {
  return Object.fromEntries(
    (params.ulimits ?? []).map((given) => {
      const [name = '', soft = '', hard = soft] = given.split(/[=:]/);
      return [name, `${soft}:${hard}`];
    }),
  );
}

/** The engine may add limits of its own, so only declared ones are compared. */
export const ulimitsAspect: Aspect = {
  words: (params) =>
    repeated(
      '--ulimit',
      Object.entries(ulimits(params)).map(([name, value]) => `${name}=${value}`),
    ),
  differs(params, { container }) {
    const from = (container.HostConfig.Ulimits ?? []).map(
      ({ Name, Soft, Hard }) => [Name, `${Soft}:${Hard}`] as const,
    );
    return changesOfMap('ulimits', Object.fromEntries(from), ulimits(params), 'declared');
  },
  unseen: (params) => (params.ulimits ? { ulimits: ulimits(params) } : {}),
};

export const devicesAspect: Aspect = {
  words: (params) => repeated('--device', params.devices),
  differs: (params, { container }) =>
    change(
      'devices',
      sorted((container.HostConfig.Devices ?? []).map(shownDevice)),
      sorted((params.devices ?? []).map(wantedDevice)),
    ),
};

function shownDevice(device: Device): string {
  return [device.PathOnHost, device.PathInContainer, device.CgroupPermissions].join(':');
}

function wantedDevice(given: string): string {
  const [host = '', second, third] = given.split(':');
  const onlyRights = second !== undefined && third === undefined && /^[rwm]+$/.test(second);
  const inside = second === undefined || onlyRights ? host : second;
  return [host, inside, (onlyRights ? second : third) ?? 'rwm'].join(':');
}

/** The engine adds label=disable where the host's processes are shared. */
export const securityAspect: Aspect = {
  words: (params) => repeated('--security-opt', params.security_opt),
  differs(params, { container }) {
    const declared = (params.security_opt ?? []).map(canonical);
    const shown = ((container.HostConfig['SecurityOpt'] as readonly string[] | null) ?? []).map(canonical);
    return change(
      'security_opt',
      sorted(shown.filter((word) => word !== 'label=disable' || declared.includes(word))),
      sorted(declared),
    );
  },
};

function canonical(option: string): string {
  const text = option.replace(/^(\w[\w-]*):/, '$1=');
  return text === 'no-new-privileges=true' ? 'no-new-privileges' : text;
}

export const sysctlsAspect: Aspect = {
  words: (params) =>
    repeated(
      '--sysctl',
      Object.entries(params.sysctls ?? {}).map(([key, value]) => `${key}=${value}`),
    ),
  differs: (params, { container }) =>
    changesOfMap(
      'sysctls',
      (container.HostConfig['Sysctls'] as Record<string, string> | null) ?? {},
      texts(params.sysctls),
    ),
};

/** Only declared options are compared: the engine adds those of its own configuration. */
export const logAspect: Aspect = {
  words: (params) => [
    ...(params.log_driver === undefined ? [] : ['--log-driver', params.log_driver]),
    ...repeated(
      '--log-opt',
      Object.entries(params.log_options ?? {}).map(([key, value]) => `${key}=${value}`),
    ),
  ],
  differs: (params, { container }) => ({
    ...(params.log_driver === undefined
      ? {}
      : change('log_driver', container.HostConfig.LogConfig.Type, params.log_driver)),
    ...changesOfMap(
      'log_options',
      container.HostConfig.LogConfig.Config ?? {},
      texts(params.log_options),
      'declared',
    ),
  }),
  unseen: (params) => ({
    ...(params.log_driver === undefined ? {} : { log_driver: params.log_driver }),
    ...(params.log_options === undefined ? {} : { log_options: texts(params.log_options) }),
  }),
};

function texts(map: Readonly<Record<string, string | number | boolean>> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(map ?? {}).map(([key, value]) => [key, String(value)]));
}

/** `on-failure:3`. Not compared under supervisord, which does the restarting. */
export const restartAspect: Aspect = {
  words: (params) => (params.restart === undefined ? [] : ['--restart', params.restart]),
  differs(params, { container }) {
    const { Name, MaximumRetryCount } = container.HostConfig.RestartPolicy;
    const from = MaximumRetryCount > 0 ? `${Name}:${MaximumRetryCount}` : Name || 'no';
    return change('restart', from, (params.restart ?? 'no').replace(/:0$/, ''));
  },
};

/** A namespace of another container (`container:X`) is stored as that container's id. */
function sharedNamespace(param: 'pid' | 'ipc', field: string): Pick<Aspect, 'words' | 'differs'> {
  return {
    words: (params) => (params[param] === undefined ? [] : [`--${param}`, params[param]]),
    differs(params, { container, others }) {
      const from = String(container.HostConfig[field] ?? '');
      const to = params[param];
      const lender = others.find((other) => from === `container:${other.Id}`);
      if (lender && to === `container:${lender.Name.slice(1)}`) return {};
      const short = from.replace(/^container:(.{13,})$/, (_, id) => `container:${shortId(id)}`);
      return change(param, short || null, to);
    },
  };
}

export const pidAspect: Aspect = sharedNamespace('pid', 'PidMode');

/** What is meant where nothing is declared is the engine's to decide. */
export const ipcAspect: Aspect = {
  words: sharedNamespace('ipc', 'IpcMode').words,
  differs: (params, seen) =>
    params.ipc === undefined ? {} : sharedNamespace('ipc', 'IpcMode').differs(params, seen),
  unseen: (params) => (params.ipc === undefined ? {} : { ipc: params.ipc }),
};
