import { isAbsolute, join } from 'node:path';
import { reportAbsent } from './absent.ts';
import { bareTask } from './bare-task.ts';
import { checkNotified, loadHandlers } from './handlers.ts';
import { type Here, type PlayDraft, playbookPlace } from './here.ts';
import { type Inherited, inherit, NOTHING } from './inherited.ts';
import { checkKeys } from './keywords.ts';
import { type Loader, position } from './loader.ts';
import type { Flush, Layer, Node, Play, Task } from './model.ts';
import { addTags } from './more-tags.ts';
import { readHosts, readNumbers } from './play-words.ts';
import { describe, layerOf, readBoolean, readLayer, readText, readWords } from './read.ts';
import { loadRoleEntry } from './roles.ts';
import { fault } from './source.ts';
import { loadTasks } from './tasks.ts';
import { entry, type YamlEntry, type YamlMap } from './yaml.ts';

/** Where a play stands: its playbook, and the import_playbooks around that. */
export interface PlayPlace {
  readonly loader: Loader;
  /** Absolute. */
  readonly playbookDir: string;
  readonly root: string;
  /** `when` and `tags` of the imports; their `vars` are layers. */
  readonly imported: Inherited;
}

export function loadPlay({ loader, playbookDir, root, imported }: PlayPlace, map: YamlMap): Play | null {
  checkKeys(loader, map, 'play');
  const hosts = readHosts(loader, map);
  const nameAt = entry(map, 'name');
  const name = (nameAt && readText(loader, nameAt)) ?? hosts?.source ?? '';
  const draft: PlayDraft = { used: [], notified: [], handlerNames: [], moreTags: [] };
  const label = `play "${name}"`;
  const inherited = inherit(loader, map, { ...imported, layers: [] }, label, draft.notified, ['vars']);
  const here: Here = { loader, play: draft, place: playbookPlace(playbookDir, root), inherited };
  const files = loader.flawed(() => filesOfVars(loader, playbookDir, map));
  const layers = [...ownVars(loader, map, label), ...imported.layers, ...files.value];
  const facts = asksForFacts(here, map);
  const nodes = nodesOf(here, map);
  const handlers = loadHandlers(here, entry(map, 'handlers')?.value ?? null, layers);
  checkNotified(loader, draft);
  const flag = (key: string, otherwise: boolean) => {
    const at = entry(map, key);
    return (at && readBoolean(loader, at)) ?? otherwise;
  };
  const ways = {
    ...readNumbers(loader, map),
    anyErrorsFatal: flag('any_errors_fatal', false),
    forceHandlers: flag('force_handlers', false),
    gatherFacts: flag('gather_facts', true),
  };
  if (!hosts) return null;
  return {
    at: position(map.span),
    name,
    dir: playbookDir,
    hosts,
    layers,
    ...(files.flawed ? { lacksVariables: true } : {}),
    nodes: addTags(nodes, draft.moreTags),
    handlers,
    ...ways,
    facts,
  };
}

/** As the user whom the play becomes, whatever else it says of its tasks. */
function asksForFacts({ loader, inherited }: Here, map: YamlMap): Task | null {
  const type = loader.taskTypes.get('setup');
  const at = position(map.span);
  return type
    ? { ...bareTask(loader.nextId(), type, at, 'Gathering Facts'), become: inherited.become, quiet: true }
    : null;
}

/** What an import_playbook gives to the plays that it brings in. */
export function readImported(loader: Loader, map: YamlMap, outer: Inherited, label: string): Inherited {
  return inherit(loader, map, outer, label, [], []);
}

export const NOT_IMPORTED = NOTHING;

function nodesOf(here: Here, map: YamlMap): Node[] {
  const tasks = (key: 'pre_tasks' | 'tasks' | 'post_tasks') => {
    const at = entry(map, key);
    return at ? loadTasks(here, at.value, `"${key}"`) : [];
  };
  const flush = (): Flush => ({
    kind: 'flush',
    at: position(map.span),
    id: here.loader.nextId(),
    when: [],
    tags: new Set(),
    layers: [],
    role: null,
  });
  return [
    ...tasks('pre_tasks'),
    flush(),
    ...rolesOf(here, map),
    ...tasks('tasks'),
    flush(),
    ...tasks('post_tasks'),
    flush(),
  ];
}

function rolesOf(here: Here, map: YamlMap): Node[] {
  const at = entry(map, 'roles');
  if (!at || isNothing(at)) return [];
  if (at.value.kind === 'list') return at.value.items.flatMap((item) => loadRoleEntry(here, item));
  const message = `"roles" takes a list of roles, not ${describe(at.value)}`;
  here.loader.report(fault(at.value.span, 'wrong-type', message, 'begin each of them with "- "'));
  return [];
}

function ownVars(loader: Loader, map: YamlMap, label: string): Layer[] {
  const at = entry(map, 'vars');
  return at ? [readLayer(loader, at, `vars of ${label}`)] : [];
}

function filesOfVars(loader: Loader, playbookDir: string, map: YamlMap): Layer[] {
  const at = entry(map, 'vars_files');
  if (!at || isNothing(at)) return [];
  const hint =
    'what differs from host to host belongs into group_vars/ or host_vars/; for one run give -e @file';
  return readWords(loader, at, null, hint).flatMap(({ text, span }) => {
    const path = isAbsolute(text) ? text : join(playbookDir, text);
    const file = loader.yaml(path);
    const shown = loader.io.display(path);
    if (!file) {
      reportAbsent(loader, { name: text, span, tried: [path] });
      return [];
    }
    if (!file.node) return [];
    if (file.node.kind === 'map') return [layerOf(loader, file.node, shown)];
    const message = `a file of variables holds a map, not ${describe(file.node)}`;
    loader.report(fault(file.node.span, 'wrong-type', message));
    return [];
  });
}

function isNothing({ value }: YamlEntry): boolean {
  return value.kind === 'scalar' && value.value === null;
}
