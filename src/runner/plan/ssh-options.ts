import { isAbsolute, join } from 'node:path';
import type { SshOption } from './ssh-args.ts';

/** What the `ssh` connection takes over from ssh's own options. */
export interface SshSettings {
  readonly proxyJump?: string;
  readonly knownHostsFile?: string;
  readonly sshConfigFile?: string;
  readonly port?: string;
  readonly user?: string;
  readonly privateKeyFile?: string;
  readonly connectTimeout?: string;
  readonly serverAliveInterval?: string;
  readonly serverAliveCountMax?: string;
}

/** Why an option can't be had from the `ssh` connection. */
export interface Unsupported<O extends SshOption> {
  readonly option: O;
  readonly hint: string;
}

const SETTINGS: Readonly<Record<string, keyof SshSettings>> = {
  proxyjump: 'proxyJump',
  userknownhostsfile: 'knownHostsFile',
  configfile: 'sshConfigFile',
  port: 'port',
  user: 'user',
  identityfile: 'privateKeyFile',
  connecttimeout: 'connectTimeout',
  serveraliveinterval: 'serverAliveInterval',
  serveralivecountmax: 'serverAliveCountMax',
};

const PATHS = new Set(['userknownhostsfile', 'configfile', 'identityfile']);

/** Makes no difference to a connection that is kept open, never asks, and always verifies host keys. */
const HARMLESS =
  /^(-[qvCTnxa]|(controlmaster|controlpersist|controlpath|tcpkeepalive|compression|loglevel|preferredauthentications|passwordauthentication|kbdinteractiveauthentication)=.*|batchmode=yes|stricthostkeychecking=(yes|ask)|(forwardagent|forwardx11|gssapiauthentication)=no)$/i;

const OPENSSH = "set ansible_connection: openssh, which hands every option to the system's ssh";

/** The settings among the options (the first of a kind counts, as in ssh), and what only `openssh` could do. */
export function sshSettings<O extends SshOption>(
  options: readonly O[],
): { settings: SshSettings; unsupported: Unsupported<O>[] } {
  const settings: { -readonly [K in keyof SshSettings]: SshSettings[K] } = {};
  const unsupported: Unsupported<O>[] = [];
  for (const option of options) {
    const { key, value } = option;
    const setting = SETTINGS[key];
    const several = setting === 'knownHostsFile' && /\s/.test(value);
    if (setting && !several) settings[setting] ??= value;
    else if (!HARMLESS.test(key.startsWith('-') ? key : `${key}=${value}`)) {
      unsupported.push({ option, hint: hintFor(key) });
    }
  }
  if (settings.proxyJump?.toLowerCase() === 'none') delete settings.proxyJump;
  return { settings, unsupported };
}

function hintFor(key: string): string {
  if (key === 'proxycommand') return `write -J user@jumphost instead, or ${OPENSSH}`;
  if (key === 'stricthostkeychecking') {
    return 'host keys are always verified: put the key into a known_hosts file, and name that in mama_known_hosts';
  }
  if (key === 'userknownhostsfile') return `name one file, or ${OPENSSH}`;
  return OPENSSH;
}

/** The words for the system's ssh, with relative paths made absolute: they are relative to the inventory. */
export function sshWords(options: readonly SshOption[], base: string): string[] {
  return options.flatMap(({ key, value, words }) => {
    const [flag, ...rest] = words;
    if (!PATHS.has(key) || /\s/.test(value) || /^(~|%|none$)/.test(value) || isAbsolute(value)) return words;
    const path = join(base, value);
    return flag === '-o' ? ['-o', `${/\w+/.exec(rest[0]!)![0]}=${path}`] : [flag!, path];
  });
}
