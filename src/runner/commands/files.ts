import { createHash } from 'node:crypto';
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

const HASH_CHUNK = 1024 * 1024;
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
    sha256: (path) => hashOf(path),
    stream: (path) => createReadStream(path, { highWaterMark: 256 * 1024 }),
    join: (a, b) => (b.startsWith('~/') ? join(home, b.slice(2)) : isAbsolute(b) ? b : resolve(a, b)),
    display,
  };
}

/** Of a file of any size, without holding it. */
function hashOf(path: string): string {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(HASH_CHUNK);
  const file = openSync(path, 'r');
  try {
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk))
      hash.update(chunk.subarray(0, read));
  } finally {
    closeSync(file);
  }
  return hash.digest('hex');
}

function quietly<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch {
    return otherwise;
  }
}
