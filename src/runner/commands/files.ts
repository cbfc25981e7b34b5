import {
  closeSync,
  createReadStream,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  type Stats,
  statSync,
} from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import type { FileAccess } from '../language/loader.ts';
import { remember } from '../language/remember.ts';
import { isVault } from '../language/vault-format.ts';
import type { VaultReader } from '../language/vaults.ts';
import { MAX_TEXT_BYTES } from '../language/yaml.ts';
import type { SourceIo } from '../plan/sources.ts';
import { Hashes } from './hashes.ts';

/** Enough to tell a vault by. */
const VAULT_HEADER = 32;

/** The controller's real file system, as the language and the plan ask for it. `cwd` names paths in messages. */
export function fileAccess(cwd: string, home: string, vaults?: VaultReader): FileAccess & SourceIo {
  const statOf = (path: string) => statSync(path, { throwIfNoEntry: false });
  const display = remember((path) => relative(cwd, path) || '.');
  return {
    read: (path) => quietly(() => text(path), null),
    list: (path) => quietly(() => readdirSync(path), []),
    isDirectory: (path) => quietly(() => statOf(path)?.isDirectory() ?? false, false),
    kind: (path) => quietly(() => usable(statOf(path)), null),
    ...sourceIo(home, display),
    isVault: (path) => quietly(() => isVault(firstBytes(path, VAULT_HEADER, 'latin1')), false),
    ...(vaults ? { vaults } : {}),
  };
}

/** No device, pipe or socket, which might never end. */
function usable(stat: Stats | undefined): 'file' | 'directory' | null {
  const kind = stat && kindOf(stat);
  return kind === 'file' || kind === 'directory' ? kind : null;
}

/** Of a file that is larger than all that is read as text, only so much as shows it. */
function text(path: string): string | null {
  const stat = statSync(path);
  if (!stat.isFile()) return null;
  return stat.size > MAX_TEXT_BYTES
    ? firstBytes(path, MAX_TEXT_BYTES + 1, 'utf8')
    : readFileSync(path, 'utf8');
}

function firstBytes(path: string, count: number, encoding: BufferEncoding): string {
  const chunk = Buffer.alloc(count);
  const file = openSync(path, 'r');
  try {
    return chunk.toString(encoding, 0, readSync(file, chunk));
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
      return stat && { kind: kindOf(stat), size: stat.size, mode: stat.mode };
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
    place(path) {
      const stat = quietly(() => statSync(path, { throwIfNoEntry: false }), undefined);
      const sha256 = () => quietly(() => hashes.anew(path), null);
      return stat && { kind: kindOf(stat), size: stat.size, sha256 };
    },
    stream: (path) => createReadStream(path, { highWaterMark: 256 * 1024 }),
    join: (a, b) => (b.startsWith('~/') ? join(home, b.slice(2)) : isAbsolute(b) ? b : resolve(a, b)),
    display,
  };
}

/** What lies at a path, links followed; undefined: nothing that can be reached. */
export function kindAt(path: string): Kind | undefined {
  const stat = quietly(() => statSync(path, { throwIfNoEntry: false }), undefined);
  return stat && kindOf(stat);
}

type Kind = 'file' | 'directory' | 'other';

function kindOf(stat: Stats): Kind {
  return stat.isFile() ? 'file' : stat.isDirectory() ? 'directory' : 'other';
}

function quietly<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch {
    return otherwise;
  }
}
