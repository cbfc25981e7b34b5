import { dirname, isAbsolute, join } from 'node:path';
import { reportAbsent } from './absent.ts';
import { checkKeys, refuseKey, STRUCTURE } from './keywords.ts';
import { type FileAccess, type LoadContext, Loader } from './loader.ts';
import type { Loaded, Play, Playbook } from './model.ts';
import { loadPlay, NOT_IMPORTED, type PlayPlace, readImported } from './play.ts';
import { describe, readConstant, readText } from './read.ts';
import { fault } from './source.ts';
import { entry, type YamlEntry, type YamlMap } from './yaml.ts';

export type { FileAccess, LoadContext } from './loader.ts';

/** The nearest directory above the playbook that holds `roles/`; the playbook's own where there is none. */
export function projectRoot(playbook: string, io: FileAccess): string {
  const own = dirname(playbook);
  for (let dir = own; ; dir = dirname(dir)) {
    if (io.isDirectory(join(dir, 'roles'))) return dir;
    if (dir === dirname(dir)) return own;
  }
}

/** Read a playbook and everything that it brings in. `file` is absolute. */
export function loadPlaybook(file: string, context: LoadContext): Loaded<Playbook> {
  const loader = new Loader(context);
  const place = { loader, imported: NOT_IMPORTED, ...around(loader, file) };
  if (!readFile(loader, file)) {
    loader.report({ code: 'missing-file', message: `there is no file ${context.io.display(file)}` });
    return { value: { file, plays: [] }, diagnostics: loader.diagnostics() };
  }
  const plays = playsIn(place, file, [file]);
  return { value: { file, plays }, diagnostics: loader.diagnostics() };
}

function readFile(loader: Loader, file: string): boolean {
  return !loader.isDirectory(file) && loader.yaml(file) !== null;
}

function around(loader: Loader, file: string): Pick<PlayPlace, 'playbookDir' | 'root'> {
  return { playbookDir: dirname(file), root: projectRoot(file, loader.io) };
}

function playsIn(place: PlayPlace, file: string, chain: readonly string[]): Play[] {
  const { loader } = place;
  const { node, source } = loader.yaml(file)!;
  if (!node) {
    if (isBlank(source.text)) {
      const message = `${loader.io.display(file)} holds no plays`;
      loader.report(
        fault({ source, start: 0, end: 0 }, 'empty-playbook', message, 'write - hosts: all, and its tasks'),
      );
    }
    return [];
  }
  if (node.kind !== 'list') {
    const hint = node.kind === 'map' ? 'begin each play with "- "' : undefined;
    loader.report(
      fault(node.span, 'wrong-type', `a playbook holds a list of plays, not ${describe(node)}`, hint),
    );
    return [];
  }
  return node.items.flatMap((item) => {
    if (item.kind !== 'map') {
      loader.report(fault(item.span, 'wrong-type', `a play is a map, not ${describe(item)}`));
      return [];
    }
    const imported = entry(item, 'import_playbook');
    if (imported) return importedPlays(place, item, imported, chain);
    const included = entry(item, 'include');
    if (included && !entry(item, 'hosts')) {
      refuseKey(loader, included, 'play');
      return [];
    }
    if (isTask(loader, item)) return [];
    const play = loadPlay(place, item);
    return play ? [play] : [];
  });
}

/** Nothing but comments and marks of documents. */
function isBlank(text: string): boolean {
  return text.split('\n').every((line) => /^\s*(?:#|$)|^---\s*$/.test(line));
}

/** Reports a task that stands among plays. */
function isTask(loader: Loader, map: YamlMap): boolean {
  const isType = ({ key }: YamlEntry) =>
    loader.taskTypes.has(key) || (STRUCTURE as readonly string[]).includes(key);
  if (entry(map, 'hosts') || !map.entries.some(isType)) return false;
  const message = 'this is a task, where a play is due';
  loader.report(fault(map.span, 'no-play', message, 'write it below "tasks" of a play: - hosts: all'));
  return true;
}

function importedPlays(place: PlayPlace, map: YamlMap, at: YamlEntry, chain: readonly string[]): Play[] {
  const { loader, playbookDir } = place;
  checkKeys(loader, map, 'import_playbook');
  const shown = entry(map, 'name');
  if (shown) readText(loader, shown);
  const name = readConstant(loader, at, 'the name of a file');
  const imported = readImported(loader, map, place.imported, 'import_playbook');
  if (name === undefined) return [];
  const file = isAbsolute(name) ? name : join(playbookDir, name);
  if (!readFile(loader, file)) {
    reportAbsent(loader, { name, span: at.value.span, tried: [file] });
    return [];
  }
  if (chain.includes(file)) {
    const circle = [...chain.slice(chain.indexOf(file)), file].map((path) => loader.io.display(path));
    loader.report(
      fault(
        at.value.span,
        'import-circle',
        `this imports itself: ${circle.join(' → ')}`,
        'remove one of the imports',
      ),
    );
    return [];
  }
  if (!loader.mayBringIn(at.value.span)) return [];
  return playsIn({ loader, imported, ...around(loader, file) }, file, [...chain, file]);
}
