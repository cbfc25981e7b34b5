import {
  closeSync,
  createReadStream,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  statSync,
} from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import type { FileAccess } from '../language/loader.ts';
import { isVault } from '../language/vault-format.ts';
import type { VaultReader } from '../language/vaults.ts';
import type { SourceIo } from '../plan/sources.ts';
import { Hashes } from './hashes.ts';

/** Enough to tell a vault by. */
const VAULT_HEADER = 32;

/** The controller's real file system, as the language and the plan ask for it. `cwd` names paths in messages. */
export function fileAccess(cwd: string, home: string, vaults?: VaultReader): FileAccess & SourceIo {
  const kindOf = (path: string) => statSync(path, { throwIfNoEntry: false });
  const display = (path: string) => relative(cwd, path) || '.';
  return {
    read: (path) => quietly(() => readFileSync(path, 'utf8'), null),
    list: (path) => quietly(() => readdirSync(path), []),
    isDirectory: (path) => quietly(() => kindOf(path)?.isDirectory() ?? false, false),
    exists: (path) => quietly(() => kindOf(path) !== undefined, false),
    ...sourceIo(home, display),
    isVault: (path) => quietly(() => isVault(firstBytes(path)), false),
    ...(vaults ? { vaults } : {}),
  };
}

function firstBytes(path: string): string {
  const chunk = Buffer.alloc(VAULT_HEADER);
  const file = openSync(path, 'r');
  try {
    return chunk.toString('latin1', 0, readSync(file, chunk));
  } finally {
    closeSync(file);
  }
}

/** The part that tasks read sources through. */
export function sourceIo(home: string, display: (path: string) => string): SourceIo {
  const hashes = new Hashes();
  return {
    stat(path) {
      const stat = quietly(() => statSync(path, { throwIfNoEntry: false }), undefined);
      if (!stat) return undefined;
      const kind = stat.isFile() ? 'file' : stat.isDirectory() ? 'directory' : 'other';
      return { kind, size: stat.size, mode: stat.mode };
    },
    entries: (path) =>
      readdirSync(path, { withFileTypes: true }).map((entry) => {
        const kind = entry.isSymbolicLink()
          ? 'link'
          : entry.isDirectory()
            ? 'directory'
            : entry.isFile()
              ? 'file'
              : 'other';
        return { name: entry.name, kind };
      }),
    readLink: (path) => readlinkSync(path),
    bytes: (path) => readFileSync(path),
    sha256: (path) => hashes.of(path),
    willHash: (path, size) => hashes.ahead(path, size),
    stream: (path) => createReadStream(path, { highWaterMark: 256 * 1024 }),
    join: (a, b) => (b.startsWith('~/') ? join(home, b.slice(2)) : isAbsolute(b) ? b : resolve(a, b)),
    display,
  };
}

function quietly<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch {
    return otherwise;
  }
}
