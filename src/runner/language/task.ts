import { localTask, type TaskType } from '../contract/task-type.ts';
import { bareTask } from './bare-task.ts';
import { connectionElsewhere } from './connection-variables.ts';
import { foreignKey } from './foreign.ts';
import { foreignType } from './foreign-types.ts';
import type { Here } from './here.ts';
import { type Inherited, inherit } from './inherited.ts';
import { checkKeys, KEYS, refuseKey } from './keywords.ts';
import { type Loader, position } from './loader.ts';
import { readLoop } from './loop.ts';
import type { Expression, Task } from './model.ts';
import { nameFault } from './names.ts';
import { compileParams } from './params.ts';
import { readAmount, readConditions, readConstant, readWords, type Word } from './read.ts';
import { fault } from './source.ts';
import { checkSources } from './static-sources.ts';
import { closest, didYouMean } from './suggest.ts';
import { constantTemplate } from './template.ts';
import { titled } from './title.ts';
import { entry, type YamlEntry, type YamlMap } from './yaml.ts';

/** Stands for a type that there is not; nobody knows what it would register. */
const UNKNOWN = localTask({
  name: 'unknown',
  schema: { type: 'object', description: '', properties: {}, additionalProperties: false } as const,
  evaluate: () => ({ result: {} }),
});

/** A task or handler; `at` is its task type, null: it has none that is known. */
export function loadTask(here: Here, map: YamlMap, at: YamlEntry | null): Task | null {
  const { loader, play, place } = here;
  const isFlawed = loader.watch();
  const kind = place.handlers ? 'handler' : 'task';
  const names = titled(loader, map);
  const inherited = inherit(loader, map, here.inherited, names.label(kind), play.notified);
  const own = readOwn(here, map);
  if (place.handlers) readHandlerNames(here, map);
  const type = at && loader.taskTypes.get(at.key);
  if (!at || !type) {
    refuseTask(loader, map, kind);
    // What it registers is not missed besides.
    const standIn = bareTask(loader.nextId(), UNKNOWN, position(map.span), '');
    if (own.register === null) return null;
    return { ...standIn, ...names.shown, ...mergedInto(inherited), ...own, flawed: isFlawed() };
  }
  const outside = parametersOutside(map, at, type, kind);
  refuseOutside(loader, outside, type, at);
  const entries = outside.length > 0 ? map.entries.filter((one) => !outside.includes(one)) : map.entries;
  checkKeys(loader, { ...map, entries }, kind, [at.key]);
  if (outside.length > 0 && isNothing(at)) return null;
  checkMode(loader, inherited, type, own.changedWhen);
  checkFactNames(loader, type, at);
  const params = loader.take(compileParams(type, at.value));
  const templates = checkSources(here, type, at.value);
  return {
    kind: 'task',
    id: loader.nextId(),
    at: position(map.span),
    ...names.shown,
    type,
    params,
    ...mergedInto(inherited),
    ...own,
    search: place.search,
    templates,
    flawed: isFlawed(),
  };
}

/** `file:` with nothing below it, and its parameters on its own level. */
function parametersOutside(
  map: YamlMap,
  at: YamlEntry,
  type: TaskType,
  kind: 'task' | 'handler',
): YamlEntry[] {
  return map.entries.filter(
    (one) => one !== at && !KEYS[kind].includes(one.key) && Object.hasOwn(type.schema.properties, one.key),
  );
}

function refuseOutside(
  loader: Loader,
  outside: readonly YamlEntry[],
  { name }: TaskType,
  at: YamlEntry,
): void {
  for (const { key, keySpan } of outside) {
    const message = `"${key}" is a parameter of "${name}", and stands beside it`;
    const hint = isNothing(at) ? `indent it below ${name}:` : `write it inside of ${name}: {${key}: …}`;
    loader.report(fault(keySpan, 'unknown-key', message, hint));
  }
}

function isNothing({ value }: YamlEntry): boolean {
  return value.kind === 'scalar' && value.value === null;
}

function mergedInto(inherited: Inherited) {
  return { ...inherited, checkMode: inherited.checkMode?.value ?? null };
}

type Own = Pick<
  Task,
  'loop' | 'register' | 'listen' | 'changedWhen' | 'failedWhen' | 'until' | 'retries' | 'delay'
>;

/** What a task does not inherit. */
function readOwn({ loader, place }: Here, map: YamlMap): Own {
  const find = (key: string) => entry(map, key);
  const conditions = (key: string): readonly Expression[] | null => {
    const at = find(key);
    return at ? readConditions(loader, at) : null;
  };
  const amount = (key: string, unit: string) => {
    const at = find(key);
    return (at && readAmount(loader, at, unit)) ?? null;
  };
  const until = conditions('until');
  const span = find('until')?.keySpan ?? map.span;
  const fallback = (value: number) => constantTemplate(value, position(span));
  const retries = amount('retries', 'attempts') ?? (until ? fallback(3) : null);
  const delay = amount('delay', 'seconds') ?? (retries ? fallback(5) : null);
  return {
    loop: readLoop(loader, map, { of: 'task', around: place.loops }),
    register: readRegister(loader, find('register')),
    listen: place.handlers ? listened(loader, map).map(({ text }) => text) : [],
    changedWhen: conditions('changed_when'),
    failedWhen: conditions('failed_when'),
    until,
    retries,
    delay,
  };
}

