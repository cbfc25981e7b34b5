import { realpathSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import type { Diagnostic } from '../contract/diagnostic.ts';
import type { FileAccess } from '../language/loader.ts';
import type { Inventory, Play } from '../language/model.ts';

/**
 * Ansible reads `group_vars/` and `host_vars/` beside playbooks too. Here they lie beside the inventory only: those of
 * its groups and hosts that lie elsewhere are refused, so that nobody waits for what they say.
 */
export function unreadVars(plays: readonly Play[], inventory: Inventory, files: FileAccess): Diagnostic[] {
  const read = [...new Set(inventory.files.map((file) => dirname(file)))];
  const beside = new Set(plays.map((play) => play.dir));
  const folders = [...beside].flatMap((dir) => [
    { dir, name: 'group_vars', owners: inventory.groups },
    { dir, name: 'host_vars', owners: inventory.hosts },
  ]);
  return folders.flatMap(({ dir, name, owners }) => {
    const folder = join(dir, name);
    const isMeant = files.list(folder).some((file) => owners.has(stemOf(file)));
    if (!isMeant || read.some((one) => isSame(join(one, name), folder))) return [];
    const place = read[0] === undefined ? null : files.display(join(read[0], name));
    return {
      code: 'no-effect',
      message: `${files.display(folder)} is not read: variables of groups and hosts lie beside the inventory`,
      hint: place === null ? 'name an inventory file beside it with -i' : `move its files to ${place}`,
    };
  });
}

function stemOf(file: string): string {
  const ending = extname(file);
  return ['.yaml', '.yml', '.json'].includes(ending) ? file.slice(0, -ending.length) : file;
}

/** One may be a link to the other. */
function isSame(one: string, other: string): boolean {
  if (one === other) return true;
  try {
    return realpathSync(one) === realpathSync(other);
  } catch {
    return false;
  }
}
