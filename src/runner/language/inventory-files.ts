import { basename, dirname, extname, join } from 'node:path';
import type { Code, Diagnostic } from '../contract/diagnostic.ts';
import { fault, source } from './source.ts';
import { didYouMean } from './suggest.ts';
import { isVault } from './vault-format.ts';
import type { VaultReader } from './vaults.ts';
import { parseYaml, type YamlMap } from './yaml.ts';

/** How the loader reads the controller's files. Given to it, so that it does no I/O of its own. */
export interface InventoryIo {
  /** null: there is no such file. */
  read(path: string): string | null;
  /** Names in a directory, [] where there is none. */
  list(dir: string): string[];
  isDirectory(path: string): boolean;
  /** How messages show a path. */
  display(path: string): string;
  /** Opens what is encrypted; without it that is refused. */
  readonly vaults?: VaultReader;
}

/** One `-i`: a file with the text in it, or hosts written on the command line (`-i a,b,`). */
export type InventorySource =
  | { readonly kind: 'file'; readonly path: string; readonly text: string }
  | { readonly kind: 'list'; readonly written: string };

const ENDINGS = ['.yaml', '.yml', '.json'];
const LEFT_ALONE = /^\.|^(group_vars|host_vars)$|~$|\.(orig|bak|md|txt|rst|retry|example|sample)$/;

/** The sources behind the given paths, in their order, each once. A directory stands for its YAML files, sorted. */
export function inventorySources(
  paths: readonly string[],
  io: InventoryIo,
  diagnostics: Diagnostic[],
): InventorySource[] {
  const sources: InventorySource[] = [];
  for (const path of new Set(paths.flatMap((given) => filesOf(given, io, diagnostics)))) {
    const text = path.includes(',') ? null : io.read(path);
    if (text !== null) sources.push({ kind: 'file', path, text });
    else if (path.includes(',')) sources.push({ kind: 'list', written: path });
    else diagnostics.push(missing(path, io));
  }
  return sources;
}

function filesOf(path: string, io: InventoryIo, diagnostics: Diagnostic[]): string[] {
  if (path.includes(',') || !io.isDirectory(path)) return [path];
  const names = io
    .list(path)
    .filter((name) => !LEFT_ALONE.test(name))
    .sort();
  const isYaml = (name: string) => ENDINGS.includes(extname(name)) && !io.isDirectory(join(path, name));
  const files = names.filter(isYaml);
  for (const name of names.filter((other) => !isYaml(other) && !io.isDirectory(join(path, other)))) {
    const message = `${io.display(join(path, name))} is not read: of a directory only .yaml, .yml and .json files are`;
    diagnostics.push({
      code: 'not-read',
      severity: 'warning',
      message,
      hint: 'rename it, or name it with -i',
    });
  }
  if (files.length === 0) {
    const message = `the inventory directory ${io.display(path)} holds no YAML file`;
    diagnostics.push({
      code: 'no-inventory',
      message,
      hint: 'name a file with -i, or add one that ends in .yaml',
    });
  }
  return files.map((name) => join(path, name));
}

function missing(path: string, io: InventoryIo): Diagnostic {
  if (io.list(dirname(path)).includes(basename(path))) {
    const message = `the inventory ${io.display(path)} is there, but is no file and leads to none`;
    return { code: 'no-inventory', message };
  }
  const beside = io.list(dirname(path)).filter((name) => ENDINGS.includes(extname(name)));
  const others = beside.map((name) => io.display(join(dirname(path), name)));
  const hint =
    didYouMean(io.display(path), others) ??
    (others.length > 0 ? `there is: ${others.sort().join(', ')}` : null);
  const message = `there is no inventory ${io.display(path)}`;
  return { code: 'no-inventory', message, ...(hint ? { hint } : {}) };
}

/** The map that a file of the inventory holds; null where it is empty or something was wrong, which was then said. */
export function readMap(
  path: string,
  text: string,
  io: InventoryIo,
  diagnostics: Diagnostic[],
): YamlMap | null {
  const file = io.display(path);
  const refused = isVault(text) ? null : foreign(file, text);
  if (refused) {
    diagnostics.push(refused);
    return null;
  }
  const parsed = parseYaml(file, text, io.vaults);
  diagnostics.push(...parsed.diagnostics);
  const top = parsed.value;
  if (!top || top.kind === 'map' || (top.kind === 'scalar' && top.value === null)) {
    return top?.kind === 'map' ? top : null;
  }
  diagnostics.push(fault(top.span, 'wrong-type', `${basename(file)} must hold a map ("name: …" lines)`));
  return null;
}

/** Texts that are no YAML of ours, and what to do about each. */
function foreign(file: string, text: string): Diagnostic | null {
  const src = source(file, text);
  const say = (start: number, code: Code, message: string, hint: string) =>
    fault(
      { source: src, start, end: text.indexOf('\n', start) < 0 ? text.length : text.indexOf('\n', start) },
      code,
      message,
      hint,
    );
  if (text.startsWith('#!')) {
    return say(
      0,
      'script',
      'inventory scripts are not run',
      'have the script write a YAML file before the run',
    );
  }
  const section = /^\[([\p{L}\p{N}_.-]+)(?::(?:children|vars))?\][ \t]*(?:[#;].*)?$/mu.exec(text);
  const hostLine = /^[\p{L}\p{N}_][\p{L}\p{N}_.:[\]-]*[ \t]+ansible_\w+=.*$/mu.exec(text);
  const names = /^(?:[ \t]*(?:[#;].*)?\n)*(?=[\p{L}\p{N}_])(?:[ \t]*(?:[#;].*)?\n|[\w.[\]-]+\n)+$/u.test(
    `${text}\n`,
  );
  if (!section && !hostLine && !names) return null;
  return say(
    (section ?? hostLine)?.index ?? text.search(/^[\p{L}\p{N}_]/mu),
    'ini',
    'this inventory is in ini form; only the YAML form is read',
    asYaml(text),
  );
}

/** The YAML form, with the names of the user's own first group and host. */
function asYaml(text: string): string {
  const section = /^\[([\p{L}\p{N}_.-]+)\]/mu.exec(text);
  const inside = section ? text.slice(section.index + section[0].length) : text;
  const host = /^([\p{L}\p{N}_][\p{L}\p{N}_.-]*)(?=[ \t]*$|[ \t]+\w+=)/mu.exec(inside)?.[1] ?? 'web1';
  const form = `all:\n  children:\n    ${section?.[1] ?? 'web'}:\n      hosts:\n        ${host}:\n          ansible_host: 192.0.2.1`;
  return `write it so:\n${form}`;
}
