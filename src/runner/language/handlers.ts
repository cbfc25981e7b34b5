import type { Here, PlayDraft, Used } from './here.ts';
import type { Loader } from './loader.ts';
import type { Layer, Node, Task, Template, Variable } from './model.ts';
import { roleFile } from './role.ts';
import { fault } from './source.ts';
import { didYouMean } from './suggest.ts';
import { loadTaskFile, loadTasks } from './tasks.ts';
import type { YamlNode } from './yaml.ts';

/** The handlers of a play: those of its roles in the order of their use, then its own. `layers`: the play's variables. */
export function loadHandlers(here: Here, own: YamlNode | null, layers: readonly Layer[]): Task[] {
  const handlers: Task[] = [];
  let known: readonly Variable[] | undefined;
  const around = () => (known ??= made([...here.loader.inventory, ...layers]));
  for (const used of here.play.used) {
    for (const handler of roleHandlers(used)) {
      if (!handlers.some((other) => isSame(other, handler, around))) handlers.push(handler);
    }
  }
  if (own) handlers.push(...tasksIn(loadTasks(asHandlers(here), own, '"handlers"')));
  checkNames(here.loader, here.play);
  return handlers;
}

/** Every constant `notify` must find a handler of the play. */
export function checkNotified(loader: Loader, play: PlayDraft): void {
  const known = new Set(
    play.handlerNames.flatMap(({ name, role }) => (role ? [name, `${role} : ${name}`] : [name])),
  );
  for (const { name, span } of play.notified) {
    if (known.has(name)) continue;
    const hint = didYouMean(name, known) ?? (known.size === 0 ? 'this play has no handlers' : listing(play));
    loader.report(fault(span, 'unknown-handler', `this play has no handler "${name}"`, hint));
  }
}

function listing(play: PlayDraft): string {
  const names = [...new Set(play.handlerNames.map(({ name }) => `"${name}"`))];
  return names.length > 8 ? `there are ${names.length} others` : `there are ${names.join(', ')}`;
}

function roleHandlers({ text, here, span }: Used): Task[] {
  const file = roleFile(here.loader, text.role.path, 'handlers', 'main');
  return file === null ? [] : tasksIn(loadTaskFile(asHandlers(here), file, span));
}

/** Handlers keep what their role or play says, but the tags and notifications of its tasks are not theirs. */
function asHandlers(here: Here): Here {
  const { place, inherited } = here;
  return { ...here, inherited: { ...inherited, notify: [] }, place: { ...place, handlers: true, files: [] } };
}

function tasksIn(nodes: readonly Node[]): Task[] {
  return nodes.filter((node) => node.kind === 'task');
}

function checkNames(loader: Loader, play: PlayDraft): void {
  const first = new Map<string, PlayDraft['handlerNames'][number]>();
  for (const one of play.handlerNames) {
    if (one.kind === 'listen') continue;
    const other = first.get(one.name);
    if (!other) first.set(one.name, one);
    else if (other.span.source !== one.span.source || other.span.start !== one.span.start) {
      const at = other.span.source.position(other.span.start);
      const message = `a play can't have two handlers called "${one.name}"`;
      loader.report(
        fault(one.span, 'two-handlers', message, `the other one is at ${at.file}:${at.line}; rename one`),
      );
    }
  }
}

/**
 * A role that is used twice has its handlers once, unless they read what the uses were given, or are bound to other
 * conditions.
 */
function isSame(known: Task, handler: Task, around: () => readonly Variable[]): boolean {
  if (known.role?.role !== handler.role?.role || !samePlace(known.at, handler.at)) return false;
  if (known.role === handler.role) return false;
  if (situation(known) !== situation(handler)) return false;
  return !readsUse(known, around()) && !readsUse(handler, around());
}

function samePlace(a: Task['at'], b: Task['at']): boolean {
  return a.file === b.file && a.line === b.line && a.column === b.column;
}

/** What a handler has from the places around it, as a text to compare. */
function situation({ when, environment, become, delegateTo, checkMode, noLog, timeout }: Task): string {
  const at = (template: Template | null) => template?.at ?? null;
  const active = typeof become.active === 'object' ? at(become.active) : become.active;
  const rest = [active, at(become.user), at(delegateTo), checkMode, noLog, at(timeout)];
  return JSON.stringify([when.map((one) => one.at), environment.map(at), ...rest]);
}

function readsUse(handler: Task, around: readonly Variable[]): boolean {
  const use = handler.role;
  if (!use) return false;
  const { role, parameters } = use;
  const own = [role.inputs, role.defaults.variables, role.vars.variables, parameters.variables];
  const names = madeOf(new Set(own.flatMap((variables) => [...variables.keys()])), around);
  return [...names].some((name) => mentions(handler, name));
}

/** The variables that are made of others. */
function made(layers: readonly Layer[]): Variable[] {
  return layers
    .flatMap(({ variables }) => [...variables.values()])
    .filter(({ value }) => value.mentions.size > 0);
}

/** These names, and those of the variables around that are made of them. */
function madeOf(names: ReadonlySet<string>, around: readonly Variable[]): ReadonlySet<string> {
  const more = around.filter(
    ({ name, value }) => !names.has(name) && [...value.mentions].some((one) => names.has(one)),
  );
  return more.length === 0 ? names : madeOf(new Set([...names, ...more.map(({ name }) => name)]), around);
}

function mentions(task: Task, name: string): boolean {
  const { params, loop, notify, when, changedWhen, failedWhen, until, retries, delay, environment, layers } =
    task;
  const parts = [
    params,
    loop?.items,
    loop?.label,
    loop?.pause,
    retries,
    delay,
    ...notify,
    ...environment,
    ...when,
    ...(changedWhen ?? []),
    ...(failedWhen ?? []),
    ...(until ?? []),
    ...layers.flatMap((layer) => [...layer.variables.values()].map(({ value }) => value)),
    ...task.templates.map(({ text }) => text),
  ];
  return parts.some((part) => part && !('site' in part && part.site) && part.mentions.has(name));
}
