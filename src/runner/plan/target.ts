import type { Diagnostic } from '../contract/diagnostic.ts';
import type { Target } from '../contract/exchange.ts';
import { CONNECTION_VARIABLES } from '../language/connection-variables.ts';
import { type ConnectionScope, ConnectionValues } from './connection-values.ts';
import { parseSshArgs, type SshOption } from './ssh-args.ts';
import { type FileFlags, namedFile } from './ssh-files.ts';
import { type SshSettings, sshSettings, sshWords } from './ssh-options.ts';

/**
 * What the command line says about connections. A host's variables count above it, as with Ansible ("Controlling how
 * Ansible behaves: precedence rules"); `-e ansible_user=…` counts above both.
 */
export interface ConnectionFlags extends FileFlags {
  /** `-u`. */
  readonly user?: string | undefined;
  /** `--private-key`, an absolute path. */
  readonly privateKeyFile?: string | undefined;
  /** `-c`. */
  readonly connection?: string | undefined;
  /** `--timeout`, seconds. */
  readonly timeout?: number | undefined;
  /** `-k`. */
  readonly password?: string | undefined;
  readonly passphrase?: string | undefined;
  /** `-b`. */
  readonly become?: boolean | undefined;
  readonly becomeUser?: string | undefined;
  /** `-K`. */
  readonly becomePassword?: string | undefined;
  /** `--ssh-common-args`, before those of the inventory. */
  readonly sshArgs?: string | undefined;
}

export type Resolved<T> = T | { readonly diagnostics: readonly Diagnostic[] };

const VARIABLES = CONNECTION_VARIABLES;
const DEFAULT_TIMEOUT = 10;

const FILES = {
  privateKeyFile: VARIABLES.privateKeyFile,
  knownHostsFile: VARIABLES.knownHosts,
  sshConfigFile: VARIABLES.sshConfig,
} as const;

/** Everything needed to reach a host, from its variables and the command line, or what is wrong with them. */
export function resolveTarget(
  host: string,
  scope: ConnectionScope,
  flags: ConnectionFlags,
): Resolved<{ readonly target: Target }> {
  const values = new ConnectionValues(scope);
  const via = connectionOf(values, flags);
  const target = via === 'local' ? localTarget(host, values, flags) : sshTarget(host, via, values, flags);
  return values.diagnostics.length > 0 ? { diagnostics: values.diagnostics } : { target };
}

/** What `become` means on a host where a task leaves it open. */
export interface BecomeDefaults {
  readonly active: boolean;
  readonly user: string;
  readonly method: 'sudo';
  readonly password?: string;
}

export function becomeDefaults(
  scope: ConnectionScope,
  flags: ConnectionFlags,
): Resolved<{ readonly become: BecomeDefaults }> {
  const values = new ConnectionValues(scope);
  values.oneOf(VARIABLES.becomeMethod, ['sudo']);
  const become = present<BecomeDefaults>({
    active: values.boolean(VARIABLES.become) ?? flags.become ?? false,
    user: values.name(VARIABLES.becomeUser) ?? flags.becomeUser ?? 'root',
    method: 'sudo',
    password: values.text(VARIABLES.becomePassword, true) ?? flags.becomePassword,
  });
  return values.diagnostics.length > 0 ? { diagnostics: values.diagnostics } : { become };
}

function connectionOf(values: ConnectionValues, flags: ConnectionFlags): Target['via'] {
  const ours = ['ssh', 'openssh', 'local'];
  const known = [...ours, 'smart', 'paramiko', 'paramiko_ssh'];
  const [name] = VARIABLES.connection;
  const given = values.oneOf(VARIABLES.connection, known, ours) ?? flags.connection ?? 'ssh';
  if (given === 'local' || given === 'openssh') return given;
  if (given.startsWith('paramiko')) {
    values.refuse(name, 'there is no paramiko connection', 'ssh does the same; remove it, or write ssh');
  } else if (given !== 'ssh' && given !== 'smart') {
    values.refuse(
      name,
      `--connection can't be ${JSON.stringify(given)}`,
      'it can be ssh or openssh or local',
    );
  }
  return 'ssh';
}

function localTarget(host: string, values: ConnectionValues, flags: ConnectionFlags): Target {
  return present<Target>({
    name: host,
    via: 'local',
    address: 'localhost',
    becomePassword: values.text(VARIABLES.becomePassword, true) ?? flags.becomePassword,
    connectTimeout: timeoutOf(values, flags, {}),
  });
}

