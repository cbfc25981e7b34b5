import type { Delta } from '../../../contract/delta.ts';
import { lines, type Script, sh } from '../../../contract/script.ts';
import { type Apply, MOVED } from '../../../contract/task-type.ts';
import { chownWord, finalBits, setAttributes } from './attributes.ts';
import { contentOf } from './content.ts';
import type { PathFacts } from './facts.ts';
import { wantedKind } from './file-decide.ts';
import type { FileNow, FileState } from './file-desired.ts';
import { chmodWord } from './mode.ts';
import { newDirectories } from './new-directories.ts';
import { setBelow } from './set-below.ts';
import { nameTemporary, temporaryPrefix } from './temporary.ts';
import { intoDirectory, rename, writeFile } from './write-file.ts';

export function applyState(delta: Delta, desired: FileState, current: FileNow): Script | Apply {
  const { facts } = current;
  const made = 'state' in delta || 'target' in delta;
  switch (wantedKind(facts, desired)) {
    case 'absent':
      return remove(facts);
    case 'link':
      return lines(made ? link(desired, facts) : intoDirectory(facts.path), ownLink(delta, desired));
    case 'directory':
      return made ? makeDirectories(desired, facts) : setAll(delta, desired, current);
    case 'file':
      return made ? writeEmpty(delta, desired, facts) : setAll(delta, desired, current);
    default:
      return setAll(delta, desired, current);
  }
}

/** What has become a directory since it was looked at is not removed. */
function remove(facts: PathFacts): Script {
  const directory = sh`[ -d "$b" ] && ! [ -L "$b" ]`;
  if (facts.kind === 'directory')
    return lines(
      intoDirectory(facts.path),
      sh`${directory} || exit ${MOVED}
rm -rf "$b"`,
    );
  return lines(
    intoDirectory(facts.path),
    sh`if ${directory}; then exit ${MOVED}; fi
rm -f "$b"`,
  );
}

function link(desired: FileState, facts: PathFacts): Script {
  return lines(
    intoDirectory(facts.path),
    unchangedKind(facts),
    facts.kind === 'directory' && sh`rmdir "$b" || exit 1`,
    nameTemporary(temporaryPrefix(facts.path)),
    sh`ln -s -- ${desired.src ?? ''} "$t" || exit 1
trap 'rm -f "$t"' EXIT`,
    rename(sh`"$t"`, sh`"$b"`),
    sh`trap - EXIT`,
  );
}

function unchangedKind(facts: PathFacts): Script {
  switch (facts.kind) {
    case 'absent':
      return sh`if [ -e "$b" ] || [ -L "$b" ]; then exit ${MOVED}; fi`;
    case 'directory':
      return sh`[ -d "$b" ] && ! [ -L "$b" ] || exit ${MOVED}`;
    case 'link':
      return sh`[ -L "$b" ] || exit ${MOVED}`;
    default:
      return sh`[ -f "$b" ] && ! [ -L "$b" ] || exit ${MOVED}`;
  }
}

function ownLink(delta: Delta, desired: FileState): Script | null {
  const owner = 'owner' in delta ? desired.declared.owner : undefined;
  const group = 'group' in delta ? desired.declared.group : undefined;
  const chown = chownWord(owner, group);
  return chown === null ? null : sh`chown -h ${chown} "$b" || exit 1`;
}

/** Each new directory gets what was declared; closed to others until it has it. */
function makeDirectories(desired: FileState, facts: PathFacts): Script {
  const paths = newDirectories(facts);
  const { mode, owner, group } = desired.declared;
  const chown = chownWord(owner, group);
  const bits = finalBits(desired.declared, { directory: true, now: null, umask: facts.umask });
  return lines(
    sh`if [ -e ${paths[0] ?? ''} ] || [ -L ${paths[0] ?? ''} ]; then exit ${MOVED}; fi`,
    mode === undefined ? sh`mkdir ${paths} || exit 1` : sh`( umask 077; mkdir ${paths} ) || exit 1`,
    chown !== null && sh`chown ${chown} ${paths} || exit 1`,
    mode !== undefined && sh`chmod ${chmodWord(bits)} ${paths} || exit 1`,
  );
}

function writeEmpty(delta: Delta, desired: FileState, facts: PathFacts): Script | Apply {
  return writeFile(delta, facts, {
    content: contentOf(''),
    declared: desired.declared,
    validate: null,
    backup: false,
  });
}

function setAll(delta: Delta, desired: FileState, { facts, below }: FileNow): Script {
  const deep = Object.keys(delta).some((field) => field.startsWith('./'));
  const bits = finalBits(desired.declared, {
    directory: facts.kind === 'directory',
    now: facts.attributes,
    umask: facts.umask,
  });
  return lines(
    intoDirectory(facts.real),
    sh`[ -e "$b" ] && ! [ -L "$b" ] || exit ${MOVED}`,
    setAttributes(delta, desired.declared, bits, sh`"$b"`),
    deep && setBelow(desired.declared, below, facts.umask),
  );
}
