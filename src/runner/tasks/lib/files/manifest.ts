import { type Script, sh } from '../../../contract/script.ts';
import type { Attributes, Kind } from './facts.ts';
import { STAT_FORMAT } from './path-probe.ts';
import { kindOf, readStat } from './path-read.ts';

/** One thing below a directory, as the host sees it. */
export interface Entry {
  /** Relative to the directory, with `/`. */
  readonly path: string;
  /** The name's bytes, one character each: what is no UTF-8 is kept. */
  readonly raw: string;
  readonly kind: Kind;
  readonly attributes: Attributes;
}

/** Names of our own, which are never part of what a user sees. */
export const OWN_NAMES = './.mama-play-*';

/**
 * Lists what `find` finds from the current directory on: a mark nobody could have put into a file name, then for
 * each thing the mark, a line of `STAT_FORMAT`, `/` and its name.
 */
export function listAll(): Script {
  return listing(
    sh`find . -mindepth 1 -path ${OWN_NAMES} -prune -o -exec stat -c "$m"${FORMAT} {} + || exit 1`,
  );
}

/** The same for these paths only, given as `./…`; what is not there is left out. */
export function listOnly(paths: readonly string[]): Script {
  return listing(sh`printf '%s\0' ${paths} | xargs -0 stat -c "$m"${FORMAT} 2>/dev/null`);
}

const FORMAT = `${STAT_FORMAT}/%n`;

function listing(command: Script): Script {
  return sh`m=$(od -An -N12 -tx1 /dev/urandom)
printf '%s\0' "$m"
${command}
printf '%s\0' "$m"`;
}

export interface Listing {
  readonly entries: readonly Entry[];
  /** Where the listing ends in the output. */
  readonly end: number;
}

/** Reads a listing that begins at `from`; null where there is none. */
export function readListing(out: Uint8Array, from: number): Listing | null {
  const buffer = Buffer.from(out.buffer, out.byteOffset, out.byteLength);
  const first = buffer.indexOf(0, from);
  if (first < 0) return null;
  const mark = buffer.toString('latin1', from, first);
  const last = buffer.indexOf(`${mark}\0`, first + 1, 'latin1');
  if (mark.length < 24 || last < 0) return null;
  const body = buffer.toString('latin1', first + 1, last);
  const lines = body === '' ? [] : body.split(mark).slice(1);
  return { entries: lines.map(readEntry), end: last + mark.length + 1 };
}

function readEntry(line: string): Entry {
  const slash = line.indexOf('/');
  const stat = line.slice(0, slash);
  const raw = line
    .slice(slash + 1)
    .replace(/\n$/, '')
    .replace(/^\.\//, '');
  const path = Buffer.from(raw, 'latin1').toString('utf8');
  return { path, raw, kind: kindOf(stat), attributes: readStat(stat) };
}
