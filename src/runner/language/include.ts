import { join } from 'node:path';
import { reportAbsent } from './absent.ts';
import type { Here } from './here.ts';
import { inherit } from './inherited.ts';
import { checkKeys, type Structure } from './keywords.ts';
import { position } from './loader.ts';
import { readLoop } from './loop.ts';
import type { Include, Node } from './model.ts';
import { describe, readConstant, type Word } from './read.ts';
import { findRole } from './role.ts';
import { varsOf } from './role-parameters.ts';
import { useRole } from './roles.ts';
import { fault } from './source.ts';
import { didYouMean } from './suggest.ts';
import { loadTaskFile } from './tasks.ts';
import { titled } from './title.ts';
import { entry, type YamlEntry, type YamlMap } from './yaml.ts';

export type Verb = Exclude<Structure, 'block' | 'meta'>;

const STATIC =
  'name the files one by one, each with its own "when": which tasks there are is known before a host is';

/**
 * `import_tasks` and `import_role` hand what they say down to every task; `include_tasks` and `include_role` keep it
 * to themselves, except for `vars`.
 */
export function loadInclude(here: Here, map: YamlMap, at: YamlEntry & { readonly key: Verb }): Node[] {
  const { loader, play, place } = here;
  const dynamic = at.key === 'include_tasks' || at.key === 'include_role';
  checkKeys(loader, map, dynamic ? 'include' : 'import', [at.key]);
  const role = at.key === 'import_role' || at.key === 'include_role';
  const names = titled(loader, map);
  const label = names.label(at.key);
  const own = inherit(loader, map, here.inherited, label, play.notified, role ? ['vars'] : []);
  if (!dynamic) return follow({ ...here, inherited: own }, map, at);
  const id = loader.nextId();
  const loop = readLoop(loader, map, { of: 'include', around: place.loops });
  const inside: Here = {
    ...here,
    inherited: { ...here.inherited, layers: own.layers },
    place: {
      ...place,
      gates: [...place.gates, `include ${id}`],
      loops: loop ? [...place.loops, loop.loopVar] : place.loops,
    },
  };
  const type = role ? 'include_role' : 'include_tasks';
  const nodes = follow(inside, map, at);
  const { when, tags, layers } = own;
  const shown = { ...names.shown, at: position(map.span) };
  return [
    {
      kind: 'include',
      id,
      type,
      ...shown,
      when,
      tags,
      layers,
      role: here.inherited.role,
      loop,
      nodes,
    } satisfies Include,
  ];
}

function follow(here: Here, map: YamlMap, at: YamlEntry & { readonly key: Verb }): Node[] {
  return at.key === 'import_role' || at.key === 'include_role'
    ? roleTasks(here, map, at)
    : fileTasks(here, at);
}

function fileTasks(here: Here, at: YamlEntry): Node[] {
  const { loader, place } = here;
  const named = at.value.kind === 'map' ? parameters(here, at, ['file']).file : wordOf(here, at);
  if (!named) return [];
  const roleTasks = place.role ? [join(place.role.role.path, 'tasks')] : [];
  const dirs = [...new Set([place.dir, ...roleTasks, ...(place.role ? [] : [place.playbookDir])])];
  const tried = named.text.startsWith('/') ? [named.text] : dirs.map((dir) => join(dir, named.text));
  const file = tried.find((path) => loader.exists(path) && !loader.isDirectory(path));
  if (file !== undefined) return loadTaskFile(here, file, named.span);
  reportAbsent(loader, { name: named.text, span: named.span, tried });
  return [];
}

function roleTasks(here: Here, map: YamlMap, at: YamlEntry): Node[] {
  const { loader } = here;
  if (at.value.kind !== 'map') {
    const text = at.value.kind === 'scalar' && typeof at.value.value === 'string' ? at.value.value : 'x';
    const message = `"${at.key}" takes a map, not ${describe(at.value)}`;
    loader.report(fault(at.value.span, 'wrong-type', message, `write ${at.key}: {${asEntries(text)}}`));
    return [];
  }
  const { name, tasks_from } = parameters(here, at, ['name', 'tasks_from']);
  const text = name && findRole(here, name);
  if (!text) return [];
  const vars = entry(map, 'vars');
  const given = vars ? varsOf(loader, vars) : [];
  return useRole({ text, given, here, span: name.span, from: tasks_from ?? null, once: null });
}

/** `name=web tasks_from=x`, or a name alone. */
function asEntries(text: string): string {
  const words = [...text.matchAll(/(\w+)=(\S+)/g)].map(([, key, value]) => `${key}: ${value}`);
  return words.length > 0 ? words.join(', ') : `name: ${text}`;
}

const ELSEWHERE = new Map(
  Object.entries({
    apply: 'put a block with these keys around it, or use an import',
    public: "a role's variables are private: set what others need with set_fact",
    vars_from: 'give the variables below vars',
    defaults_from: 'give the variables below vars',
    handlers_from: 'a role has one file of handlers, which may import others',
    allow_duplicates: 'an import or include of a role is always run',
    rolespec_validate: 'what a role is given is always checked',
    role: 'the name of the role stands below "name"',
  }),
);

/** The parameters of an import or include: constant texts; the first one must be there. */
function parameters<K extends string>(
  { loader }: Here,
  at: YamlEntry,
  names: readonly [K, ...K[]],
): Partial<Record<K, Word>> {
  const words: Partial<Record<K, Word>> = {};
  const entries = at.value.kind === 'map' ? at.value.entries : [];
  for (const one of entries) {
    const name = names.find((known) => known === one.key);
    if (name === undefined) {
      const hint = ELSEWHERE.get(one.key) ?? didYouMean(one.key, names);
      loader.report(fault(one.keySpan, 'unknown-key', `"${at.key}" has no parameter "${one.key}"`, hint));
      continue;
    }
    const text = readConstant(loader, one, 'a text', STATIC);
    if (text !== undefined) words[name] = { text, span: one.value.span };
  }
  if (!entries.some(({ key }) => key === names[0])) {
    loader.report(fault(at.keySpan, 'missing-key', `"${at.key}" needs "${names[0]}"`));
  }
  return words;
}

function wordOf({ loader }: Here, at: YamlEntry): Word | undefined {
  const text = readConstant(loader, at, 'the name of a file', STATIC);
  const [, file, words] = /^(\S+)\s+((?:\w+=\S*\s*)+)$/.exec(text ?? '') ?? [];
  if (file) {
    const keys = words!
      .trim()
      .replaceAll('=', ': ')
      .replaceAll(/\s+(?=\w+:)/g, ', ');
    const hint = `write ${at.key}: ${file}, and beside it ${keys}`;
    loader.report(fault(at.value.span, 'words', 'what goes with a file of tasks stands beside it', hint));
    return undefined;
  }
  return text === undefined ? undefined : { text, span: at.value.span };
}
