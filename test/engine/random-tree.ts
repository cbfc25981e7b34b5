import { chmodSync, lstatSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';

/** What lies on a host before a play runs there. */
export interface Entry {
  readonly path: readonly string[];
  readonly kind: 'file' | 'directory' | 'link';
  readonly text: string;
  readonly mode: number;
}

const name = fc.constantFrom('a', 'b', 'c');

const entry: fc.Arbitrary<Entry> = fc.record({
  path: fc.array(name, { minLength: 1, maxLength: 2 }),
  kind: fc.constantFrom('file', 'file', 'directory', 'directory', 'link'),
  text: fc.constantFrom('', 'one\n', 'two\n', 'line 1\nline 2\n', 'one\nx1\n'),
  mode: fc.constantFrom(0o600, 0o644, 0o755),
});

export function randomTree(links: boolean): fc.Arbitrary<readonly Entry[]> {
  return fc.array(
    entry.map((one) => (one.kind === 'link' && !links ? { ...one, kind: 'directory' as const } : one)),
    { maxLength: 6 },
  );
}

/** Lays it below `root`; an entry that finds another in its way is left out. A link leads to `root/a`. */
export function layTree(root: string, entries: readonly Entry[]): void {
  for (const { path, kind, text, mode } of entries) {
    const full = join(root, ...path);
    if ((path.length > 1 && !isDirectory(join(root, path[0]!))) || isThere(full)) continue;
    if (kind === 'link') symlinkSync(join(root, 'a'), full);
    else if (kind === 'directory') mkdirSync(full);
    else writeFileSync(full, text);
    if (kind !== 'link') chmodSync(full, kind === 'directory' ? 0o755 : mode);
  }
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function isDirectory(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
