import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Files to be mounted into containers, for root only as on a host. */
export interface Mounts {
  readonly folder: string;
  /** Writes a file and gives the options that mount it. */
  file(name: string, text: string, target: string, mode?: number): string[];
  remove(): void;
}

export function mounts(): Mounts {
  const folder = mkdtempSync(join(tmpdir(), 'mamatest-'));
  return {
    folder,
    file(name, text, target, mode = 0o600) {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      // A container that has it mounted may be reading it: what is there already is not written again.
      if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeFileSync(path, text);
      chmodSync(path, mode);
      return ['-v', `${path}:${target}:ro`];
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** `-e` for each, in the order given. */
export function environment(variables: Readonly<Record<string, string>>): string[] {
  return Object.entries(variables).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
}
