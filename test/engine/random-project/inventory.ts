import type { Draw } from './draw.ts';
import type { Definition, HostModel, Layer } from './frame.ts';
import { kindsOf, NO_NAMES, type Place } from './place.ts';
import { someDefinition } from './texts.ts';
import { BASE, type Data, OTHERS } from './values.ts';

export interface Inventory {
  readonly hosts: readonly HostModel[];
  readonly groups: ReadonlyMap<string, readonly string[]>;
  readonly files: ReadonlyMap<string, unknown>;
}

/** Each with the group around it; `all` is around those without. */
const GROUPS = { outer: null, inner: 'outer', lone: null } as const;
type Group = keyof typeof GROUPS;

const HOSTS = ['web1', 'web-2', 'db1', 'db2'];

/** An inventory in which every host has all names of `BASE`, and some groups and hosts some others. */
export function someInventory(draw: Draw): Inventory {
  const files = new Map<string, unknown>();
  const layerOf = (names: readonly string[]): Layer =>
    new Map(names.map((name) => [name, someDefinition(draw, name, INVENTORY)]));
  const all = layerOf(BASE);
  const some = () => layerOf([...draw.some(BASE, 20), ...draw.some(OTHERS, 25)]);
  const layers: Record<Group, Layer> = { outer: some(), inner: some(), lone: some() };
  const members = HOSTS.slice(0, 2 + draw.nat(3)).map((name) => ({
    name,
    group: draw.pick(Object.keys(GROUPS) as Group[]),
    own: draw.chance(60) ? some() : new Map(),
  }));
  const written = (folder: string, name: string, layer: Layer): Data => {
    if (draw.chance(50)) return { vars: writtenOf(layer) };
    const file = draw.chance(50) ? `${name}.yaml` : `${name}/main.yml`;
    files.set(`${folder}/${file}`, writtenOf(layer));
    return {};
  };
  const groupOf = (group: Group): Data => ({
    ...written('group_vars', group, layers[group]),
    hosts: Object.fromEntries(
      members
        .filter((one) => one.group === group)
        .map(({ name, own }) => {
          const { vars } = written('host_vars', name, own);
          return [name, { ansible_connection: 'local', ...(vars ?? {}) }];
        }),
    ),
  });
  const tree = {
    outer: { ...groupOf('outer'), children: { inner: groupOf('inner') } },
    lone: groupOf('lone'),
  };
  files.set('inventory.yaml', { all: { ...written('group_vars', 'all', all), children: tree } });
  const hosts = members.map(({ name, group, own }): HostModel => {
    const around = GROUPS[group];
    const groups: Group[] = around ? [around, group] : [group];
    return { name, groups, layers: [all, ...groups.map((one) => layers[one]), own] };
  });
  return { hosts, groups: groupsOf(hosts), files };
}

/** In the order of the file: the group's own hosts, then those of the group within. */
function groupsOf(hosts: readonly HostModel[]): ReadonlyMap<string, readonly string[]> {
  const last = (group: string) =>
    hosts.filter(({ groups }) => groups.at(-1) === group).map(({ name }) => name);
  const inner = last('inner');
  const outer = [...last('outer'), ...inner];
  const lone = last('lone');
  return new Map([
    ['all', [...outer, ...lone]],
    ['outer', outer],
    ['inner', inner],
    ['lone', lone],
  ]);
}

export function writtenOf(layer: Layer): Data {
  return Object.fromEntries([...layer].map(([name, { written }]: [string, Definition]) => [name, written]));
}

/** What variables of the inventory may be made of. */
const INVENTORY: Place = {
  project: { hosts: [], groups: new Map(), madeOn: () => [] },
  level: 'inventory',
  hosts: [],
  names: kindsOf(BASE),
  ambient: new Set(),
  loops: new Map(),
  optional: new Set(),
  made: NO_NAMES,
  floor: 0,
  role: null,
};