function sshTarget(
  host: string,
  via: 'ssh' | 'openssh',
  values: ConnectionValues,
  flags: ConnectionFlags,
): Target {
  const options = optionsOf(values, flags);
  const settings = via === 'ssh' ? settingsOf(options, values) : {};
  const file = (what: keyof typeof FILES, otherwise?: string) => {
    const from = options.find(({ value }) => value === settings[what])?.from;
    const named = values.named(FILES[what]) ?? (from ? { path: settings[what]!, from } : undefined);
    const flag = otherwise === undefined ? undefined : { path: otherwise, from: '--private-key' };
    return namedFile(what, named ?? flag, values, flags);
  };
  // The system's client takes its own words for these too, and hears ours first.
  const alive = via === 'ssh' ? settings : sshSettings(options).settings;
  const words = via === 'openssh' ? sshWords(options, flags.inventoryDir) : [];
  return present<Target>({
    name: host,
    via,
    address: addressOf(values) ?? host,
    port: values.whole(VARIABLES.port, 1, 65535) ?? portOf(settings, values),
    user: values.name(VARIABLES.user) ?? settings.user ?? flags.user,
    privateKeyFile: file('privateKeyFile', flags.privateKeyFile),
    passphrase: values.text(VARIABLES.passphrase, true) ?? flags.passphrase,
    password: values.text(VARIABLES.password, true) ?? flags.password,
    becomePassword: values.text(VARIABLES.becomePassword, true) ?? flags.becomePassword,
    proxyJump: settings.proxyJump,
    knownHostsFile: file('knownHostsFile'),
    sshConfigFile: file('sshConfigFile'),
    sshArgs: words.length > 0 ? words : undefined,
    keepalive: keepaliveOf(alive, values),
    connectTimeout: timeoutOf(values, flags, settings),
  });
}

/** Brackets around an IPv6 address and a port behind it belong to other notations. */
function addressOf(values: ConnectionValues): string | undefined {
  const address = values.name(VARIABLES.address);
  const [, inside, beside, port] = /^(?:\[(.*)\]|([^:]+))(?::(\d+))?$/.exec(address ?? '') ?? [];
  if (inside === undefined && port === undefined) return address;
  const words = `ansible_host: ${JSON.stringify(inside ?? beside)}`;
  return values.refuse(
    VARIABLES.address[0],
    `ansible_host is an address or a name, without brackets and port, not "${address}"`,
    `write ${words}${port === undefined ? '' : `, ansible_port: ${port}`}`,
  );
}

function timeoutOf(values: ConnectionValues, flags: ConnectionFlags, settings: SshSettings): number {
  const written = values.whole(VARIABLES.timeout, 1, 86_400);
  const option = settings.connectTimeout;
  const fromArgs = option !== undefined && /^[1-9]\d{0,4}$/.test(option) ? Number(option) : undefined;
  return written ?? fromArgs ?? flags.timeout ?? DEFAULT_TIMEOUT;
}

/** ServerAliveInterval and ServerAliveCountMax, as in ssh_config(5). */
function keepaliveOf(settings: SshSettings, values: ConnectionValues): Target['keepalive'] {
  const { serverAliveInterval: interval, serverAliveCountMax: count = '3' } = settings;
  if (interval === undefined) return undefined;
  if (/^\d{1,5}$/.test(interval) && /^[1-9]\d{0,3}$/.test(count))
    return { interval: Number(interval), count: Number(count) };
  const shown = `ServerAliveInterval=${interval} with ServerAliveCountMax=${count}`;
  return values.refuse(VARIABLES.sshArgs[1], `${shown} is no keepalive`, 'give seconds, and a count above 0');
}

function portOf(settings: SshSettings, values: ConnectionValues): number | undefined {
  if (settings.port === undefined) return undefined;
  const port = /^\d{1,5}$/.test(settings.port) ? Number(settings.port) : 0;
  if (port >= 1 && port <= 65535) return port;
  return values.refuse(VARIABLES.sshArgs[1], `"${settings.port}" in the ssh options is no port`);
}

/** An option, and the variable or flag that gave it. */
interface GivenOption extends SshOption {
  readonly from: string;
}

/** What `--ssh-common-args` and the three variables for ssh's options hold, in the order in which ssh gets it. */
function optionsOf(values: ConnectionValues, flags: ConnectionFlags): GivenOption[] {
  const texts: [string, string | undefined][] = [
    ['--ssh-common-args', flags.sshArgs],
    ...VARIABLES.sshArgs.map((name): [string, string | undefined] => [name, values.args(name)]),
  ];
  return texts.flatMap(([from, text]) => {
    const parsed = parseSshArgs(text ?? '');
    if (parsed.kind === 'options') return parsed.options.map((option) => ({ ...option, from }));
    values.refuse(
      from,
      `${from} ${parsed.message}`,
      'write it as on a command line, such as -o ProxyJump=bastion',
    );
    return [];
  });
}

function settingsOf(options: readonly GivenOption[], values: ConnectionValues): SshSettings {
  const { settings, unsupported } = sshSettings(options);
  for (const { option, hint } of unsupported) {
    values.refuse(option.from, `the ssh connection does not know ${option.shown} of ${option.from}`, hint);
  }
  return settings;
}

/** Without the keys whose value is undefined. */
function present<T extends object>(value: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T;
}
