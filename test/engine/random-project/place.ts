import type { Kind } from './values.ts';
import { kindOf } from './values.ts';

/** A host as it is told to whoever writes a play: which names the inventory gives it. */
export interface HostNames {
  readonly name: string;
  readonly names: readonly string[];
}

/** Names that tasks gave, on every host of a place. */
export interface Made {
  readonly facts: ReadonlyMap<string, Kind>;
  readonly results: ReadonlySet<string>;
  /** Of tasks with loops. */
  readonly lists: ReadonlySet<string>;
}

/** What is known of a project while it is being written. */
export interface ProjectNames {
  readonly hosts: readonly HostNames[];
  readonly groups: ReadonlyMap<string, readonly string[]>;
  /** Facts of a host that are there by now, whichever play set them. */
  madeOn(host: string): Iterable<string>;
}

/** Where a text is to be written, and what can be read there on every host that comes there. */
export interface Place {
  readonly project: ProjectNames;
  readonly level: 'inventory' | 'play';
  readonly hosts: readonly string[];
  /** Names of the pool that a layer gives. */
  readonly names: ReadonlyMap<string, Kind>;
  /** Those of them that a role which is called here sees, too. */
  readonly ambient: ReadonlySet<string>;
  /** Names of texts that may be missing. */
  readonly optional: ReadonlySet<string>;
  readonly loops: ReadonlyMap<string, Kind>;
  readonly made: Made;
  /** Conditions around are judged at each task, with its own `vars`: these are of this rank, or higher. */
  readonly floor: number;
  readonly role: string | null;
}

export function kindsOf(names: Iterable<string>): Map<string, Kind> {
  return new Map([...names].map((name) => [name, kindOf(name)]));
}

export const NO_NAMES: Made = { facts: new Map(), results: new Set(), lists: new Set() };
