import { basename, dirname, relative, resolve } from 'node:path';
import type { PlayOptions } from '../cli.ts';
import { type Diagnostic, isError } from '../contract/diagnostic.ts';
import type { Secrets } from '../contract/secret.ts';
import type { TaskType } from '../contract/task-type.ts';
import type { DebtPlace } from '../engine/debt-file.ts';
import type { SelectedPlay } from '../engine/run.ts';
import { parseExtraVars } from '../language/extra-vars.ts';
import { findHost, type LoadedInventory, loadInventory } from '../language/inventory.ts';
import type { InventoryHost, Layer, Pattern, Play, Playbook } from '../language/model.ts';
import { readLimit, selectHosts } from '../language/pattern.ts';
import { loadPlaybook, projectRoot } from '../language/playbook.ts';
import { didYouMean } from '../language/suggest.ts';
import { checkPlay } from '../plan/check.ts';
import { type HostContext, hostScope, type RunContext, scopeOf } from '../plan/context.ts';
import { typedExtra } from '../plan/extra.ts';
import { rolesOf, secretInputs } from '../plan/inputs.ts';
import { type RunPaths, runMagic } from '../plan/magic.ts';
import { plainSecrets } from '../plan/plain-secrets.ts';
import { asRead } from '../plan/reading.ts';
import { namesWritten } from '../plan/results.ts';
import { Sources } from '../plan/sources.ts';
import { checkTags, chooseTags, startAt, taskNames, tasksOf } from '../plan/tags.ts';
import type { fileAccess } from './files.ts';
import { unreadVars } from './unread-vars.ts';

/** Everything that was read for a run, and found right as far as can be known without a host. */
export interface Project {
  readonly playbooks: readonly Playbook[];
  readonly inventory: LoadedInventory;
  readonly plays: readonly SelectedPlay[];
  readonly context: RunContext;
  readonly diagnostics: readonly Diagnostic[];
  readonly notes: readonly string[];
}

type Files = ReturnType<typeof fileAccess>;

/** What the command line says of what is read. */
type Choice = Pick<
  PlayOptions,
  | 'playbooks'
  | 'inventory'
  | 'limit'
  | 'tags'
  | 'skipTags'
  | 'extraVars'
  | 'startAtTask'
  | 'check'
  | 'diff'
  | 'forks'
  | 'verbosity'
  | 'become'
  | 'becomeUser'
>;

/**
 * Read playbooks and inventory, choose hosts and tasks, and check all of it. Opens no connection. `given`: the
 * inventory, if it was read before.
 */
export function readProject(
  options: Choice,
  files: Files,
  cwd: string,
  taskTypes: ReadonlyMap<string, TaskType>,
  version: string,
  given?: ReturnType<typeof loadInventory>,
): Project {
  const diagnostics: Diagnostic[] = [];
  const notes: string[] = [];
  const take = <T>({ value, diagnostics: found }: { value: T; diagnostics: readonly Diagnostic[] }): T => {
    diagnostics.push(...found);
    return value;
  };
  const inventory = take(given ?? readInventory(options.inventory, files, cwd));
  const isUsable = !diagnostics.some(isError);
  const layers = [
    ...new Set([...inventory.hosts.values(), inventory.localhost].flatMap((host) => host.layers)),
  ];
  const playbooks = options.playbooks.map((path) =>
    take(loadPlaybook(resolve(cwd, path), { taskTypes, io: files, inventory: layers })),
  );
  const written = playbooks.flatMap((playbook) => playbook.plays);
  const extra: Layer = typedExtra(
    take(parseExtraVars(options.extraVars, (path) => files.read(resolve(cwd, path)), files.vaults)),
    written,
  );
  const choice = { only: options.tags, skip: options.skipTags };
  if (!diagnostics.some(isError)) diagnostics.push(...checkTags(playbooks, choice));
  const unread = options.inventory.length > 0 ? unreadVars(written, inventory, files) : [];
  diagnostics.push(...unread);
  const limit = limitOf(options, cwd, files, take);
  const playbookDir = dirname(resolve(cwd, options.playbooks[0] ?? '.'));
  const context: RunContext = {
    inventory,
    extra,
    check: options.check,
    sources: new Sources(files),
    become: { active: options.become, user: options.becomeUser },
    given: runMagic({
      ...options,
      version,
      paths: pathsOf(options, inventory, cwd, playbookDir),
    }),
  };
  const plays: SelectedPlay[] = [];
  let begun = options.startAtTask === null;
  for (const play of written) {
    const selected = selectHosts(play.hosts, inventory, limit ?? undefined);
    // Of an inventory that could not be read it has been said why nobody is there.
    const { hosts: names, note } = isUsable || inventory.hosts.size > 0 ? take(selected) : selected.value;
    if (note) notes.push(`play "${play.name}" is skipped: ${note}`);
    const from: Play | null = begun ? play : startAt(play, options.startAtTask!);
    if (!from) continue;
    begun = true;
    const hosts = names
      .map((name) => findHost(inventory, name))
      .filter((host): host is InventoryHost => host !== undefined);
    plays.push({
      play: asRead(chooseTags(from, choice), hosts, extra),
      hosts: ordered(hosts, play.order),
      playbook: files.display(playbookOf(play, playbooks).file),
      debtPlace: notifies(play) ? debtPlaceOf(play, playbookOf(play, playbooks).file, files) : null,
    });
  }
  if (!begun && !diagnostics.some(isError)) diagnostics.push(noStart(options.startAtTask!, playbooks));
  if (!diagnostics.some(isError) && plays.length > 0 && plays.every(({ hosts }) => hosts.length === 0)) {
    diagnostics.push({
      code: 'no-hosts',
      message: 'no play has any host',
      hint: notes[0] ?? 'look at hosts: and --limit',
    });
  }
  // Also where the text is wrong in places, so that everything is said at once; but without its variables every task
  // would seem to be wrong.
  if (isUsable && unread.length === 0)
    diagnostics.push(...checkPlays(plays, context), ...plainSecrets(plays, context));
  return { playbooks, inventory, plays, context, diagnostics, notes };
}