function listened(loader: Loader, map: YamlMap): readonly Word[] {
  const at = entry(map, 'listen');
  return at ? readWords(loader, at, null) : [];
}

/** By what a handler can be notified: kept for the check of what is notified. */
export function readHandlerNames({ loader, play, place }: Here, map: YamlMap): void {
  const role = place.role?.role.name ?? null;
  const at = entry(map, 'name');
  const topics = listened(loader, map);
  for (const { text, span } of topics) play.handlerNames.push({ name: text, span, kind: 'listen', role });
  const hint = 'name it without variables, or let it listen to a topic';
  const name = at && readConstant(loader, at, 'a text', hint);
  if (at && name !== undefined) play.handlerNames.push({ name, span: at.value.span, kind: 'name', role });
  if (at || topics.length > 0) return;
  loader.report(
    fault(map.span, 'missing-key', 'nothing can notify this handler: it has no name', 'add name: or listen:'),
  );
}

function readRegister(loader: Loader, at: YamlEntry | undefined): string | null {
  if (!at) return null;
  const name = readConstant(loader, at, 'a name', 'a result has one name: write it out');
  if (name === undefined) return null;
  const wrong =
    name === 'item'
      ? fault(at.value.span, 'reserved-name', '"item" is what loops call their items', 'choose another name')
      : nameFault(at.value.span, name, 'a result');
  if (wrong) loader.report(wrong);
  return wrong ? null : name;
}

/** No task type that is known: a foreign one, a misspelt one, or none at all. */
function refuseTask(loader: Loader, map: YamlMap, kind: 'task' | 'handler'): void {
  if (entry(map, 'hosts')) {
    const hint = 'a file of plays is brought in by import_playbook, in the list of plays';
    loader.report(fault(map.span, 'no-task-type', 'this is a play, where a task is due', hint));
    return;
  }
  const types = [...loader.taskTypes.keys()];
  const others = map.entries.filter(({ key }) => !KEYS[kind].includes(key));
  let named = false;
  for (const at of others) {
    const foreign = foreignKey(at.key, kind);
    const type = foreign ? undefined : foreignType(at.key, loader.taskTypes);
    const keyLike =
      !type && closest(at.key, types) === undefined && closest(at.key, KEYS[kind]) !== undefined;
    if (foreign || keyLike || KEYS.play.includes(at.key) || at.key === 'listen') {
      refuseKey(loader, at, kind);
      named ||= foreign !== undefined;
      continue;
    }
    named = true;
    const message = type?.message ?? `there is no task type "${at.key}"`;
    const hint = type?.hint ?? didYouMean(at.key, types) ?? 'mama-play doc lists the task types';
    loader.report(fault(at.keySpan, 'unknown-task-type', message, hint));
  }
  if (named) return;
  const hint = 'name what it does, with its parameters: file: {path: /srv/x, state: directory}';
  loader.report(fault(map.span, 'no-task-type', `this ${kind} has no task type`, hint));
}

/** A task whose keys are names of variables (`set_fact`) gives none that nobody may set. */
function checkFactNames(loader: Loader, { kind, schema }: TaskType, { value }: YamlEntry): void {
  if (kind !== 'local' || !schema.additionalProperties || value.kind !== 'map') return;
  for (const { key, keySpan } of value.entries) {
    const wrong =
      key === 'cacheable'
        ? fault(
            keySpan,
            'foreign-key',
            'facts are not kept between runs: there is no "cacheable"',
            'remove it',
          )
        : (nameFault(keySpan, key, 'a variable') ?? connectionElsewhere(key, keySpan));
    if (wrong) loader.report(wrong);
  }
}

/** `check_mode: false` lets a task act in a dry run, which is given only to what does not change anything. */
function checkMode(
  loader: Loader,
  { checkMode }: Inherited,
  type: TaskType,
  changedWhen: readonly Expression[] | null,
): void {
  if (checkMode?.value !== false || type.kind === 'query' || type.kind === 'local') return;
  const never = changedWhen?.some(({ source }) => source.trim() === 'false') ?? false;
  if (type.kind === 'action' && never) return;
  const message = `check_mode: false would let "${type.name}" change the host in a dry run`;
  const hint =
    type.kind === 'action'
      ? 'if it only reads, say so with changed_when: false; else remove it'
      : 'remove it: a dry run tells what this task would change';
  loader.report(fault(checkMode.span, 'check-mode', message, hint));
}
