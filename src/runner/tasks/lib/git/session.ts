import { lines, quote, type Script, sh } from '../../../contract/script.ts';
import type { Checkout } from './desired.ts';

export const NO_GIT = 90;
export const NO_COMMIT = 91;
export const NO_KEY = 92;
export const DISOWNED = 93;

/** Seconds for a repository to say what it has. */
export const PATIENCE = 60;

/** In the checkout's own git directory while its files are being changed. */
export const MARK = 'mama-play-unfinished';

/** git asks nobody, trusts no unknown host, and sees no other repository than the one it is told. */
export function session({ key_file: key }: Checkout): Script {
  const ssh = ['ssh', '-o', 'BatchMode=yes', '-o', 'ConnectTimeout=15'];
  const own = key === undefined ? [] : ['-o', 'IdentitiesOnly=yes', '-i', key];
  const command = [...ssh, ...own].map(quote).join(' ');
  return lines(
    sh`command -v git >/dev/null 2>&1 || exit ${NO_GIT}
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_ASKPASS SSH_ASKPASS
export GIT_TERMINAL_PROMPT=0 GIT_SSH_COMMAND=${command}`,
  );
}

/** Before the repository is spoken to. */
export function keyIsThere({ key_file: key }: Checkout): Script | null {
  return key === undefined ? null : sh`[ -r ${key} ] || exit ${NO_KEY}`;
}