export function readInventory(paths: readonly string[], files: Files, cwd: string) {
  return loadInventory(
    paths.map((path) => inventoryPath(path, cwd)),
    files,
  );
}

function noStart(task: string, playbooks: readonly Playbook[]): Diagnostic {
  const names = playbooks.flatMap(({ plays }) => plays.flatMap(taskNames));
  if (names.includes(task)) {
    const hint = 'it is in a rescue or in a loop: begin with a task in front of that';
    return { code: 'unknown-task', message: `no run can begin with "${task}"`, hint };
  }
  const hint = didYouMean(task, names) ?? '--list-tasks shows those that there are';
  return { code: 'unknown-task', message: `no task is called "${task}"`, hint };
}

/** Whether any of its tasks, chosen or not, has somebody to notify. */
function notifies(play: Play): boolean {
  return [...tasksOf(play.nodes)].some((task) => task.notify.length > 0);
}

function debtPlaceOf(play: Play, playbook: string, files: Files): DebtPlace {
  const root = projectRoot(playbook, files);
  return { project: basename(root), playbook: relative(root, playbook), play: play.name };
}

function playbookOf(play: Play, playbooks: readonly Playbook[]): Playbook {
  return playbooks.find((playbook) => playbook.plays.includes(play))!;
}

/** The values of every role input that is declared secret, on every host that reaches the role. */
export function collectSecrets(plays: readonly SelectedPlay[], context: RunContext, secrets: Secrets): void {
  for (const { play, hosts } of plays) {
    const uses = [...rolesOf([...play.nodes, ...play.handlers])].map((role) => ({ role, layers: [] }));
    for (const host of hosts) {
      for (const use of uses) {
        const scope = scopeOf(contextOf(context, play, host, []), use, new Map());
        for (const value of secretInputs(use, scope)) secrets.add(value);
      }
    }
  }
}

export function hostScopes(context: RunContext) {
  return (host: InventoryHost) => hostScope(context, host);
}

export function checkPlays(plays: readonly SelectedPlay[], context: RunContext): Diagnostic[] {
  const found = checkOnce(plays, context);
  if (!context.sources.isUncertain) return found;
  // Now it is known what tasks will bring here, for which others may look.
  const again = checkOnce(plays, context);
  context.sources.settle();
  return again;
}

function checkOnce(plays: readonly SelectedPlay[], context: RunContext): Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const [index, { play, hosts }] of plays.entries()) {
    const names = hosts.map((host) => host.name);
    const written = namesWritten(plays.slice(0, index + 1).map((one) => one.play));
    found.push(...checkPlay((host) => contextOf(context, play, host, names), play, hosts, written));
  }
  return found;
}

function contextOf(run: RunContext, play: Play, host: InventoryHost, names: readonly string[]): HostContext {
  return {
    run,
    play,
    host,
    allHosts: names,
    playHosts: () => names,
    batchHosts: () => names,
    memoryOf: () => new Map(),
  };
}

export function limitOf(
  options: Pick<PlayOptions, 'limit'>,
  cwd: string,
  files: Files,
  take: (loaded: ReturnType<typeof readLimit>) => Pattern,
): Pattern | null {
  if (options.limit === null) return null;
  const at = { file: '--limit', line: 1, column: 1 };
  const limit = take(readLimit({ source: options.limit, at }, (path) => files.read(resolve(cwd, path))));
  return limit.source === '' && options.limit !== '' ? null : limit;
}

function ordered(hosts: InventoryHost[], order: Play['order']): InventoryHost[] {
  if (order === 'inventory') return hosts;
  if (order === 'reverse_inventory') return hosts.reverse();
  if (order === 'shuffle')
    return hosts
      .map((host) => ({ host, at: Math.random() }))
      .sort((a, b) => a.at - b.at)
      .map(({ host }) => host);
  const sorted = hosts.sort((a, b) => (a.name < b.name ? -1 : 1));
  return order === 'sorted' ? sorted : sorted.reverse();
}

/** A list of hosts (`a,b,`) stays as it is. */
function inventoryPath(path: string, cwd: string): string {
  return path.includes(',') ? path : resolve(cwd, path);
}

/** `playbookDir`: where commands without a playbook run. */
export function pathsOf(
  options: Pick<PlayOptions, 'inventory'>,
  { files }: Pick<LoadedInventory, 'files'>,
  cwd: string,
  playbookDir = cwd,
): RunPaths {
  return { inventoryDir: inventoryDir(options, cwd), inventoryFile: files[0] ?? null, playbookDir };
}

export function inventoryDir(options: Pick<PlayOptions, 'inventory'>, cwd: string): string {
  const first = options.inventory.find((path) => !path.includes(','));
  return first ? dirname(resolve(cwd, first)) : cwd;
}
