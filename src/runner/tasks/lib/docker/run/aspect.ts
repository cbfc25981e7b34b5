import type { Json } from '../../../../contract/json.ts';
import type { Changes } from '../changes.ts';
import type { Config, Container } from '../inspect.ts';
import type { RunParams } from './properties.ts';

/** A container on the host beside what it was made from and what it hangs on. */
export interface Seen {
  readonly container: Container;
  /** Of the image that the declared name stands for. */
  readonly image: Config;
  /** The container whose network is shared (`network: container:X`). */
  readonly owner: Container | null;
  /** All containers of whose namespaces it may have a share. */
  readonly others: readonly Container[];
  /** Ids of the networks of those names, where there are such. */
  readonly networkIds: ReadonlyMap<string, string>;
  /** Names of the variables that the env files give. */
  readonly fileVariables: ReadonlySet<string>;
}

/** Parameters that belong together: how docker is told of them, and how a container shows them. */
export interface Aspect {
  /** Words for `docker create`. */
  words(params: RunParams): readonly string[];
  /** What the container shows otherwise than declared, in docker_run's own words. */
  differs(params: RunParams, seen: Seen): Changes;
  /** Declared values whose absence can't be told from `docker inspect` (the engine fills in its own): kept, hashed, in a label. */
  unseen?(params: RunParams): Readonly<Record<string, Json>>;
}

/** `--flag value` for each value. */
export function repeated(flag: string, values: readonly (string | number)[] | undefined): string[] {
  return (values ?? []).flatMap((value) => [flag, String(value)]);
}

export function sorted(values: readonly (string | number)[] | null | undefined): string[] {
  return (values ?? []).map(String).sort();
}
