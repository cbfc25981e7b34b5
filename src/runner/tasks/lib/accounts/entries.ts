import { type Script, sh } from '../../../contract/script.ts';

/**
 * The shell function `entry passwd|group NAME-OR-NUMBER` prints the line of that database, or nothing. busybox has no
 * getent: there the file is read.
 */
export const LOOK_UP: Script = sh`entry() {
  if command -v getent >/dev/null 2>&1; then getent "$1" "$2"; return 0; fi
  while IFS=: read -r n p i rest; do
    case $2 in "$n" | "$i") printf '%s:%s:%s:%s\n' "$n" "$p" "$i" "$rest"; return 0 ;; esac
  done <"/etc/$1"
  return 0
}`;

/** A line of /etc/group (group(5)). */
export interface Group {
  readonly name: string;
  readonly gid: number;
}

/** A line of /etc/passwd (passwd(5)). */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly comment: string;
  readonly home: string;
  readonly shell: string;
}

export function readGroup(line: string | undefined): Group | null {
  const [name = '', , gid] = (line ?? '').split(':');
  return gid === undefined ? null : { name, gid: Number(gid) };
}

export function readAccount(line: string | undefined): Account | null {
  const [name = '', , uid, gid, comment = '', home = '', shell = ''] = (line ?? '').split(':');
  if (uid === undefined || gid === undefined) return null;
  return { name, uid: Number(uid), gid: Number(gid), comment, home, shell };
}
