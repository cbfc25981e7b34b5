import type { Delta } from '../../../contract/delta.ts';
import { lines, type Script, sh, withInput } from '../../../contract/script.ts';
import { type Apply, MOVED } from '../../../contract/task-type.ts';
import { chownWord, type Declared, finalBits } from './attributes.ts';
import { asText, type Content } from './content.ts';
import type { PathFacts } from './facts.ts';
import { chmodWord } from './mode.ts';
import { SMALL, STAT_FORMAT } from './path-probe.ts';
import { baseName, parentOf } from './paths.ts';
import { makeTemporary, temporaryPrefix } from './temporary.ts';
import { runValidate, type Words } from './validate.ts';

/** Up to this many bytes go with the script; more are streamed on a channel of their own. */
const INLINE = 1 << 20;

/** How a file takes its place. */
export interface Replacing {
  readonly declared: Declared;
  /** A command that must accept the new file before it takes its place. */
  readonly validate: Words | null;
  /** Keep what was there under another name, which is printed. */
  readonly backup: boolean;
}

export interface Writing extends Replacing {
  readonly content: Content;
}

/**
 * Writes a file whole: beside its place, under a dot name, 0600 from birth, then owner, mode and validation, then
 * one rename. Leaves with `MOVED` if the file is not what `facts` say any more.
 */
export function writeFile(delta: Delta, facts: PathFacts, writing: Writing): Script | Apply {
  const { content } = writing;
  const small = content.size <= SMALL ? asText(content.bytes()) : null;
  if (small !== null) return replaceFile(sh`printf %s ${small} >"$t" || exit 1`, delta, facts, writing);
  // A cut-off stdin ends like a complete one: only the size tells.
  const taken = lines(
    sh`cat >"$t" || exit 1
[ "$(stat -c %s "$t")" = ${content.size} ] || { echo 'the content came incomplete' >&2; exit 1; }`,
  );
  const script = replaceFile(taken, delta, facts, writing);
  if (content.size <= INLINE) return withInput(script, content.bytes());
  return { script, stream: () => content.stream() };
}

/** The same with a content that `fill` puts into `"$t"`. */
export function replaceFile(fill: Script, delta: Delta, facts: PathFacts, writing: Replacing): Script {
  return lines(
    intoDirectory(facts.real),
    makeTemporary(temporaryPrefix(facts.real), 'file'),
    endTemporary(),
    facts.kind === 'file' && keepFurther(),
    fill,
    giveAttributes(facts, writing.declared, delta),
    writing.validate && runValidate(writing.validate),
    mustBeUnmoved(facts),
    writing.backup && facts.kind === 'file' && keepBackup(),
    rename(sh`"$t"`, sh`"$b"`),
    sh`trap - EXIT`,
  );
}

/**
 * One rename, also in place of a link to a directory. busybox refuses `-T` there (and lacks it before 1.33): the link
 * is then removed first.
 */
export function rename(from: Script, to: Script): Script {
  return sh`mv -fT ${from} ${to} 2>/dev/null || {
if [ -L ${to} ]; then rm -f ${to}; elif [ -d ${to} ]; then exit ${MOVED}; fi
mv -f ${from} ${to} || exit 1; }`;
}

/** The rest of the script knows the file as `"$b"`, in the current directory. */
export function intoDirectory(path: string): Script {
  return sh`cd -P -- ${parentOf(path)} 2>/dev/null || exit ${MOVED}
b=${`./${baseName(path)}`}`;
}

function endTemporary(): Script {
  return sh`trap 'rm -f "$t"' EXIT
trap 'exit 143' HUP INT PIPE TERM`;
}

/**
 * ACLs, extended attributes and the SELinux context stay, as if the file were written in place, where the host's cp
 * can (GNU). It gives an ACL together with the mode, so without one the new file has no other mode than 0600 meanwhile.
 */
function keepFurther(): Script {
  return sh`case $(ls -ld "$b" 2>/dev/null) in ??????????+*) n= ;; *) n=mode, ;; esac
[ -f "$b" ] && ( umask 077; cp --attributes-only --preserve=all --no-preserve="\${n}ownership,timestamps,links" "$b" "$t" ) 2>/dev/null
chmod 600 "$t" || exit 1`;
}

/** A file in place of another keeps its owner, group and mode where none are declared. */
function giveAttributes(facts: PathFacts, declared: Declared, delta: Delta): Script {
  const now = facts.kind === 'file' ? facts.attributes : null;
  const owner = declared.owner ?? (now ? String(now.uid) : undefined);
  const group = declared.group ?? (now ? String(now.gid) : undefined);
  const chown = chownWord(owner, group);
  const bits = finalBits(declared, { directory: false, now, umask: facts.umask });
  const needed = now === null || 'owner' in delta || 'group' in delta;
  return lines(
    chown !== null && (needed ? sh`chown ${chown} "$t" || exit 1` : keepOwner(chown)),
    sh`chmod ${chmodWord(bits)} "$t" || exit 1`,
  );
}

/** Spares the call where the new file is already of the same owner and group. */
function keepOwner(chown: string): Script {
  return sh`[ "$(stat -c %u:%g "$t")" = ${chown} ] || chown ${chown} "$t" || exit 1`;
}

/** Leaves with `MOVED` unless the file is still the one that was looked at. */
export function mustBeUnmoved(facts: PathFacts): Script {
  if (facts.attributes === null) return sh`if [ -e "$b" ] || [ -L "$b" ]; then exit ${MOVED}; fi`;
  return sh`[ "$(stat -c ${STAT_FORMAT} "$b" 2>/dev/null)" = ${facts.attributes.stamp} ] || exit ${MOVED}`;
}

function keepBackup(): Script {
  return sh`k=$b.$$.$(date +%Y-%m-%d@%H:%M:%S)~
cp -p "$b" "$k" || exit 1
printf '%s/%s\0' "\${PWD%/}" "\${k#./}"`;
}
