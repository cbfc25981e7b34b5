import { isObject, type Json, type JsonObject } from '../../../contract/json.ts';
import { lines, type Script, sh } from '../../../contract/script.ts';
import { sha256 } from '../files/content.ts';
import type { Unarchived } from './desired.ts';

/**
 * What was unpacked, kept beside it as sorted lines: a header, and of each thing its kind, mode, owner (if declared),
 * target and hash. So the host alone can tell whether all is still as the archive has it, and the archive travels
 * only when it is not.
 */
export function recordName({ name }: Unarchived): string {
  return `./.mama-play-archive-${sha256(Buffer.from(name)).slice(0, 12)}`;
}

const MARK = '!mama-play ';

export function header({ declared }: Unarchived, archive: string): string {
  return `${MARK}${JSON.stringify({ archive, ...declared })}`;
}

/** Null: there is none, or it is none of ours. */
export function readHeader(line: string): JsonObject | null {
  try {
    const value: Json = line.startsWith(MARK) ? (JSON.parse(line.slice(MARK.length)) as Json) : null;
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** Modes of directories are not looked at: one that was there before keeps its own. */
function statFormat({ declared }: Unarchived): string {
  const { owner, group } = declared;
  return `F %f ${owner === undefined ? '-' : '%u'}:${group === undefined ? '-' : '%g'} %n`;
}

const LINK = sh`for e; do [ -L "$e" ] && printf 'L %s\nT %s %s\n' "$e" "$(readlink "$e")" "$e"; done; :`;
const DIRECTORY = sh`for e; do [ -d "$e" ] && ! [ -L "$e" ] && printf 'D %s\n' "$e"; done; :`;

/** Prints the record of all that is below the current directory. No name holds a line break. */
export function makeRecord(desired: Unarchived, archive: string): Script {
  return sh`{
printf '%s\n' ${header(desired, archive)}
find . -mindepth 1 -type d -exec sh -c ${DIRECTORY.text} sh {} +
find . -type f -exec stat -c ${statFormat(desired)} {} +
find . -type f -exec sha256sum {} + | sed 's/^/H /'
find . -type l -exec sh -c ${LINK.text} sh {} +
} | LC_ALL=C sort`;
}

/** Prints the record's first line, then the lines that it and the host do not share, and `end` if all went well. */
export function compareRecord(desired: Unarchived): Script {
  const named = (pattern: string, command: Script) =>
    sh`sed -n ${`s/^${pattern} //p`} "$r" | tr '\n' '\0' | xargs -0 -r ${command} 2>/dev/null`;
  const files = 'F [^ ]* [^ ]*';
  return lines(
    sh`r=${recordName(desired)}
if [ -f "$r" ] && ! [ -L "$r" ]; then
sed -n 1p "$r"
{ cat "$r"
sed -n 1p "$r"`,
    named('D', sh`sh -c ${DIRECTORY.text} sh`),
    named(files, sh`stat -c ${statFormat(desired)}`),
    sh`${named(files, sh`sha256sum`)} | sed 's/^/H /'`,
    named('L', sh`sh -c ${LINK.text} sh`),
    sh`} | LC_ALL=C sort | LC_ALL=C uniq -u && echo end
else echo none; echo end; fi`,
  );
}

/** The name in a line of the record. A link's target stands before it; sha256sum marks a name in which it escaped. */
export function nameIn(line: string): string {
  const at = line.startsWith('T ') ? line.lastIndexOf(' ./') : line.indexOf(' ./');
  const name = line.slice(at + 1);
  return line.startsWith('H \\') ? name.replaceAll('\\\\', '\\') : name;
}
