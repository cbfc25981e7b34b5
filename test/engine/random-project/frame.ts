import type { Json } from './values.ts';

/** A variable: what is written for it, and what that comes to where it is read. */
export interface Definition {
  readonly written: Json;
  readonly value: (frame: Frame) => Json;
  /** Where it was given to a role: it is seen as its giver sees it. */
  readonly giver?: Frame;
}

export type Layer = ReadonlyMap<string, Definition>;

export interface HostModel {
  readonly name: string;
  /** Parents first, without `all`. */
  readonly groups: readonly string[];
  /** The lowest first. */
  readonly layers: readonly Layer[];
}

/** What a whole run comes to. */
export class ModelRun {
  readonly hosts: ReadonlyMap<string, HostModel>;
  readonly groups: ReadonlyMap<string, readonly string[]>;
  readonly extra: ReadonlyMap<string, Json>;
  readonly files = new Map<string, string>();
  /** It hangs on which host is quicker: one reads what another is given in the same play. */
  isDoubtful = false;
  private readonly fresh = new Set<string>();
  private readonly memories = new Map<string, Map<string, Json>>();

  constructor(
    hosts: readonly HostModel[],
    groups: ReadonlyMap<string, readonly string[]>,
    extra: ReadonlyMap<string, Json>,
  ) {
    this.hosts = new Map(hosts.map((host) => [host.name, host]));
    this.groups = groups;
    this.extra = extra;
  }

  memoryOf(host: string): ReadonlyMap<string, Json> {
    return this.memories.get(host) ?? new Map();
  }

  /** `set_fact` and `register`. */
  remember(host: string, name: string, value: Json): void {
    this.fresh.add(`${host} ${name}`);
    this.memories.set(host, new Map(this.memoryOf(host)).set(name, value));
  }

  beginPlay(): void {
    this.fresh.clear();
  }

  /** By `hostvars`. */
  asked(host: string, name: string): void {
    this.isDoubtful ||= this.fresh.has(`${host} ${name}`);
  }

  /** True: that changed it. */
  write(path: string, text: string): boolean {
    if (this.files.get(path) === text) return false;
    this.files.set(path, text);
    return true;
  }
}

export interface PlayModel {
  readonly name: string;
  readonly hosts: readonly string[];
  /** The lowest first. */
  readonly layers: readonly Layer[];
  readonly notified: Notified;
  /** In a play with `serial`: what came of tasks with `run_once`, which run for the first batch only. null: no such play. */
  readonly once: Map<unknown, Json> | null;
}

/** What a handler writes, as one of its uses sees it; null: nothing. */
export type Handler = (frame: Frame) => { readonly path: string; readonly text: string } | null;

/** Handlers, and by which of their uses. */
type Notified = Map<Handler, Set<Frame>>;

export interface RoleModel {
  readonly name: string;
  readonly defaults: Layer;
  readonly vars: Layer;
}

interface Where {
  readonly run: ModelRun;
  readonly host: string;
  /** null: outside of plays, as `hostvars` shows a host. */
  readonly play: PlayModel | null;
  readonly role: RoleModel | null;
  readonly given: Layer;
  /** `vars` of blocks and of the task, the nearest last. */
  readonly layers: readonly Layer[];
  readonly rounds: ReadonlyMap<string, Json>;
  /** As the role was come to, or the play: so its handlers see it. */
  readonly entry: Frame | null;
  /** Conditions of blocks and imports around, with the place where they are written. */
  readonly gates: readonly ((frame: Frame) => boolean)[];
}

const NOTHING: Layer = new Map();

/** What one host sees at one place of a play: the ladder of docs/variables.md, and nothing else. */
export class Frame {
  readonly where: Where;

  constructor(where: Where) {
    this.where = where;
  }

  static ofHost(run: ModelRun, host: string, play: PlayModel | null): Frame {
    const nowhere = { role: null, given: NOTHING, layers: [], rounds: new Map(), gates: [], entry: null };
    return new Frame({ run, host, play, ...nowhere });
  }

  with(more: Partial<Where>): Frame {
    return new Frame({ ...this.where, ...more });
  }

  under(layer: Layer): Frame {
    return this.with({ layers: [...this.where.layers, layer] });
  }

  /** In a role: what it is given, and below that the `vars` of blocks around. */
  into(role: RoleModel, given: Layer): Frame {
    const all = new Map<string, Definition>();
    for (const layer of [...this.where.layers, given])
      for (const [name, one] of layer) all.set(name, { ...one, giver: this });
    const inside = this.with({ role, given: all, layers: [] });
    return inside.with({ entry: inside });
  }

  notify(handler: Handler): void {
    const { play, entry, run, host } = this.where;
    const known = play!.notified.get(handler) ?? new Set();
    play!.notified.set(handler, known.add(entry ?? Frame.ofHost(run, host, play)));
  }

  has(name: string): boolean {
    const { run, host, rounds } = this.where;
    const certain = [run.extra, rounds, run.memoryOf(host), ...this.ladder()];
    return certain.some((names) => names.has(name));
  }

  get(name: string): Json {
    const { run, host, rounds, play } = this.where;
    if (play === null) run.asked(host, name);
    const magic = this.magic(name);
    if (magic !== undefined) return magic;
    const certain = [run.extra, rounds, run.memoryOf(host)].find((names) => names.has(name));
    if (certain) return certain.get(name)!;
    const found = this.ladder()
      .find((layer) => layer.has(name))
      ?.get(name);
    if (!found) throw new Error(`the model has no ${name} on ${host}`);
    return found.value(found.giver ? found.giver.with({ rounds }) : this);
  }

  /** Highest first. */
  private ladder(): Layer[] {
    const { run, host, play, role, given, layers } = this.where;
    return [
      role?.defaults ?? NOTHING,
      ...run.hosts.get(host)!.layers,
      ...(play?.layers ?? []),
      role?.vars ?? NOTHING,
      given,
      ...layers,
    ].reverse();
  }

  private magic(name: string): Json | undefined {
    const { run, host, play, role } = this.where;
    switch (name) {
      case 'inventory_hostname':
        return host;
      case 'group_names':
        return [...run.hosts.get(host)!.groups].sort();
      case 'play_hosts':
        return play!.hosts;
      case 'ansible_play_name':
        return play!.name;
      case 'role_name':
        return role!.name;
      case 'ansible_system':
        return 'Linux';
      default:
        return undefined;
    }
  }
}
