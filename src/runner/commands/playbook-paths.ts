import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Diagnostic } from '../contract/diagnostic.ts';
import { didYouMean } from '../language/suggest.ts';

/** So many of the files of a directory are named. */
const NAMED = 5;

/** What is wrong with the playbooks' paths as such: nothing there, a directory, not to be read. */
export function playbookTroubles(paths: readonly string[], cwd: string): Diagnostic[] {
  return paths.flatMap((path) => troubleOf(path, resolve(cwd, path)));
}

function troubleOf(path: string, full: string): Diagnostic[] {
  try {
    if (statSync(full).isDirectory())
      return [refusal(`${path} is a directory, not a playbook`, inside(path, full))];
    accessSync(full, constants.R_OK);
    return [];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      return [refusal(`there is no playbook ${path}`, nearby(path, full))];
    const why = code === 'EACCES' ? 'permission denied' : code;
    return [refusal(`the playbook ${path} can't be read: ${why}`)];
  }
}

function refusal(message: string, hint?: string): Diagnostic {
  return { code: 'missing-file', message, ...(hint === undefined ? {} : { hint }) };
}

function inside(path: string, full: string): string {
  const names = playbooksIn(full);
  if (names.length === 0) return 'give a file that ends in .yaml or .yml';
  const shown = names.slice(0, NAMED).map((name) => join(path, name));
  const more = names.length - shown.length;
  return `there is: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function nearby(path: string, full: string): string {
  // A bare word is more often meant as a command.
  if (/^[a-z-]+$/.test(path)) return 'mama-play --help lists the commands';
  const names = playbooksIn(dirname(full)).map((name) => join(dirname(path), name));
  return didYouMean(path, names) ?? `looked for ${full}`;
}

function playbooksIn(dir: string): string[] {
  try {
    return readdirSync(dir)
      .filter((name) => /\.ya?ml$/.test(name))
      .sort();
  } catch {
    return [];
  }
}
