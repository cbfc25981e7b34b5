import { type Local, type Refusal, refuse } from '../../../contract/task-type.ts';
import { baseName, tidy } from './paths.ts';

/** Where a tree goes: `src/` means what is in it, `src` the directory itself (as rsync and Ansible mean it). */
export function treeRoot(src: string, dest: string): string {
  return src.endsWith('/') ? tidy(dest) : tidy(`${dest}/${baseName(src)}`);
}

/** Where a single file goes: `dest/` is a directory, and so may `dest` be. */
export function filePlace(
  name: string,
  dest: string,
): { readonly dest: string; readonly into: string | undefined } {
  return dest.endsWith('/')
    ? { dest: tidy(`${dest}/${name}`), into: undefined }
    : { dest: tidy(dest), into: name };
}

export function withoutSlash(src: string): string {
  return src.replace(/(?<=[^/])\/+$/, '');
}

/** The tree at `src`, or null if it is no directory. */
export function treeAt(local: Local, src: string, where: 'files' | 'templates') {
  const path = withoutSlash(src);
  return local.isTree(path, where) ? local.tree(path, where) : null;
}

/** The parameters that make no sense for a whole tree. */
export function unfitForTree(given: Readonly<Record<string, unknown>>): Refusal | null {
  const wrong = Object.entries(given).find(([, value]) => value !== undefined && value !== false);
  return wrong ? refuse(`\`${wrong[0]}\` is for a single file, and the source is a directory`) : null;
}
