import { lines, type Script, sh } from '../../../contract/script.ts';
import { type Apply, MOVED } from '../../../contract/task-type.ts';
import { chownWord, finalBits } from './attributes.ts';
import { sha256 } from './content.ts';
import type { PathFacts } from './facts.ts';
import { groupBy } from './group-by.ts';
import { chmodWord } from './mode.ts';
import { newDirectories } from './new-directories.ts';
import { nulList } from './nul-list.ts';
import { STAT_FORMAT } from './path-probe.ts';
import { makeTemporary } from './temporary.ts';
import { type TreeChange, treeChanges } from './tree-changes.ts';
import type { PlacedTree } from './tree-desired.ts';
import { dotted, type TreeNow } from './tree-probe.ts';
import { stage } from './tree-stage.ts';
import { END_MEMBER, tarOf } from './tree-tar.ts';

const STAGING = './.mama-play-tree.';

/**
 * Everything that differs goes out as one tar stream into a staging directory inside the root, gets its owner there,
 * and is then renamed into place, directory by directory; removals come last.
 */
export function applyTree(desired: PlacedTree, current: TreeNow): Script | Apply {
  const changes = treeChanges(current, desired);
  if ('refusal' in changes) throw new Error(changes.refusal);
  const staged = stage(changes, desired);
  const streams = staged.members.length > 0;
  const script = lines(
    enterRoot(desired, current.facts),
    sh`r=$PWD`,
    makeTemporary(STAGING, 'directory'),
    sh`trap 'cd / && rm -rf "$r/$t"' EXIT
trap 'exit 143' HUP INT PIPE TERM`,
    streams && unpack(),
    staged.links,
    staged.kept,
    staged.owners,
    mustBeUnmoved(changes),
    makeDirectories(changes, desired),
    staged.moves,
    setAttributes(changes, desired),
    remove(changes),
  );
  return streams ? { script, stream: () => tarOf(staged.members) } : script;
}

function enterRoot(desired: PlacedTree, facts: PathFacts): Script {
  if (facts.kind === 'directory') return sh`cd -P -- ${facts.path} 2>/dev/null || exit ${MOVED}`;
  const paths = newDirectories(facts);
  const [first = ''] = paths;
  return lines(
    sh`if [ -e ${first} ] || [ -L ${first} ]; then exit ${MOVED}; fi`,
    make(paths, desired, facts.umask),
    sh`cd -P -- ${facts.path} || exit 1`,
  );
}

/** Directories, closed to others until they have their owner and mode. */
function make(paths: readonly string[], desired: PlacedTree, umask: number): Script {
  const { owner, group } = desired.declared;
  const chown = chownWord(owner, group);
  const mode = desired.directoryMode;
  const bits = finalBits({ mode }, { directory: true, now: null, umask });
  return lines(
    mode === undefined ? sh`mkdir ${paths} || exit 1` : sh`( umask 077; mkdir ${paths} ) || exit 1`,
    chown !== null && sh`chown ${chown} ${paths} || exit 1`,
    mode !== undefined && sh`chmod ${chmodWord(bits)} ${paths} || exit 1`,
  );
}

function unpack(): Script {
  return sh`tar -xpom -f - -C "$t" || exit 1
cat >/dev/null
[ -e "$t"/${END_MEMBER} ] || { echo 'the files came incomplete' >&2; exit 1; }`;
}

/** Leaves with `MOVED` unless all that is replaced or removed is still what was looked at. */
function mustBeUnmoved(changes: readonly TreeChange[]): Script | null {
  if (changes.length === 0) return null;
  if (changes.every(({ now }) => !now)) {
    return sh`for e in ${changes.map(dotted)}; do if [ -e "$e" ] || [ -L "$e" ]; then exit ${MOVED}; fi; done`;
  }
  const seen = changes.flatMap(({ now }) => (now ? [`${now.attributes.stamp}\n`] : [])).join('');
  const hash = sha256(Buffer.from(seen, 'latin1'));
  return sh`h=$(${listed(changes)} | xargs -0 stat -c ${STAT_FORMAT} 2>/dev/null | sha256sum)
[ "\${h%% *}" = ${hash} ] || exit ${MOVED}`;
}

function listed(changes: readonly TreeChange[]): Script {
  return nulList(changes.map(({ path, now }) => `./${now?.raw ?? Buffer.from(path).toString('latin1')}`));
}

function makeDirectories(changes: readonly TreeChange[], desired: PlacedTree): Script | null {
  const made = changes.filter(({ act }) => act === 'make');
  if (made.length === 0) return null;
  const { owner, group } = desired.declared;
  const chown = chownWord(owner, group);
  const mode = desired.directoryMode;
  const list = listed(made);
  const umask = mode === undefined ? sh`` : sh`umask 077; `;
  return lines(
    sh`( ${umask}${list} | xargs -0 mkdir ) || exit 1`,
    chown !== null && sh`${list} | xargs -0 chown ${chown} || exit 1`,
    mode !== undefined && sh`${list} | xargs -0 chmod ${chmodWord(made[0]?.bits ?? 0)} || exit 1`,
  );
}

/** Of files whose content stays. */
function setAttributes(changes: readonly TreeChange[], desired: PlacedTree): Script | null {
  const chosen = changes.filter(({ act }) => act === 'attributes');
  const { owner, group } = desired.declared;
  const chown = chownWord(owner, group);
  const owned = chosen.filter(({ to }) => to && ('owner' in to || 'group' in to));
  const modes = groupBy(
    chosen.filter(
      ({ to, item, bits }) => item?.kind === 'file' && to && ('mode' in to || (bits & 0o6000) !== 0),
    ),
    ({ bits }) => bits,
  );
  return lines(
    owned.length > 0 && chown !== null && sh`${listed(owned)} | xargs -0 chown -h ${chown} || exit 1`,
    ...[...modes].map(([bits, some]) => sh`${listed(some)} | xargs -0 chmod ${chmodWord(bits)} || exit 1`),
  );
}

function remove(changes: readonly TreeChange[]): Script | null {
  const gone = changes.filter(({ act }) => act === 'remove');
  return gone.length === 0 ? null : sh`${listed(gone)} | xargs -0 rm -rf || exit 1`;
}
