import { isAbsolute, join } from 'node:path';
import type { ConnectionValues } from './connection-values.ts';

/** How files that a connection needs are found on this machine. */
export interface FileFlags {
  /** Relative paths in the inventory start here: the directory of the first inventory. */
  readonly inventoryDir: string;
  /** What `~` stands for. */
  readonly home: string;
  /** What lies at an absolute path; without it nobody looks, and what is missing shows when connecting. */
  readonly kindAt?: (path: string) => 'file' | 'directory' | 'other' | undefined;
}

/** A path that somebody wrote, and the variable or option it stands in. */
export interface NamedFile {
  readonly path: string;
  readonly from: string;
}

const WHAT = {
  privateKeyFile: { name: 'private key', hint: undefined },
  knownHostsFile: {
    name: 'known_hosts file',
    hint: 'an empty one will do (touch it): a host that it does not hold is refused, with its fingerprint',
  },
  sshConfigFile: { name: 'ssh configuration', hint: 'none stands for no configuration' },
} as const;

/** The path as the connection takes it; noted among what is wrong if there is no such file. */
export function namedFile(
  what: keyof typeof WHAT,
  named: NamedFile | undefined,
  values: ConnectionValues,
  flags: FileFlags,
): string | undefined {
  if (named === undefined) return undefined;
  const { path: written, from } = named;
  const path = absolute(written, flags);
  // `none` is ssh's word for no file, and what holds % or $ is filled in by ssh.
  if (!flags.kindAt || path === 'none' || /[%$]/.test(path)) return path;
  const kind = flags.kindAt(path);
  if (kind === 'file' || kind === 'other') return path;
  const { name, hint } = WHAT[what];
  const wrong = kind === 'directory' ? 'a directory' : 'not there';
  const where = path === written ? '' : `looked for ${path}`;
  values.refuse(
    from,
    `the ${name} ${written}, which ${from} names, is ${wrong}`,
    [where, hint].filter(Boolean).join('; ') || undefined,
  );
  return path;
}

/** `~/x` from the home directory, other relative paths from the inventory's. */
function absolute(path: string, { home, inventoryDir }: FileFlags): string {
  if (path === 'none') return path;
  if (path === '~' || path.startsWith('~/')) return join(home, path.slice(1));
  return isAbsolute(path) ? path : join(inventoryDir, path);
}
