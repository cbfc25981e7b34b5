import type { Draw } from './draw.ts';
import type { Frame, Handler, Layer, RoleModel } from './frame.ts';
import type { Inventory } from './inventory.ts';
import type { Slip } from './mistakes.ts';
import { kindsOf, type Made, type Place, type ProjectNames } from './place.ts';
import { someDefinition } from './texts.ts';
import { BASE, type Data, type Kind, OTHERS, rankOf } from './values.ts';

/** A part of a play: what stands in the file, and what it does on hosts that come to it together. */
export interface Node {
  readonly yaml: Data;
  readonly run: (frames: readonly Frame[]) => void;
}

/** A node, and the names that tasks in it have surely given to all hosts behind it. */
export interface Step {
  readonly node: Node;
  readonly gives: Made;
}

export interface RoleInput {
  readonly name: string;
  readonly required: boolean;
  /** Nobody need give it. */
  readonly optional: boolean;
}

export interface RoleText {
  readonly model: RoleModel;
  /** It has a `variables.yaml`. */
  readonly declared: boolean;
  readonly inputs: readonly RoleInput[];
  readonly nodes: readonly Node[];
  readonly gives: Made;
  /** It, or a role that it calls, has handlers: these run outside of loops. */
  readonly handles: boolean;
}

export interface HandlerText {
  /** By what tasks may notify it. */
  readonly calls: readonly string[];
  readonly run: Handler;
}

/** What a project is written with: its files so far, and whom a play may call. */
export class Writer {
  readonly draw: Draw;
  readonly inventory: Inventory;
  readonly project: ProjectNames;
  /** Text, or what is to be written as YAML. */
  readonly files = new Map<string, unknown>();
  readonly roles: RoleText[] = [];
  /** The folder of the playbooks, with a slash; or none. */
  readonly playbooks: string;
  /** Handlers that a task here may notify. */
  handlers: readonly HandlerText[] = [];
  /** Names that some task sets. */
  readonly facts = new Set<string>();
  /** A role with handlers was called in the role that is being written. */
  called = false;
  /** After how many nodes one is to come that is wrong; null: none. */
  slipIn: number | null = null;
  /** The mistake, once somebody came to it. */
  slipped: Slip | null = null;
  private readonly made = new Map<string, Set<string>>();
  private last = 0;

  constructor(draw: Draw, inventory: Inventory) {
    this.draw = draw;
    this.inventory = inventory;
    this.playbooks = draw.pick(['', 'playbooks/']);
    this.project = {
      hosts: inventory.hosts.map(({ name, layers }) => ({
        name,
        names: [...new Set(layers.flatMap((layer) => [...layer.keys()]))],
      })),
      groups: inventory.groups,
      madeOn: (host) => this.made.get(host) ?? [],
    };
  }

  /** Is the node that is wrong due? Once. */
  slips(): boolean {
    return this.slipIn !== null && --this.slipIn === 0;
  }

  next(): number {
    return ++this.last;
  }

  /** Behind a play: what its hosts were surely given. */
  remember(hosts: readonly string[], { facts }: Made): void {
    for (const host of hosts) this.made.set(host, new Set([...(this.made.get(host) ?? []), ...facts.keys()]));
  }

  /** The folder where files of a place are looked for. */
  folder({ role }: Place): string {
    return role === null ? this.playbooks : `roles/${role}/`;
  }

  /** Some names for `vars` at a place. */
  names({ floor }: Place, percent: number): string[] {
    return this.draw.some([...BASE, ...OTHERS], percent).filter((name) => rankOf(name) >= floor);
  }

  layer(names: readonly string[], place: Place): Layer {
    return new Map(names.map((name) => [name, someDefinition(this.draw, name, place)]));
  }
}

export function joined(one: Made, other: Made): Made {
  return {
    facts: new Map([...one.facts, ...other.facts]),
    results: new Set([...one.results, ...other.results]),
    lists: new Set([...one.lists, ...other.lists]),
  };
}

/** Below `vars` of a block, an include or a task. */
export function below(place: Place, layer: Layer): Place {
  return {
    ...place,
    names: new Map([...place.names, ...kindsOf(layer.keys())]),
    ambient: new Set([...place.ambient, ...layer.keys()]),
  };
}

export function within(place: Place, loops: ReadonlyMap<string, Kind>): Place {
  return { ...place, loops: new Map([...place.loops, ...loops]) };
}

export function behind(place: Place, gives: Made): Place {
  return { ...place, made: joined(place.made, gives) };
}
