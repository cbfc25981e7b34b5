import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Why a file could not be read or written: for a person. */
export interface FileFault {
  readonly kind: 'fault';
  readonly message: string;
  readonly hint?: string;
}

/** The bytes of a file; `-` is stdin. `shown` names it in messages. */
export async function readInput(
  path: string,
  shown: string,
  stdin: () => Promise<Uint8Array>,
): Promise<Uint8Array | FileFault> {
  if (shown === '-') return stdin();
  try {
    return readFileSync(path);
  } catch (error) {
    return cannot(shown, 'read', error);
  }
}

/**
 * The file holds the new bytes, or still the old ones, whatever happens in between. Its mode, its owner and a link that
 * leads to it stay; a new file is for its owner only.
 */
export function replaceFile(path: string, bytes: Uint8Array, shown: string): FileFault | null {
  let temporary: string | null = null;
  try {
    const target = existsSync(path) ? realpathSync(path) : path;
    const old = statSync(target, { throwIfNoEntry: false });
    temporary = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}`);
    writeNew(temporary, bytes);
    if (old) {
      keepOwner(temporary, old);
      chmodSync(temporary, old.mode & 0o7777);
    }
    renameSync(temporary, target);
    return null;
  } catch (error) {
    if (temporary) rmSync(temporary, { force: true });
    return cannot(shown, 'written', error);
  }
}

/** For its owner only, and on the disk before this returns. */
export function writeNew(path: string, bytes: Uint8Array): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Where somebody else's file can't be given back to them it becomes ours, as with every editor that replaces files. */
function keepOwner(path: string, { uid, gid }: { readonly uid: number; readonly gid: number }): void {
  const now = statSync(path);
  if (now.uid === uid && now.gid === gid) return;
  try {
    chownSync(path, uid, gid);
  } catch {
    // Only root may do it.
  }
}

export function cannot(shown: string, what: string, error: unknown): FileFault {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' && what === 'read') return { kind: 'fault', message: `there is no file ${shown}` };
  return { kind: 'fault', message: `${shown} can't be ${what} (${code ?? String(error)})` };
}
