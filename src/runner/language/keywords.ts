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

const ELSEWHERE: Readonly<Record<string, string>> = {
  listen: 'it belongs to handlers',
  when: 'put it on the tasks, or on a block around them',
  loop: 'put it on the tasks, or on a block around them',
  notify: 'put it on the tasks',
  delegate_to: 'put it on the tasks, or on a block around them',
  any_errors_fatal: 'set it for the play',
  serial: 'set it for the play',
  strategy: 'set it for the play',
  import_playbook: 'it is an entry of its own in the list of plays',
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
  const hint = isKnown(key) ? hintElsewhere(key, place) : didYouMean(key, KEYS[place]);
  loader.report(fault(keySpan, 'unknown-key', `"${key}" is not a key of ${TITLES[place]}`, hint));
}

/** True if the key means something somewhere, or looks like one that does. */
export function looksLikeKey(key: string, place: Place): boolean {
  return isKnown(key) || closest(key, KEYS[place]) !== undefined;
}

function isKnown(key: string): boolean {
  return Object.values(KEYS).some((keys) => keys.includes(key));
}

function hintElsewhere(key: string, place: Place): string {
  if (place === 'include') {
    return `put it on a block around the include, or on the tasks within (import_tasks and import_role take it)`;
  }
  if (place === 'block') return 'put it on the tasks within';
  return ELSEWHERE[key] ?? (KEYS.task.includes(key) ? 'put it on the tasks' : 'set it for the play');
}
