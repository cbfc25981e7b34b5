import {
  accessSync,
  closeSync,
  constants,
  fsyncSync,
  lstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import { isAbsolute, join } from 'node:path';

/** Numbers of file systems that live in memory (Linux, statfs(2)): tmpfs, ramfs. */
const IN_MEMORY: readonly number[] = [0x01021994, 0x858458f6];

export interface PrivateFolder {
  readonly path: string;
  /** False: what is written there may reach a disk. */
  readonly inMemory: boolean;
  /** Overwrites what is in it, and removes it. */
  wipe(): void;
}

/** A folder for us alone (0700), in memory where that can be had. */
export function privateFolder(env: Readonly<Record<string, string | undefined>>): PrivateFolder {
  const places = ['/dev/shm', env['XDG_RUNTIME_DIR'] ?? ''].filter(isUsable);
  const place = places.find(isInMemory) ?? env['TMPDIR'] ?? '/tmp';
  const path = mkdtempSync(join(place, 'mama-play-'));
  return {
    path,
    inMemory: isInMemory(place),
    wipe() {
      overwrite(path);
      rmSync(path, { recursive: true, force: true });
    },
  };
}

function isUsable(path: string): boolean {
  if (!isAbsolute(path)) return false;
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function isInMemory(path: string): boolean {
  try {
    return IN_MEMORY.includes(statfsSync(path).type);
  } catch {
    return false;
  }
}

/** Also what the editor left beside the file: copies, swap files. */
function overwrite(path: string): void {
  const stat = lstatSync(path);
  if (stat.isDirectory()) {
    for (const name of readdirSync(path)) overwrite(join(path, name));
  } else if (stat.isFile()) {
    const file = openSync(path, 'r+');
    try {
      const zeros = Buffer.alloc(64 * 1024);
      for (let left = stat.size; left > 0; ) left -= writeSync(file, zeros, 0, Math.min(left, zeros.length));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }
}
