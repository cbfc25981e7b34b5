import type { Json } from '../contract/json.ts';
import type { Directives, Evaluated, Inventory, InventoryHost, Layer, Play } from '../language/model.ts';
import { leaveOpen } from '../language/values.ts';
import type { Round } from './cursor.ts';
import { hostMagic, magicNames, magicValue } from './magic.ts';
import { LadderScope, type Memory } from './scope.ts';
import type { Sources } from './sources.ts';

/** What is the same for every step of a run. */
export interface RunContext {
  readonly inventory: Inventory;
  /** `-e`. */
  readonly extra: Layer | null;
  readonly check: boolean;
  readonly sources: Sources;
  /** `-b`, `--become-user`. */
  readonly become: { readonly active: boolean; readonly user: string | null };
  /** Magic variables that are the same for all hosts, but those that hang on the inventory. */
  readonly given: ReadonlyMap<string, Json>;
}

/** What is the same for every step of one host in one play. */
export interface HostContext {
  readonly run: RunContext;
  readonly play: Play;
  readonly host: InventoryHost;
  /** Names of all hosts of the play, in order. */
  readonly allHosts: readonly string[];
  /** Hosts of the play, and of the batch, that have not failed: read when asked, as it changes. */
  readonly playHosts: () => readonly string[];
  readonly batchHosts: () => readonly string[];
  /** What other hosts remember, for `hostvars`. */
  readonly memoryOf: (host: string) => Memory;
}

const NOTHING: ReadonlyMap<string, string> = new Map();

/** The variables that a task, block or include sees on a host. */
export function scopeOf(
  context: HostContext,
  node: Pick<Directives, 'layers' | 'role'> | null,
  memory: Memory,
  rounds: readonly Round[] = [],
  pending: ReadonlyMap<string, string> = NOTHING,
): LadderScope {
  const role = node?.role ?? null;
  const layers: Layer[] = [];
  if (role) layers.push(role.role.defaults);
  layers.push(...context.host.layers, ...context.play.layers);
  if (role) layers.push(role.role.vars, role.parameters);
  if (node) layers.push(...node.layers);
  return new LadderScope({
    magic: (name) => magicValue(name, context, role, () => hostvars(context, memory)),
    magicNames: () => magicNames(context.run, role),
    extra: context.run.extra,
    loops: rounds,
    memory,
    pending,
    layers,
    relocate: (site) => scopeOf(context, site, memory, rounds, pending),
  });
}

/** The variables of a host outside any task: for its connection, and for `hostvars`. */
export function hostScope(run: RunContext, host: InventoryHost, memory: Memory = new Map()): LadderScope {
  const again = () => hostScope(run, host, memory);
  const values = hostMagic(run, host);
  return new LadderScope({
    magic: (name) => (Object.hasOwn(values, name) ? { kind: 'value', value: values[name]! } : undefined),
    magicNames: () => Object.keys(values),
    extra: run.extra,
    loops: [],
    memory,
    pending: NOTHING,
    layers: host.layers,
    relocate: again,
  });
}

/** Inventory variables and remembered values of every host; what can't be evaluated there is left out, what is not known left open. */
function hostvars(context: HostContext, own: Memory): Json {
  const all: Record<string, Json> = {};
  for (const host of context.run.inventory.hosts.values()) {
    const memory = host.name === context.host.name ? own : context.memoryOf(host.name);
    const scope = hostScope(context.run, host, memory);
    const vars: Record<string, Json> = {};
    const open = new Map<string, Extract<Evaluated, { kind: 'unknown' }>>();
    for (const name of scope.names()) {
      const evaluated = scope.get(name);
      if (evaluated?.kind === 'value') vars[name] = evaluated.value;
      if (evaluated?.kind === 'unknown') open.set(name, evaluated);
    }
    all[host.name] = leaveOpen(vars, open);
  }
  return all;
}
