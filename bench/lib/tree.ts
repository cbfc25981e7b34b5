import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stop } from '../../scripts/lib/run.ts';

/** Path → bytes for files, null for directories. */
export type Tree = ReadonlyMap<string, Uint8Array | string | null>;

/** Stops where a directory holds anything else than expected: other paths, other bytes, other modes. */
export function mustHold(root: string, expected: Tree, whose: string, modes = true): void {
  const there = pathsBelow(root);
  const missing = [...expected.keys()].filter((path) => !there.has(path));
  const more = [...there].filter((path) => !expected.has(path));
  if (missing.length + more.length > 0) {
    throw new Stop(`${whose} left another tree: missing ${list(missing)}, too many ${list(more)}`);
  }
  for (const [path, content] of expected) {
    const file = join(root, path);
    const mode = lstatSync(file).mode & 0o7777;
    if (modes && mode !== (content === null ? 0o755 : 0o644)) {
      throw new Stop(`${whose} left ${path} with mode ${mode.toString(8)}`);
    }
    if (content === null) {
      if (!statSync(file).isDirectory()) throw new Stop(`${whose} left ${path}, which is no directory`);
    } else if (!readFileSync(file).equals(Buffer.from(content))) {
      throw new Stop(`${whose} left ${path} with another content`);
    }
  }
}

export function emptied(dir: string): void {
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true, mode: 0o755 });
}

/** A new directory that holds just this. */
export function written(root: string, tree: Tree): void {
  emptied(root);
  for (const [path, content] of tree) {
    if (content === null) mkdirSync(join(root, path), { mode: 0o755 });
    else writeFileSync(join(root, path), content, { mode: 0o644 });
  }
}

function pathsBelow(root: string, prefix = ''): Set<string> {
  const entries = readdirSync(join(root, prefix), { withFileTypes: true });
  return new Set(
    entries.flatMap((entry) => {
      const path = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
      return entry.isDirectory() ? [path, ...pathsBelow(root, path)] : [path];
    }),
  );
}

function list(paths: readonly string[]): string {
  return paths.length === 0 ? 'nothing' : paths.slice(0, 5).join(', ') + (paths.length > 5 ? ' …' : '');
}
