import { lines, type Script, sh } from '../../../contract/script.ts';
import { chooseHasher } from './hasher.ts';
import { tidy } from './paths.ts';
import { askLogin } from './permission.ts';

/** Told apart by `:`; names hold none. The last one changes with every change to the file. */
export const STAT_FORMAT = '%f:%u:%g:%s:%h:%i:%U:%G:%z';

/** Contents up to this many bytes travel for the diff, and within scripts. */
export const SMALL = 65536;

export interface PathQuestion {
  /** Absolute, or `~/…`: below the home of the user who is asked. */
  readonly path: string;
  /** Look at what a symbolic link leads to. */
  readonly follow: boolean;
  /** If `path` is a directory, the question is about this name in it. */
  readonly into?: string | undefined;
  readonly owner?: string | undefined;
  readonly group?: string | undefined;
  /** It may be changed: what the login may do to it is asked, too. */
  readonly writes?: true;
  readonly content?: WantedContent | undefined;
}

export interface WantedContent {
  /** Bytes. */
  readonly size: number;
  /** Of a small content only: where it differs, the host sends its own. */
  readonly sha256?: string | undefined;
  /** Up to this many bytes are sent; `SMALL` unless given. */
  readonly limit?: number | undefined;
}

/**
 * Asks all about one path, with builtins where there are any. The answer is a row of records, each a letter and a
 * value, ended by NUL (`readPath` knows them); a content comes last and is not ended.
 */
export function probePath(asked: PathQuestion): Script {
  const { follow } = asked;
  return lines(
    asked.path.startsWith('~/')
      ? sh`p=\${HOME%/}/${tidy(asked.path.slice(1)).slice(1)}; printf 'H%s\0' "$p"`
      : sh`p=${tidy(asked.path)}`,
    asked.into === undefined ? null : sh`[ -d "$p" ] && p=$p/${asked.into} && printf 'i%s\0' ${asked.into}`,
    sh`d=\${p%/*} b=./\${p##*/} s=
printf m; umask; printf '\0'
if cd -P -- "\${d:-/}" 2>/dev/null; then
printf 'p%s\0' "$PWD"
[ -w . ] || printf 'w%s\0' "$(stat -c '%U 0%a' .)$([ "$(id -u)" != 0 ] || echo ', read-only')"
[ -L "$b" ] && { printf 'l%s\0' "$(readlink "$b"; echo .)"; [ ! -d "$b" ] || printf 'D\0'; }`,
    follow
      ? lookThrough()
      : sh`if [ -e "$b" ] || [ -L "$b" ]; then s=$(stat -c ${STAT_FORMAT} "$b") || ${isGone()} || exit 1; fi`,
    sh`[ -n "$s" ] && printf 's%s\0' "$s"
else
a=\${d:-/}; until [ -e "$a" ] || [ -L "$a" ]; do a=\${a%/*}; a=\${a:-/}; done
k=x q=$a; if [ ! -d "$a" ]; then k=f q=$(cd -P -- "\${a%/*}/" && pwd -P)/\${a##*/}
elif [ -x "$a" ]; then k=d q=$(cd -P -- "$a" && pwd -P); fi
printf '%s%s\0q%s\0' "$k" "$a" "$q"
[ $k = f ] && [ -L "$a" ] && printf 'e\0'
fi`,
    ...unknownNames(asked),
    askLogin(asked),
    asked.content && askContent(asked.content, follow),
    sh`:`,
  );
}

function lookThrough(): Script {
  return sh`if [ -e "$b" ]; then s=$(stat -L -c ${STAT_FORMAT} "$b") || ${isGone()} || exit 1
[ -L "$b" ] && printf 'r%s\0' "$(readlink -f "$b"; echo .)"
elif [ -L "$b" ]; then s=$(stat -c ${STAT_FORMAT} "$b") || ${isGone()} || exit 1; fi`;
}

/** Of what is there, a host without `stat` says nothing: that is not to be taken for absence. */
function isGone(): Script {
  return sh`! { [ -e "$b" ] || [ -L "$b" ]; }`;
}

/** Says which of the wanted owners the host does not know. A name that is the file's already needs no look-up. */
export function unknownNames(asked: Pick<PathQuestion, 'owner' | 'group'>): Script[] {
  const asking: Script[] = [];
  if (isName(asked.owner)) {
    const known = sh`id -u ${asked.owner} >/dev/null 2>&1`;
    asking.push(sh`case $s in *:${asked.owner}:*) ;; *) ${known} || printf 'U\0';; esac`);
  }
  if (isName(asked.group)) {
    const known = groupKnown(asked.group);
    asking.push(sh`case $s in *:${asked.group}:*) ;; *) ${known} || printf 'G\0';; esac`);
  }
  return asking;
}

/** busybox has no getent. */
function groupKnown(group: string): Script {
  return sh`( getent group ${group} && exit 0; while IFS=: read -r g _; do [ "$g" = ${group} ] && exit 0; done </etc/group; exit 1 ) >/dev/null 2>&1`;
}

function askContent({ size, sha256, limit = SMALL }: WantedContent, follow: boolean): Script {
  const regular = follow ? sh`[ -f "$b" ]` : sh`[ -f "$b" ] && ! [ -L "$b" ]`;
  const send =
    sha256 !== undefined && sh`[ "$h" = ${sha256} ] || [ "$z" -gt ${limit} ] || { printf c; cat "$b"; }`;
  return lines(
    sh`if [ -n "$s" ] && ${regular}; then
if [ -r "$b" ]; then
z=\${s#*:*:*:} z=\${z%%:*} h=
if [ "$z" = ${size} ]; then ${chooseHasher(size)}; h=$($H <"$b") || exit 1; h=\${h%% *}; printf 'h%s\0' "$h"; fi`,
    send,
    sh`else printf 'n\0'; fi; fi`,
  );
}

function isName(name: string | undefined): name is string {
  return name !== undefined && !/^\d+$/.test(name);
}
