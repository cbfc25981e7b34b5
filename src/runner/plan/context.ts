import type { Json } from '../contract/json.ts';
import type { Directives, Evaluated, Inventory, InventoryHost, Layer, Play } from '../language/model.ts';
import type { Round } from './cursor.ts';
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
  /** Absolute directories, for the magic variables. */
  readonly inventoryDir: string;
  readonly playbookDir: string;
}

/** What is the same for every step of one host in one play. */
export interface HostContext {
  readonly run: RunContext;
  readonly play: Play;
  readonly host: InventoryHost;
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
  const magic = (name: string) => magicValue(name, context, role ? role.role : null, memory);
  return new LadderScope({
    magic,
    magicNames: role ? MAGIC_NAMES : PLAY_MAGIC_NAMES,
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
  const values: Record<string, Json> = {
    inventory_hostname: host.name,
    inventory_hostname_short: host.name.split('.')[0]!,
    group_names: [...host.groups],
    inventory_dir: run.inventoryDir,
    playbook_dir: run.playbookDir,
  };
  return new LadderScope({
    magic: (name) => (Object.hasOwn(values, name) ? { kind: 'value', value: values[name]! } : undefined),
    magicNames: Object.keys(values),
    extra: run.extra,
    loops: [],
    memory,
    pending: NOTHING,
    layers: host.layers,
    relocate: again,
  });
}

const PLAY_MAGIC_NAMES = [
  'inventory_hostname',
  'inventory_hostname_short',
  'group_names',
  'groups',
  'hostvars',
  'play_hosts',
  'ansible_play_hosts',
  'ansible_play_batch',
  'ansible_play_name',
  'ansible_check_mode',
  'inventory_dir',
  'playbook_dir',
] as const;

/** Names that the run gives and that nobody may set. */
export const MAGIC_NAMES = [...PLAY_MAGIC_NAMES, 'role_name', 'role_path'] as const;

function magicValue(
  name: string,
  context: HostContext,
  role: { readonly name: string; readonly path: string } | null,
  memory: Memory,
): Evaluated | undefined {
  const { run, host, play } = context;
  const value = ((): Json | undefined => {
    switch (name) {
      case 'inventory_hostname':
        return host.name;
      case 'inventory_hostname_short':
        return host.name.split('.')[0]!;
      case 'group_names':
        return host.groups;
      case 'groups':
        return groups(run.inventory);
      case 'hostvars':
        return hostvars(context, memory);
      case 'play_hosts':
      case 'ansible_play_hosts':
        return context.playHosts();
      case 'ansible_play_batch':
        return context.batchHosts();
      case 'ansible_play_name':
        return play.name;
      case 'ansible_check_mode':
        return run.check;
      case 'inventory_dir':
        return run.inventoryDir;
      case 'playbook_dir':
        return run.playbookDir;
      case 'role_name':
        return role?.name;
      case 'role_path':
        return role?.path;
      default:
        return undefined;
    }
  })();
  return value === undefined ? undefined : { kind: 'value', value };
}

function groups(inventory: Inventory): Json {
  const all: Record<string, Json> = { all: [...inventory.hosts.keys()] };
  for (const [name, group] of inventory.groups) all[name] = group.hosts;
  return all;
}

/** Inventory variables and remembered values of every host; what can't be evaluated there is left out. */
function hostvars(context: HostContext, own: Memory): Json {
  const all: Record<string, Json> = {};
  for (const host of context.run.inventory.hosts.values()) {
    const memory = host.name === context.host.name ? own : context.memoryOf(host.name);
    const scope = hostScope(context.run, host, memory);
    const vars: Record<string, Json> = {};
    for (const name of scope.names()) {
      const evaluated = scope.get(name);
      if (evaluated?.kind === 'value') vars[name] = evaluated.value;
    }
    all[host.name] = vars;
  }
  return all;
}
