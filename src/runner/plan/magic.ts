import type { Json } from '../contract/json.ts';
import type { Evaluated, Inventory, InventoryHost, RoleUse } from '../language/model.ts';
import type { HostContext, RunContext } from './context.ts';

const OF_HOST_AND_PLAY = [
  'inventory_hostname',
  'inventory_hostname_short',
  'group_names',
  'groups',
  'hostvars',
  'play_hosts',
  'ansible_play_hosts',
  'ansible_play_hosts_all',
  'ansible_play_batch',
  'ansible_play_name',
];
const OF_ROLE = ['role_name', 'role_path', 'ansible_role_name', 'ansible_parent_role_names'];

/** What the command line says that tasks may ask for. */
export interface RunFacts {
  /** Our own. */
  readonly version: string;
  readonly check: boolean;
  readonly diff: boolean;
  readonly forks: number;
  readonly verbosity: number;
  readonly limit: string | null;
  readonly tags: readonly string[];
  readonly skipTags: readonly string[];
  readonly paths: RunPaths;
}

/** Absolute paths. */
export interface RunPaths {
  readonly inventoryDir: string;
  /** null: every host was named on the command line. */
  readonly inventoryFile: string | null;
  readonly playbookDir: string;
}

/** The magic variables that also the inventory may be made of. */
export function pathMagic({ inventoryDir, inventoryFile, playbookDir }: RunPaths): ReadonlyMap<string, Json> {
  const values = new Map([
    ['inventory_dir', inventoryDir],
    ['playbook_dir', playbookDir],
  ]);
  return inventoryFile === null ? values : values.set('inventory_file', inventoryFile);
}

/** The magic variables that are the same for all hosts and all plays. */
export function runMagic(facts: RunFacts): ReadonlyMap<string, Json> {
  const { version, limit, tags } = facts;
  const [major = 0, minor = 0, revision = 0] = version.split(/[.-]/, 3).map(Number);
  const values: Record<string, Json> = {
    ansible_version: { full: version, string: version, major, minor, revision },
    ansible_check_mode: facts.check,
    ansible_diff_mode: facts.diff,
    ansible_forks: facts.forks,
    ansible_verbosity: facts.verbosity,
    ansible_run_tags: tags.length > 0 ? tags : ['all'],
    ansible_skip_tags: facts.skipTags,
    ...(limit === null ? {} : { ansible_limit: limit }),
  };
  return new Map([...Object.entries(values), ...pathMagic(facts.paths)]);
}

/** What a host's own variables may be made of, and what `hostvars` shows of it. */
export function hostMagic(run: RunContext, host: InventoryHost): Readonly<Record<string, Json>> {
  const paths = ['inventory_dir', 'inventory_file', 'playbook_dir'].filter((name) => run.given.has(name));
  return {
    inventory_hostname: host.name,
    inventory_hostname_short: shortName(host),
    group_names: groupNames(host),
    ...Object.fromEntries(paths.map((name) => [name, run.given.get(name)!])),
  };
}

/** The names that `magicValue` has a value for. (Those of a loop come with its rounds.) */
export function magicNames({ given }: RunContext, role: RoleUse | null): readonly string[] {
  return [...OF_HOST_AND_PLAY, ...given.keys(), ...(role ? OF_ROLE : [])];
}

/** A magic variable as a task sees it; undefined: none of that name, or not here. */
export function magicValue(
  name: string,
  context: HostContext,
  role: RoleUse | null,
  hostvars: () => Json,
): Evaluated | undefined {
  const value = magicOf(name, context, role, hostvars);
  return value === undefined ? undefined : { kind: 'value', value };
}

function magicOf(
  name: string,
  context: HostContext,
  role: RoleUse | null,
  hostvars: () => Json,
): Json | undefined {
  const { run, host, play } = context;
  switch (name) {
    case 'inventory_hostname':
      return host.name;
    case 'inventory_hostname_short':
      return shortName(host);
    case 'group_names':
      return groupNames(host);
    case 'groups':
      return groups(run.inventory);
    case 'hostvars':
      return hostvars();
    case 'play_hosts':
    case 'ansible_play_hosts':
      return context.playHosts();
    case 'ansible_play_hosts_all':
      return context.allHosts;
    case 'ansible_play_batch':
      return context.batchHosts();
    case 'ansible_play_name':
      return play.name;
    case 'playbook_dir':
      return play.dir;
    case 'role_name':
    case 'ansible_role_name':
      return role?.role.name;
    case 'role_path':
      return role?.role.path;
    case 'ansible_parent_role_names':
      return role?.callers;
    default:
      return run.given.get(name);
  }
}

function shortName({ name }: InventoryHost): string {
  return name.split('.')[0]!;
}

/** In the order of their names, as in Ansible. */
function groupNames({ groups }: InventoryHost): readonly string[] {
  return [...groups].sort();
}

function groups(inventory: Inventory): Json {
  const all: Record<string, Json> = { all: [...inventory.hosts.keys()] };
  for (const [name, group] of inventory.groups) all[name] = group.hosts;
  return all;
}
