import { foreignKey } from './foreign.ts';
import type { Loader } from './loader.ts';
import { fault } from './source.ts';
import { closest, didYouMean } from './suggest.ts';
import type { YamlEntry, YamlMap } from './yaml.ts';

/** Where keys stand. */
export type Place =
  | 'play'
  | 'role'
  | 'task'
  | 'handler'
  | 'block'
  | 'import'
  | 'include'
  | 'meta'
  | 'import_playbook';

const INHERITED = [
  'name',
  'tags',
  'become',
  'become_user',
  'environment',
  'vars',
  'no_log',
  'ignore_errors',
  'ignore_unreachable',
  'run_once',
  'check_mode',
  'timeout',
];

const CONDITIONAL = [...INHERITED, 'when', 'delegate_to', 'notify'];
const LOOP = ['loop', 'loop_control'];
const TASK = [
  ...CONDITIONAL,
  ...LOOP,
  'register',
  'changed_when',
  'failed_when',
  'until',
  'retries',
  'delay',
];

/** The keys that mean something in each place, beside the one that says what the thing is. */
export const KEYS: Readonly<Record<Place, readonly string[]>> = {
  play: [
    ...INHERITED,
    'hosts',
    'vars_files',
    'roles',
    'pre_tasks',
    'tasks',
    'post_tasks',
    'handlers',
    'serial',
    'max_fail_percentage',
    'any_errors_fatal',
    'force_handlers',
    'gather_facts',
    'order',
    'strategy',
  ],
  role: [...CONDITIONAL, 'role'],
  task: TASK,
  handler: [...TASK, 'listen'],
  block: [...CONDITIONAL, ...LOOP, 'block', 'rescue', 'always'],
  import: CONDITIONAL,
  include: ['name', 'when', 'tags', 'vars', ...LOOP],
  meta: ['name', 'when', 'tags'],
  import_playbook: ['name', 'when', 'tags', 'vars', 'import_playbook'],
};

const TITLES: Readonly<Record<Place, string>> = {
  play: 'a play',
  role: 'the use of a role',
  task: 'a task',
  handler: 'a handler',
  block: 'a block',
  import: 'an import',
  include: 'an include',
  meta: 'a meta task',
  import_playbook: 'an import_playbook',
};

/** Keys that stand in place of a task type. */
export const STRUCTURE = [
  'block',
  'import_tasks',
  'include_tasks',
  'import_role',
  'include_role',
  'meta',
] as const;

export type Structure = (typeof STRUCTURE)[number];

const IN_A_BLOCK = 'it belongs to a block: - block: […], with rescue: and always: beside it';

/** Where keys belong that no task takes; the play, unless one is named here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  listen: 'it belongs to handlers',
  role: 'write it into the list below "roles" of the play',
  import_playbook: 'it is an entry of its own in the list of plays',
  block: IN_A_BLOCK,
  rescue: IN_A_BLOCK,
  always: IN_A_BLOCK,
};

/** Refuse every key that means nothing in this place; `own` are the keys that say what the thing is. */
export function checkKeys(loader: Loader, map: YamlMap, place: Place, own: readonly string[] = []): void {
  for (const entry of map.entries) {
    if (!KEYS[place].includes(entry.key) && !own.includes(entry.key)) refuseKey(loader, entry, place);
  }
}

export function refuseKey(loader: Loader, entry: YamlEntry, place: Place): void {
  const { key, keySpan } = entry;
  const foreign = foreignKey(key, place);
  if (foreign) {
    loader.report(fault(keySpan, 'foreign-key', foreign.message, foreign.hint));
    return;
  }
  const hint = hintFor(key, place);
  loader.report(fault(keySpan, 'unknown-key', `"${key}" is not a key of ${TITLES[place]}`, hint));
}

/** True if the key means something somewhere, or looks like one that does. */
export function looksLikeKey(key: string, place: Place): boolean {
  return isKnown(key) || closest(key, KEYS[place]) !== undefined;
}

function isKnown(key: string): boolean {
  return Object.values(KEYS).some((keys) => keys.includes(key));
}

function hintFor(key: string, place: Place): string | undefined {
  if (place === 'play' && (STRUCTURE as readonly string[]).includes(key))
    return 'write it into the list below "tasks" of the play';
  if (!isKnown(key)) return didYouMean(key, KEYS[place]);
  return KEYS.task.includes(key) ? hintOfTasks(key, place) : (ELSEWHERE[key] ?? 'set it for the play');
}

/** A key that tasks take, elsewhere. */
function hintOfTasks(key: string, place: Place): string {
  const loops = LOOP.includes(key);
  switch (place) {
    case 'meta':
      return 'remove it: a meta task takes name, when and tags';
    case 'block':
      return 'put it on the tasks within';
    case 'include':
      return KEYS.block.includes(key)
        ? 'put it on a block around the include, or on the tasks within (import_tasks and import_role take it)'
        : 'put it on the tasks within';
    case 'import':
      return loops ? 'include_tasks and include_role take it' : 'put it on the tasks within';
    case 'role':
      return loops ? 'use include_role among the tasks, which takes it' : 'put it on the tasks of the role';
    default:
      return KEYS.block.includes(key) && !KEYS.play.includes(key) && key !== 'notify'
        ? 'put it on the tasks, or on a block around them'
        : 'put it on the tasks';
  }
}
