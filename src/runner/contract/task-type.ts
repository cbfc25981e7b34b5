// biome-ignore-all lint/suspicious/noExplicitAny: the engine handles task types whose parameter types it cannot know

import type { Readable } from 'node:stream';
import type { Delta } from './delta.ts';
import type { Reply } from './exchange.ts';
import type { Json, JsonObject } from './json.ts';
import type { Infer, ParamSchema, ParamsSchema } from './schema.ts';
import type { Script } from './script.ts';

/**
 * A task type, in the order of time. Each step is a pure function of the one before; only the engine does I/O.
 *
 *     params ─desire─▶ desired ─probe─▶ (host) ─read─▶ current ─decide─▶ delta ─apply─▶ (host)
 */
export type TaskType = StateType | QueryType | ActionType | LocalType;

/** What every kind of task type declares. */
interface Declared {
  readonly name: string;
  readonly schema: ParamsSchema;
  /** The parameter that a bare text stands for: `command: uptime` is `command: {cmd: uptime}`. */
  readonly short?: string;
  /** All the fields that `register` may get beside changed, failed, skipped and msg: reading another one is refused. */
  readonly fields?: { readonly [field: string]: ParamSchema };
  /** Variables that it sets on its host, where they are always the same ones. */
  readonly sets?: { readonly [name: string]: ParamSchema };
}

/** "This can't be done, whatever is said to the host": the task fails without touching anything. */
export interface Refusal {
  readonly refusal: string;
  readonly hint?: string;
}

/** "Only the real run can tell" (check mode only). */
export interface Unknown {
  readonly unknown: string;
}

export function refuse(refusal: string, hint?: string): Refusal {
  return hint === undefined ? { refusal } : { refusal, hint };
}

export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && 'refusal' in value;
}

export function isUnknown(value: unknown): value is Unknown {
  return typeof value === 'object' && value !== null && 'unknown' in value;
}

/** One file on the controller. */
export interface LocalFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Permission bits, 0o7777. */
  readonly mode: number;
  /** Of the content, lower-case hex; computed when first asked for. */
  sha256(): string;
  bytes(): Uint8Array;
  stream(): Readable;
}

/** One entry of a tree on the controller; `path` is relative to the tree's root, with `/`. */
export type LocalEntry =
  | { readonly kind: 'file'; readonly path: string; readonly file: LocalFile }
  | { readonly kind: 'directory'; readonly path: string; readonly mode: number }
  | { readonly kind: 'link'; readonly path: string; readonly target: string };

/** Where a task may put a file on the controller. */
export interface LocalPlace {
  /** Absolute. */
  readonly path: string;
  /** Bytes of the file that is there; null: there is none. */
  readonly size: number | null;
  /** Of its content, lower-case hex, computed when first asked for; null: there is none, or it can't be read. */
  sha256(): string | null;
}

/** What `desire` may read on the controller. Every method looks along the task's search path (DESIGN section 6). */
export interface Local {
  /** A file below `files/` (or `templates/`) along the search path; the refusal lists all places that were tried. */
  file(src: string, where?: 'files' | 'templates'): LocalFile | Refusal;
  /** A directory and everything below it, parents before children, sorted by path. */
  tree(src: string, where?: 'files' | 'templates'): readonly LocalEntry[] | Refusal;
  /** True if `src` is a directory. */
  isTree(src: string, where?: 'files' | 'templates'): boolean;
  /** A Handlebars template found below `templates/`, rendered with the variables of this task on this host. */
  render(src: string): string | Refusal;
  /**
   * What stands at a path relative to the playbook's directory. A refusal where no file could be: a directory is
   * there, or on the way stands what is none.
   */
  place(dest: string): LocalPlace | Refusal;
  /** The host's variable of this name, evaluated; undefined where there is none. */
  variable(name: string): Json | undefined;
}

/** What earlier, unmade changes of a dry run would have made of the host. Empty in a real run. */
export interface World {
  /**
   * The predicted value, undefined where nothing is predicted. Keys are areas with a name: `path:/etc/x` (the path as
   * it is without links on the way) → see `PredictedPath`; `image:tag`, `network:n`, `container:n`, `program:n` … →
   * any map. `{same: '/other/path'}` stands for what is predicted of that path.
   */
  predicted(key: string): Json | undefined;
}

