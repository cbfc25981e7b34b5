import type { LocalEntry } from '../../../contract/task-type.ts';
import { type Refusal, refuse } from '../../../contract/task-type.ts';
import type { Declared } from './attributes.ts';
import type { Content } from './content.ts';

/** A directory with contents that the controller knows: what `copy` and `template` of a directory want. */
export interface PlacedTree {
  readonly kind: 'tree';
  /** The directory on the host that becomes like the source. */
  readonly root: string;
  /** Parents before children. */
  readonly items: readonly TreeItem[];
  /** Of files: mode; of files and of directories that are made: owner and group. */
  readonly declared: Declared;
  /** Of directories that are made. */
  readonly directoryMode: string | undefined;
  /** What is there and not in the source is removed. */
  readonly remove: boolean;
  /** False: files that are there are left alone. */
  readonly force: boolean;
}

export type TreeItem =
  | { readonly kind: 'directory'; readonly path: string }
  | { readonly kind: 'link'; readonly path: string; readonly target: string }
  | TreeFile;

export interface TreeFile {
  readonly kind: 'file';
  readonly path: string;
  readonly content: Content;
  /** Its own mode, where the source's is to be kept. */
  readonly mode?: string;
}

/** The items of a source tree; `file` makes the content of each file, and `rename` its name. */
export function treeItems(
  entries: readonly LocalEntry[],
  file: (entry: LocalEntry & { kind: 'file' }) => TreeFile | Refusal,
): readonly TreeItem[] | Refusal {
  const items: TreeItem[] = [];
  const seen = new Set<string>();
  for (const entry of entries) {
    const item = itemOf(entry, file);
    if ('refusal' in item) return item;
    if (seen.has(item.path)) return refuse(`two sources would become ${item.path}`);
    seen.add(item.path);
    items.push(item);
  }
  return items;
}

function itemOf(entry: LocalEntry, file: (entry: LocalEntry & { kind: 'file' }) => TreeFile | Refusal) {
  switch (entry.kind) {
    case 'file':
      return file(entry);
    case 'link':
      return { kind: 'link', path: entry.path, target: entry.target } as const;
    case 'directory':
      return { kind: 'directory', path: entry.path } as const;
  }
}
