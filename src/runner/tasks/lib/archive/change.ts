import { lines, type Script, sh } from '../../../contract/script.ts';
import { type Apply, MOVED } from '../../../contract/task-type.ts';
import { chownWord } from '../files/attributes.ts';
import { chmodWord } from '../files/mode.ts';
import { makeTemporary } from '../files/temporary.ts';
import type { Unarchived } from './desired.ts';
import type { ArchiveNow } from './look.ts';
import { makeRecord, recordName } from './record.ts';

const STAGING = './.mama-play-unarchive.';

/**
 * Unpacks into a directory of its own inside `dest`, gives all its owner and mode there, makes sure that nothing stands
 * in the way, and renames one thing after the other into its place. The record comes last.
 */
export function applyArchive(desired: Unarchived, now: ArchiveNow): Script | Apply {
  const { file, src, dest, format } = desired;
  const archive = now.archive ?? '';
  const script = lines(
    sh`cd -P -- ${dest} 2>/dev/null || exit ${MOVED}
R=$PWD; export R`,
    makeTemporary(STAGING, 'directory'),
    sh`t=$R/\${t#./}
trap 'cd / && rm -rf "$t"' EXIT
trap 'exit 143' HUP INT PIPE TERM
mkdir "$t/x" || exit 1`,
    file === null ? sh`a=${src}` : sh`a=$t/archive; cat >"$a" || exit 1`,
    sh`h=$(sha256sum <"$a") || exit 1`,
    file === null
      ? sh`[ "\${h%% *}" = ${archive} ] || exit ${MOVED}`
      : sh`[ "\${h%% *}" = ${archive} ] || { echo 'the archive came incomplete' >&2; exit 1; }`,
    sh`cd "$t/x" || exit 1`,
    format.unpack,
    sh`n=$(find . ! -type d ! -type f ! -type l; find . -name ${'*\n*'})
[ -z "$n" ] || { echo "the archive holds what is no file, directory or link, or a name with a line break: $n" >&2; exit 1; }
find . -type f -exec chmod u-s,g-s {} + || exit 1
[ -g "$R" ] || find . -mindepth 1 -type d -exec chmod u-s,g-s {} + || exit 1`,
    giveAttributes(desired),
    sh`( ${makeRecord(desired, archive)} ) >"$t/record" || exit 1`,
    nothingInTheWay(),
    moveAll(),
    sh`cd "$R" || exit 1
mv -f "$t/record" ${recordName(desired)} || exit 1`,
  );
  return file === null ? script : { script, stream: () => file.stream() };
}

/** Of directories: with the right to enter wherever there is the right to read. */
function giveAttributes({ declared: { owner, group, mode } }: Unarchived): Script {
  const chown = chownWord(owner, group);
  const octal = mode !== undefined && /^\d+$/.test(mode);
  return lines(
    chown !== null && sh`find . -mindepth 1 -exec chown -h ${chown} {} + || exit 1`,
    mode !== undefined && sh`find . -type f -exec chmod ${mode} {} + || exit 1`,
    mode !== undefined &&
      sh`find . -mindepth 1 -type d -exec chmod ${octal ? enterable(mode) : mode} {} + || exit 1`,
  );
}

function enterable(mode: string): string {
  const bits = Number.parseInt(mode, 8) & 0o777;
  return chmodWord(bits | ((bits & 0o444) >> 2));
}

/** A link in place of a directory is not followed, and no directory is replaced. */
function nothingInTheWay(): Script {
  const directories = sh`for e; do p=$R/\${e#./}; if [ -L "$p" ] || { [ -e "$p" ] && ! [ -d "$p" ]; }; then printf '%s\n' "$p"; fi; done`;
  const others = sh`for e; do p=$R/\${e#./}; [ -d "$p" ] && ! [ -L "$p" ] && printf '%s\n' "$p"; done; :`;
  return sh`n=$(find . -mindepth 1 -type d -exec sh -c ${directories.text} sh {} +)
[ -z "$n" ] || { echo "it is no directory, and the archive holds one of that name: $n" >&2; exit 1; }
n=$(find . ! -type d -exec sh -c ${others.text} sh {} +)
[ -z "$n" ] || { echo "it is a directory, and the archive holds none of that name: $n" >&2; exit 1; }`;
}

/** Directories that are new come with all that is in them; a file that is the same already stays. */
function moveAll(): Script {
  const directories = sh`for e; do p=$R/\${e#./}
[ -d "$e" ] && ! [ -e "$p" ] && { mv "$e" "$p" || exit 255; }
done; :`;
  const others = sh`for e; do p=$R/\${e#./}
if [ -f "$e" ] && ! [ -L "$e" ] && [ -f "$p" ] && ! [ -L "$p" ] && cmp -s "$e" "$p" &&
[ "$(stat -c %f:%u:%g "$e")" = "$(stat -c %f:%u:%g "$p")" ]; then continue; fi
mv -fT "$e" "$p" 2>/dev/null || { [ -L "$p" ] && rm -f "$p"; mv -f "$e" "$p" || exit 255; }
done; :`;
  // Listed first: what is moved must not be missed by the search.
  return sh`find . -mindepth 1 -type d >"$t/list" || exit 1
tr '\n' '\0' <"$t/list" | xargs -0 -r sh -c ${directories.text} sh || exit 1
find . ! -type d >"$t/list" || exit 1
tr '\n' '\0' <"$t/list" | xargs -0 -r sh -c ${others.text} sh || exit 1`;
}
