import type { Diagnostic, Position } from '../contract/diagnostic.ts';
import type { Json } from '../contract/json.ts';
import type { ParamSchema } from '../contract/schema.ts';
import type { TaskType } from '../contract/task-type.ts';
import type { Foreseen, Shapes } from './shape.ts';
import type { TextTemplate } from './text-template.ts';

/** What came of evaluating an expression or a template for one host. */
export type Evaluated<T = Json> =
  | { readonly kind: 'value'; readonly value: T }
  /** It hangs on something that is not known (a change not made in check mode, or a step still to come). */
  | { readonly kind: 'unknown'; readonly because: string }
  | { readonly kind: 'fault'; readonly diagnostic: Diagnostic };

/** The variables that one step sees on one host. */
export interface Scope {
  /** undefined: there is no variable of that name. */
  get(name: string): Evaluated | undefined;
  /** All names, for `vars` and for suggestions. */
  names(): Iterable<string>;
  /** Told of each text that was made of a variable: secrets too short to be found by themselves are masked with it. */
  made?(name: string, text: Json): void;
}

/** A CEL expression, compiled. */
export interface Expression {
  readonly source: string;
  readonly at: Position;
  /** Names of the variables that it may read and that must be defined (not those behind `has(vars.x)`). */
  readonly reads: ReadonlySet<string>;
  /** Like `reads`, and those behind `has(vars.x)` too. */
  readonly mentions: ReadonlySet<string>;
  /** Where it was written, if that is not where it is used: it is evaluated, and checked, in that scope. */
  readonly site?: Site;
  evaluate(scope: Scope): Evaluated;
  foresee(shapes: Shapes): Foreseen;
}

/**
 * Whose variables a text sees: those of a use of a role (null: no role, the play's own tasks), and the `vars` of
 * blocks around it. What a role is given (its parameters, and the `when`, `environment`, `become_user` … handed down
 * to its tasks) was written outside of it, and must not see the role's private names.
 */
export interface Site {
  readonly role: RoleUse | null;
  readonly layers: readonly Layer[];
}

/**
 * Any value in which texts may hold `{{ }}`, compiled. A text that is one lone `{{ x }}` keeps the type of x.
 * Values without `{{` are constants.
 */
export interface Template {
  readonly at: Position;
  readonly reads: ReadonlySet<string>;
  readonly mentions: ReadonlySet<string>;
  /** Present when nothing in it depends on variables. */
  readonly constant?: Json;
  /** As with an expression. */
  readonly site?: Site;
  /** Present: something in it comes from a vault. `tell` must hear of each text that is made of this value. */
  readonly secret?: { readonly tell: readonly ((made: Json) => void)[] };
  evaluate(scope: Scope): Evaluated;
  foresee(shapes: Shapes): Foreseen;
  /** The position of the node at this path (`['ports', 0]`), or of its nearest parent. */
  where(path: readonly (string | number)[]): Position;
}

export interface Variable {
  readonly name: string;
  readonly at: Position;
  readonly value: Template;
}

/** Variables given in one place (`vars:` of a play, one group_vars file …), in the order of writing. */
export interface Layer {
  /** For messages: `vars of play "x"`, `group_vars/qa.yaml`. */
  readonly label: string;
  readonly variables: ReadonlyMap<string, Variable>;
}

// ---- inventory -------------------------------------------------------------------------------------------------

export interface InventoryHost {
  readonly name: string;
  readonly at: Position;
  /** All groups that it is in, without `all`, parents before children, then by name. */
  readonly groups: readonly string[];
  /** Lowest first: group layers (`all`, then parents before children), then its own. Sibling disagreements are refused. */
  readonly layers: readonly Layer[];
}

export interface InventoryGroup {
  readonly name: string;
  readonly at: Position;
  /** Direct and indirect members, in inventory order. */
  readonly hosts: readonly string[];
  readonly children: readonly string[];
}

export interface Inventory {
  /** In the order of the file. `localhost` is not among them unless it was written. */
  readonly hosts: ReadonlyMap<string, InventoryHost>;
  readonly groups: ReadonlyMap<string, InventoryGroup>;
  readonly files: readonly string[];
}

/** A host pattern (`app:&prod:!app-3`), read. */
export interface Pattern {
  readonly source: string;
  readonly at: Position;
}

// ---- playbook --------------------------------------------------------------------------------------------------

export interface Playbook {
  readonly file: string;
  readonly plays: readonly Play[];
}

export interface Play {
  readonly at: Position;
  /** The pattern's text where no name was given. */
  readonly name: string;
  /** The directory of its playbook, absolute: what is written on the controller is relative to it. */
  readonly dir: string;
  readonly hosts: Pattern;
  readonly order: 'inventory' | 'sorted' | 'reverse_sorted' | 'reverse_inventory' | 'shuffle';
  /** `vars`, then each of `vars_files`. */
  readonly layers: readonly Layer[];
  /** One of its files of variables was refused: names that it would have given are not missed besides. */
  readonly lacksVariables?: boolean;
  /** In order of running: pre_tasks, flush, roles, tasks, flush, post_tasks, flush. The flushes are nodes. */
  readonly nodes: readonly Node[];
  /**
   * Roles' handlers first, then the play's, in order of definition. No two have one name, but for a role that is used
   * twice with other parameters: handlers that read those are there once per use, and a notification from within a
   * use is meant for its own (`role` is the same), one from elsewhere for all.
   */
  readonly handlers: readonly Task[];
  readonly serial: readonly (number | `${number}%`)[];
  readonly strategy: 'free' | 'linear';
  readonly maxFailPercentage: number | null;
  readonly anyErrorsFatal: boolean;
  readonly forceHandlers: boolean;
  readonly gatherFacts: boolean;
  /** Asks each host for its facts: put before the nodes where something reads one. Null: no task type does that. */
  readonly facts: Task | null;
}

