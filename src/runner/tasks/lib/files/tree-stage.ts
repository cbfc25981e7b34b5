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
    pieces.filter(({ name }) => !name.startsWith('odd/')),
    ({ folder }) => folder,
  );
  const odd = pieces.filter(({ name }) => name.startsWith('odd/'));
  return lines(
    ...[...plain].flatMap(([folder, some]) => moveTogether(folder, some)),
    ...odd.map(({ name, folder, base }) => {
      const place = folder === '' ? base : `${folder}/${base}`;
      return rename(sh`"$t"/${name}`, sh`"$r"/${place}`);
    }),
  );
}

/** Names that are plain text need no `xargs`: one process per directory and thousand files. */
function moveTogether(folder: string, pieces: readonly Piece[]): Script[] {
  const from = pieces[0]?.name.split('/')[0] ?? '';
  const moves: Script[] = [];
  for (let i = 0; i < pieces.length; i += 1000) {
    const names = pieces.slice(i, i + 1000).map(({ base }) => `./${base}`);
    moves.push(sh`( cd "$t"/${from} && exec mv -f ${names} "$r"/${folder}/ ) || exit 1`);
  }
  return moves;
}
