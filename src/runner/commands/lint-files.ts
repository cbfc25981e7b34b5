import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Directories in which no playbooks lie. */
const OTHERS = new Set([
  'roles',
  'inventory',
  'group_vars',
  'host_vars',
  'files',
  'templates',
  'tasks',
  'handlers',
  'vars',
  'defaults',
  'meta',
  'node_modules',
]);

/**
 * The playbooks that are meant: a file is one, of a directory all that hold a list at their top, its own and those
 * of directories below it, but for roles, inventories, files and hidden ones. Paths as `given` names them, sorted.
 */
export function playbooksIn(given: string, cwd: string): string[] {
  const full = resolve(cwd, given);
  if (!statSync(full, { throwIfNoEntry: false })?.isDirectory()) return [given];
  return readdirSync(full, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((item) => {
      const path = join(given, item.name);
      if (item.isDirectory())
        return OTHERS.has(item.name) || item.name.startsWith('.') ? [] : playbooksIn(path, cwd);
      return item.isFile() && /\.ya?ml$/.test(item.name) && holdsList(resolve(cwd, path)) ? [path] : [];
    });
}

/** Of a list in YAML's block or flow form the first line that says anything begins with its mark. */
function holdsList(path: string): boolean {
  return /^(?:\uFEFF?(?:\s*|#.*|---\s*|%.*)\r?\n|---\s+)*\s*(?:-\s|-$|\[)/.test(readFileSync(path, 'utf8'));
}
