import { lines, type Script, sh } from '../../../contract/script.ts';
import { chownWord } from './attributes.ts';
import { groupBy } from './group-by.ts';
import { chmodWord } from './mode.ts';
import { nulList } from './nul-list.ts';
import type { TreeChange } from './tree-changes.ts';
import type { PlacedTree } from './tree-desired.ts';
import type { Member } from './tree-tar.ts';
import { rename } from './write-file.ts';

/** What is written and how it comes to its place; scripts know the staging directory as `"$t"`, the root as `"$r"`. */
export interface Staged {
  readonly members: readonly Member[];
  readonly links: Script | null;
  readonly kept: Script | null;
  readonly owners: Script | null;
  readonly moves: Script | null;
}

interface Piece {
  readonly change: TreeChange;
  /** Relative to the staging directory. */
  readonly name: string;
  readonly folder: string;
  readonly base: string;
}

/** One numbered folder per directory of the tree, so that one `mv` moves all of its files. */
export function stage(changes: readonly TreeChange[], desired: PlacedTree): Staged {
  const written = changes.filter(({ act }) => act === 'write' || act === 'link');
  const folders = new Map<string, number>();
  const pieces = written.map((change, i): Piece => {
    const cut = change.path.lastIndexOf('/');
    const folder = cut < 0 ? '' : change.path.slice(0, cut);
    const base = change.path.slice(cut + 1);
    if (!folders.has(folder)) folders.set(folder, folders.size);
    const name = isPlain(base) ? `${folders.get(folder)}/${base}` : `odd/${i}`;
    return { change, name, folder, base };
  });
  return {
    members: pieces.flatMap(member),
    links: makeLinks(pieces),
    kept: keepFurther(pieces),
    owners: setOwners(pieces, desired),
    moves: moves(pieces),
  };
}

/** A name that every tar keeps as it is. */
function isPlain(base: string): boolean {
  return /^[\x20-\x7e]{1,80}$/.test(base) && !base.includes('\\');
}

function member({ change, name }: Piece): Member[] {
  const { item, bits } = change;
  return item?.kind === 'file' ? [{ name, bits, content: item.content }] : [];
}

function makeLinks(pieces: readonly Piece[]): Script | null {
  const links = pieces.filter(({ change }) => change.item?.kind === 'link');
  if (links.length === 0) return null;
  const folders = [...new Set(links.map(({ name }) => name.slice(0, name.indexOf('/'))))];
  return lines(
    sh`( cd "$t" && mkdir -p ${folders} ) || exit 1`,
    ...links.map(({ name, change }) => {
      const target = change.item?.kind === 'link' ? change.item.target : '';
      return sh`ln -s -- ${target} "$t"/${name} || exit 1`;
    }),
  );
}

/**
 * ACLs, extended attributes and the SELinux context of replaced files stay where the host's cp can (GNU). It gives an
 * ACL together with the mode, which is then set again: nobody else can enter the staging directory.
 */
function keepFurther(pieces: readonly Piece[]): Script | null {
  const replaced = pieces.filter(({ change }) => change.act === 'write' && change.now?.kind === 'file');
  if (replaced.length === 0) return null;
  const folders = groupBy(
    replaced.filter(({ name }) => !isOdd(name)),
    ({ folder }) => folder,
  );
  const odd = replaced.filter(({ name }) => isOdd(name));
  const modes = groupBy(replaced, ({ change }) => change.bits);
  return lines(
    ...[...folders].flatMap(([folder, some]) => keepTogether(folder, some)),
    ...odd.map((piece) => sh`${KEEP} "$r"/${placeOf(piece)} "$t"/${piece.name} 2>/dev/null`),
    ...[...modes].map(
      ([bits, some]) => sh`( cd "$t" && ${list(some)} | xargs -0 chmod ${chmodWord(bits)} ) || exit 1`,
    ),
  );
}

const KEEP = sh`cp --attributes-only --preserve=all --no-preserve=ownership,timestamps,links`;

function keepTogether(folder: string, pieces: readonly Piece[]): Script[] {
  const into = pieces[0]?.name.split('/')[0] ?? '';
  return thousands(pieces).map(
    (names) => sh`( cd "$r"/${folder} && exec ${KEEP} -t "$r/$t"/${into} ${names} ) 2>/dev/null`,
  );
}

/** As declared; otherwise a file in place of another keeps its owner. Set-ID bits are set again afterwards. */
function setOwners(pieces: readonly Piece[], desired: PlacedTree): Script | null {
  const owners = groupBy(pieces, ({ change }) => {
    const now = change.now?.attributes;
    const { owner = now && String(now.uid), group = now && String(now.gid) } = desired.declared;
    return chownWord(owner, group);
  });
  const special = groupBy(
    pieces.filter(({ change }) => change.item?.kind === 'file' && (change.bits & 0o6000) !== 0),
    ({ change }) => change.bits,
  );
  return lines(
    ...[...owners].map(
      ([owner, some]) =>
        owner !== null && sh`( cd "$t" && ${list(some)} | xargs -0 chown -h ${owner} ) || exit 1`,
    ),
    ...[...special].map(
      ([bits, some]) => sh`( cd "$t" && ${list(some)} | xargs -0 chmod ${chmodWord(bits)} ) || exit 1`,
    ),
  );
}

function list(pieces: readonly Piece[]): Script {
  return nulList(pieces.map(({ name }) => `./${name}`));
}

function moves(pieces: readonly Piece[]): Script | null {
  if (pieces.length === 0) return null;
  const plain = groupBy(
    pieces.filter(({ name }) => !isOdd(name)),
    ({ folder }) => folder,
  );
  const odd = pieces.filter(({ name }) => isOdd(name));
  return lines(
    ...[...plain].flatMap(([folder, some]) => moveTogether(folder, some)),
    ...odd.map((piece) => rename(sh`"$t"/${piece.name}`, sh`"$r"/${placeOf(piece)}`)),
  );
}

function isOdd(name: string): boolean {
  return name.startsWith('odd/');
}

/** Relative to the root. */
function placeOf({ folder, base }: Piece): string {
  return folder === '' ? base : `${folder}/${base}`;
}

/** Names that are plain text need no `xargs`: one process per directory and thousand files. */
function moveTogether(folder: string, pieces: readonly Piece[]): Script[] {
  const from = pieces[0]?.name.split('/')[0] ?? '';
  return thousands(pieces).map(
    (names) => sh`( cd "$t"/${from} && exec mv -f ${names} "$r"/${folder}/ ) || exit 1`,
  );
}

function thousands(pieces: readonly Piece[]): string[][] {
  const names = pieces.map(({ base }) => `./${base}`);
  return Array.from({ length: Math.ceil(names.length / 1000) }, (_, i) =>
    names.slice(i * 1000, (i + 1) * 1000),
  );
}