/** What a task inherits from the role it was written in. */
export interface Role {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  readonly inputs: ReadonlyMap<string, RoleInput>;
  /** It has a `variables.yaml`: it may read only what that declares, what it sets itself, and what tasks registered. */
  readonly declared: boolean;
  /** `defaults/main.yaml` and the defaults of `variables.yaml`: the lowest layer. */
  readonly defaults: Layer;
  /** `vars/main.yaml`. */
  readonly vars: Layer;
}

export interface RoleInput {
  readonly name: string;
  readonly at: Position;
  readonly schema: ParamSchema;
  readonly required: boolean;
  readonly secret: boolean;
}

/** One use of a role: the same role with other parameters is another one. */
export interface RoleUse {
  readonly role: Role;
  /** What it was given, and below that the `vars` of blocks around the place where it is used. Each has a `site`. */
  readonly parameters: Layer;
  /** Names of the roles that it was called from, the nearest first. */
  readonly callers: readonly string[];
  /** Something is wrong with what it was given, or with what it declares, and was said. */
  readonly flawed: boolean;
}

export type Node = Task | Block | Include | Flush | Meta;

/** What tasks and blocks have in common. What a block, role, import or play says is already merged into its tasks. */
export interface Directives {
  readonly at: Position;
  /** As written. */
  readonly name: string | null;
  /** The name, where it holds `{{ }}`; never a handler's. */
  readonly title: Template | null;
  /** Conditions of each play import, role, block and import around it, then its own: all must hold. */
  readonly when: readonly Expression[];
  /** `vars` of blocks and imports around it within the same role (outermost first) and then its own. */
  readonly layers: readonly Layer[];
  readonly tags: ReadonlySet<string>;
  readonly role: RoleUse | null;
}

export interface Task extends Directives {
  readonly kind: 'task';
  /** Unique in the playbook, and the same for all hosts: orders tasks as they were written. */
  readonly id: number;
  readonly type: TaskType;
  /** Something is wrong in its text: what its values come to would only say it again. */
  readonly flawed: boolean;
  readonly params: Template;
  readonly loop: Loop | null;
  readonly register: string | null;
  /** Names, `listen` topics or `role : name`, as templates because they may hold variables. */
  readonly notify: readonly Template[];
  /** Of a handler. */
  readonly listen: readonly string[];
  readonly become: Become;
  readonly environment: readonly Template[];
  readonly changedWhen: readonly Expression[] | null;
  readonly failedWhen: readonly Expression[] | null;
  readonly until: readonly Expression[] | null;
  /** Further attempts after the first; 3 where only `until` was written. */
  readonly retries: Template | null;
  /** Seconds; 5 unless told. */
  readonly delay: Template | null;
  /** Seconds; null: none. */
  readonly timeout: Template | null;
  readonly ignoreErrors: Expression | boolean;
  readonly ignoreUnreachable: boolean;
  readonly delegateTo: Template | null;
  readonly runOnce: boolean;
  readonly noLog: boolean;
  /** null: as the run says. */
  readonly checkMode: boolean | null;
  /** The play asks by itself: unless it goes wrong, it is not told and counts nothing. */
  readonly quiet?: true;
  /** Where its sources are looked for (DESIGN section 6), absolute directories, best first. */
  readonly search: { readonly files: readonly string[]; readonly templates: readonly string[] };
  /** The template files that it is known to render (its `src` is constant), for the check of what they read. */
  readonly templates: readonly { readonly file: string; readonly text: TextTemplate }[];
}

/** `become` as far as the text says it; what is null comes from the inventory and the command line. */
export interface Become {
  readonly active: Template | boolean | null;
  readonly user: Template | null;
}

export interface Loop {
  readonly items: Template | Expression;
  readonly loopVar: string;
  readonly indexVar: string | null;
  readonly label: Template | null;
  /** Seconds between an item that did something and the next. */
  readonly pause: Template | null;
}

export interface Block extends Directives {
  readonly kind: 'block';
  readonly id: number;
  readonly loop: Loop | null;
  readonly block: readonly Node[];
  readonly rescue: readonly Node[];
  readonly always: readonly Node[];
}

/**
 * `include_tasks` or `include_role`: its `when` is evaluated once, or, where it reads the item of its loop, each round; it
 * counts one ok, its tags are not handed down.
 * (`import_tasks` and `import_role` leave no node: their `when` and tags are merged into every child.)
 */
export interface Include extends Directives {
  readonly kind: 'include';
  readonly id: number;
  readonly type: 'include_tasks' | 'include_role';
  readonly loop: Loop | null;
  readonly nodes: readonly Node[];
}

/** Handlers notified so far run here. */
export interface Flush {
  readonly kind: 'flush';
  readonly at: Position;
  readonly id: number;
  readonly when: readonly Expression[];
  readonly tags: ReadonlySet<string>;
  readonly layers: readonly Layer[];
  readonly role: RoleUse | null;
}

/** `meta:` other than flush_handlers. */
export interface Meta extends Directives {
  readonly kind: 'meta';
  readonly id: number;
  readonly action: 'end_host' | 'end_play' | 'end_batch' | 'clear_host_errors' | 'reset_connection' | 'noop';
}

/** A text that was read: what came of it, and all that is wrong with it. */
export interface Loaded<T> {
  readonly value: T;
  readonly diagnostics: readonly Diagnostic[];
}

/** Result fields that every registered value has. */
export const RESULT_FIELDS = ['changed', 'failed', 'skipped', 'msg'] as const;
