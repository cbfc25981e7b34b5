import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

export function homeOf(env: Environment): string {
  return env['HOME'] || userInfo().homedir;
}

/**
 * The system's ssh client looks into the home directory of the password file. Where ours is another one (null: it is
 * not), its configuration must be named; and then the system-wide one is not read.
 */
export function namedConfig(env: Environment): string | null {
  const home = homeOf(env);
  if (home === userInfo().homedir) return null;
  const file = join(home, '.ssh/config');
  return existsSync(file) ? file : 'none';
}
