import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * The file holds the whole content, or what it held before. `mode` is that of a new file, the umask taken off. What is
 * no file (a pipe, a device) is written to. Throws what the file system says.
 */
export function writeWhole(path: string, content: string | Uint8Array, mode = 0o666): void {
  const old = statSync(path, { throwIfNoEntry: false });
  if (old && !old.isFile()) {
    writeFileSync(path, content);
    return;
  }
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`);
  try {
    const file = openSync(temporary, 'wx', old ? old.mode & 0o7777 : mode);
    try {
      writeFileSync(file, content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Puts what came from a host where only its owner may read it; directories on the way are made. Null, or why not. */
export function keepFile(path: string, bytes: Uint8Array): string | null {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeWhole(path, bytes, 0o600);
    return null;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return `${path} on this machine could not be written: ${SAID[code ?? ''] ?? message}`;
  }
}

const SAID: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left',
  EDQUOT: 'the quota is used up',
  ENOTDIR: 'on the way to it stands what is no directory',
  EISDIR: 'it is a directory',
  EEXIST: 'on the way to it stands what is no directory',
  ENAMETOOLONG: 'its name is too long',
  EINVAL: 'no file can have this name',
};