/** Facts by key, as `World` tells them. */
export type Predictions = Readonly<Record<string, Json>>;

/**
 * A part of a host, as `<sort>:<name>`; without a name all of the sort. Sorts: path, user, group, image, network,
 * volume, container, program, service, package, database, crontab. `path:/x` is what is at /x and, if it is altered, all below;
 * whoever looks at what is below as well says `tree:/x`. `*` is everything.
 */
export type Area = string;

/** What a type that declares nothing may look at, and alter. */
export const EVERYTHING: readonly Area[] = ['*'];

/** How a change is said to the host. */
export interface Apply {
  readonly script: Script;
  /**
   * The script's stdin, streamed on a channel of its own, and its output shown while it runs. `null` means that
   * there is nothing to send but the output is long and worth showing live (a build).
   */
  readonly stream?: (() => Readable) | null;
}

/** Brings something on the host to a declared state. */
export interface StateType<P = any, D = any, C = any> extends Declared {
  readonly kind: 'state';
  desire(params: P, local: Local): D | Refusal;
  /** Read-only: it may be said at any time, also in check mode, also if the step is never reached. */
  probe(desired: D): Script;
  /** A probe too costly to be asked before its time. */
  readonly ask?: 'due';
  read(reply: Reply, desired: D): C | Refusal;
  /** Null: nothing to do. Pure: the same answer for the same arguments. */
  decide(current: C, desired: D, world: World): Delta | null | Refusal | Unknown;
  /** Changes only what the delta names. Exit 0 = done. Exit `MOVED` (see `MOVED`) = ask again, once. */
  apply(delta: Delta, desired: D, current: C): Script | Apply;
  /** What is kept of an apply's reply on the controller. Only the engine writes it, and never in a dry run. */
  readonly keep?: Keep<D, C>;
  /** What went wrong, from the reply of an apply that failed; the default shows the last lines of stderr. */
  explain?(reply: Reply, desired: D): Refusal;
  /** Fields for `register`; `reply` is that of the apply, null when nothing was applied. */
  result?(desired: D, current: C, delta: Delta | null, reply: Reply | null, world: World): JsonObject;
  /**
   * Dry run: all that the host would be like after the change, for later tasks. Null: it can't be foreseen, and all
   * that `mayAlter` names is uncertain from then on.
   */
  predict?(delta: Delta, desired: D, current: C, world: World): Predictions | null;
  /** What `decide` hangs on; everything unless declared. A prediction within, which `decide` did not ask for, makes it uncertain. */
  looksAt?(desired: D, current: C): readonly Area[];
  /** All that `apply` could alter, whatever the delta; everything unless declared. `desired` null: of any task of this type. */
  mayAlter?(desired: D | null, current?: C): readonly Area[];
  /**
   * Only a type that can swear to it: the exact absolute paths that probe and apply read and write; among the read
   * ones all directories on the way. Null: of this change it cannot (a recursion, a hard link).
   */
  touches?(desired: D, current: C): Touches | null;
}

/** A file on the controller that an apply's reply ends up in. */
export interface Keep<D = any, C = any> {
  /** Absolute, as `Local.place` gave it. */
  path(desired: D): string;
  /** All that the file is to hold. Null: what came is not what was asked for, as if the apply had said `MOVED`. */
  bytes(reply: Reply, desired: D, current: C): Uint8Array | null;
}

