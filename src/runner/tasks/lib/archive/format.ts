import { type Script, sh } from '../../../contract/script.ts';

/** A kind of archive, told by the end of its name. */
export interface Format {
  readonly ends: readonly string[];
  /** What the host needs beside the usual. */
  readonly tools: readonly string[];
  /** Unpacks the archive `"$a"` into the current directory. Owners are those who unpack. */
  readonly unpack: Script;
}

const tar = (ends: readonly string[], tool: string): Format => ({
  ends,
  tools: ['tar', tool],
  unpack: untar(sh`${tool} -dc <"$a"`),
});

const FORMATS: readonly Format[] = [
  tar(['.tar.gz', '.tgz'], 'gzip'),
  tar(['.tar.bz2', '.tbz2', '.tbz'], 'bzip2'),
  tar(['.tar.xz', '.txz'], 'xz'),
  tar(['.tar.zst', '.tzst'], 'zstd'),
  { ends: ['.tar'], tools: ['tar'], unpack: untar(sh`cat <"$a"`) },
  { ends: ['.zip'], tools: ['unzip'], unpack: sh`unzip -qo "$a" </dev/null >/dev/null || exit 1` },
];

export const ENDS = FORMATS.flatMap(({ ends }) => ends);

export function formatOf(name: string): Format | null {
  return FORMATS.find(({ ends }) => ends.some((end) => name.endsWith(end))) ?? null;
}

/** A pipe hides how its first command ended: where that failed, it leaves a file. */
function untar(unpacked: Script): Script {
  return sh`{ ${unpacked} || : >"$t/broken"; } | tar -xof - || exit 1
[ -e "$t/broken" ] && { echo 'the archive is broken' >&2; exit 1; }`;
}
