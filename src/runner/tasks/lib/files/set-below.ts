import { lines, type Script, sh } from '../../../contract/script.ts';
import { chownWord, type Declared, finalBits } from './attributes.ts';
import type { Entry } from './manifest.ts';
import { chmodWord } from './mode.ts';

/**
 * Gives everything below the directory `"$b"` its owner and mode. Modes are set in one walk that names, per kind and
 * mode as they were seen, the mode to come: the script stays short however many files there are, and never follows
 * a link that appeared meanwhile.
 */
export function setBelow(declared: Declared, below: readonly Entry[], umask: number): Script {
  const chown = chownWord(declared.owner, declared.group);
  const clauses = modeClauses(declared, below, umask, chown !== null);
  return lines(
    chown !== null && sh`chown -hR ${chown} "$b" || exit 1`,
    clauses && sh`find "$b" -mindepth 1 ${clauses} || exit 1`,
  );
}

function modeClauses(
  declared: Declared,
  below: readonly Entry[],
  umask: number,
  chowned: boolean,
): Script | null {
  const clauses = new Map<string, Script>();
  for (const { kind, attributes } of below) {
    if (kind !== 'file' && kind !== 'directory') continue;
    const directory = kind === 'directory';
    const type = directory ? 'd' : 'f';
    for (const seen of seenAs(attributes.bits, chowned)) {
      const bits = finalBits(declared, { directory, now: { ...attributes, bits: seen }, umask });
      const clause = sh`-type ${type} -perm ${chmodWord(seen)} -exec chmod ${chmodWord(bits)} {} +`;
      if (seen !== bits) clauses.set(`${type}${seen}`, clause);
    }
  }
  const all = [...clauses.values()];
  return all.length === 0 ? null : all.reduce((before, clause) => sh`${before} -o ${clause}`);
}

/** A change of owner may have cleared the set-ID bits: these are not given back, lest another file got them. */
function seenAs(bits: number, chowned: boolean): number[] {
  const cleared = [bits & 0o1777, bits & 0o3777];
  return chowned ? [...new Set([bits, ...cleared])] : [bits];
}