export interface Touches {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

/** Asks and reports; never changes anything. */
export interface QueryType<P = any, D = any> extends Declared {
  readonly kind: 'query';
  desire(params: P, local: Local): D | Refusal;
  /** One quick look. */
  probe(desired: D): Script;
  readonly ask?: 'due';
  /** What the answer hangs on; everything unless declared. */
  looksAt?(desired: D, reply: Reply): readonly Area[];
  /** `again`: not yet; the engine then says `wait`, once the task's turn has come. */
  read(reply: Reply, desired: D): QueryVerdict | { readonly again: true };
  /** Looks on the host until it is satisfied or its own timeout has passed; read by `read`, where `again` = failed. */
  wait?(desired: D): Script;
}

export interface QueryVerdict {
  readonly result: JsonObject;
  /** Present: the task failed, and why. */
  readonly failed?: string;
  readonly hint?: string;
  readonly msg?: string;
  /** Variables to set on the host for the rest of the run. */
  readonly facts?: JsonObject;
}

/** Does something that cannot be observed in advance (a command, a statement). */
export interface ActionType<P = any, D = any> extends Declared {
  readonly kind: 'action';
  /** The user's own command: it runs in the login's environment. */
  readonly runs?: 'users';
  desire(params: P, local: Local): D | Refusal;
  /** A read-only question whose answer can make the action needless. `users: true`: it holds the user's own code. */
  guard?(desired: D): { readonly script: Script; readonly users: boolean } | null;
  /** Null: the action is needed. Otherwise why it is not. */
  needless?(reply: Reply, desired: D, world: World): { readonly because: string } | Refusal | null;
  /** What the guard's answer hangs on; everything unless declared. */
  looksAt?(desired: D, reply: Reply): readonly Area[];
  perform(desired: D): Script | Apply;
  /** All that it could alter; everything unless declared. `desired` null: any task of this type. */
  mayAlter?(desired: D | null): readonly Area[];
  read(reply: Reply, desired: D): ActionVerdict;
  /**
   * What check mode says of an action whose guard calls for it: `certain`: it would change; `unknown` (the default):
   * the action's own answer decides.
   */
  readonly whenNeeded?: 'certain' | 'unknown';
}

export interface ActionVerdict {
  readonly changed: boolean;
  readonly result: JsonObject;
  readonly failed?: string;
  readonly hint?: string;
  readonly msg?: string;
}

/** Needs no host: it looks at variables only. */
export interface LocalType<P = any> extends Declared {
  readonly kind: 'local';
  /**
   * What the host waits for before the task is evaluated; null: for nothing. What was asked of the host before counts no
   * more afterwards.
   */
  pause?(params: P): Pause | null;
  /** `paused`: how it waited; null: it did not, or this is a dry run. */
  evaluate(params: P, paused?: Paused | null): LocalVerdict;
}

/** Over after so many seconds, or as soon as the operator says so, whichever is first. */
export interface Pause {
  /** null: until the operator says so. */
  readonly seconds: number | null;
  /** One line, shown to the operator, who ends the pause with Enter; null: nobody is asked. */
  readonly prompt: string | null;
}

export interface Paused {
  /** That it took. */
  readonly seconds: number;
  /** By the operator in front of his Enter; empty where nobody was asked. */
  readonly typed: string;
}

export interface LocalVerdict {
  readonly result: JsonObject;
  readonly failed?: string;
  readonly hint?: string;
  readonly msg?: string;
  /** Variables to set on the host for the rest of the run. */
  readonly facts?: JsonObject;
}

/** Exit status of an apply that found the ground moved since its probe: it changed nothing and asks to be decided anew. */
export const MOVED = 75;

type Typed<T, S> = Omit<T, 'kind' | 'schema'> & { readonly schema: S & ParamsSchema };

/** Declares a state type; TypeScript infers the parameters from the schema (write it `as const`). */
export function stateTask<const S, D, C>(
  type: Typed<StateType<Infer<S>, D, C>, S>,
): StateType<Infer<S>, D, C> {
  return { kind: 'state', ...type } as StateType<Infer<S>, D, C>;
}

export function queryTask<const S, D>(type: Typed<QueryType<Infer<S>, D>, S>): QueryType<Infer<S>, D> {
  return { kind: 'query', ...type } as QueryType<Infer<S>, D>;
}

export function actionTask<const S, D>(type: Typed<ActionType<Infer<S>, D>, S>): ActionType<Infer<S>, D> {
  return { kind: 'action', ...type } as ActionType<Infer<S>, D>;
}

export function localTask<const S>(type: Typed<LocalType<Infer<S>>, S>): LocalType<Infer<S>> {
  return { kind: 'local', ...type } as LocalType<Infer<S>>;
}
