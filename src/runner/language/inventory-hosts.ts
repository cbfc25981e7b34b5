import { type Conflict, conflictDiagnostic, conflictsAmong } from './inventory-conflicts.ts';
import type { Draft, DraftHost, InventoryLayer } from './inventory-draft.ts';
import { byName, byRank, type GroupGraph } from './inventory-graph.ts';
import type { InventoryHost } from './model.ts';

/** What hosts that are in the same groups have in common, and share. */
interface Membership {
  readonly groups: readonly string[];
  readonly layers: readonly InventoryLayer[];
  readonly conflicts: readonly Conflict[];
}

interface Laid {
  readonly hosts: Map<string, InventoryHost>;
  /** Direct and indirect members of each group. */
  readonly members: ReadonlyMap<string, readonly string[]>;
}

/** Gives every host its groups and its layers, lowest first, and refuses siblings that disagree. */
export function layHosts(draft: Draft, graph: GroupGraph): Laid {
  const direct = directGroups(draft);
  const known = new Map<string, Membership>();
  const hosts = new Map<string, InventoryHost>();
  const disputed = new Map<string, { conflict: Conflict; hosts: string[] }>();
  for (const host of draft.hosts.values()) {
    const key = direct.get(host.name)!.join(' ');
    const membership = known.get(key) ?? membershipOf(direct.get(host.name)!, draft, graph);
    known.set(key, membership);
    hosts.set(host.name, laid(host, membership));
    for (const conflict of membership.conflicts) {
      if (host.layers.some((layer) => layer.variables.has(conflict.name))) continue;
      const id = `${conflict.name} ${conflict.one.group} ${conflict.other.group}`;
      const dispute = disputed.get(id);
      if (dispute) dispute.hosts.push(host.name);
      else disputed.set(id, { conflict, hosts: [host.name] });
    }
  }
  for (const dispute of disputed.values()) {
    draft.diagnostics.push(conflictDiagnostic(dispute.conflict, dispute.hosts));
  }
  return { hosts, members: membersOf(draft, hosts) };
}

/**
 * A group's own hosts as they were written, then those of its children, then of theirs: the order in which Ansible
 * counts `web[0]` and `groups.web[0]`. `all` has every host in the order of the files.
 */
function membersOf(draft: Draft, hosts: ReadonlyMap<string, InventoryHost>): Map<string, string[]> {
  const ungrouped = [...hosts.values()]
    .filter((host) => host.groups[0] === 'ungrouped')
    .map((host) => host.name);
  const members = new Map<string, string[]>();
  for (const { name } of draft.groups.values()) {
    const found = new Set<string>();
    const walk = new Set([name]);
    // A set that grows is walked in the order of adding: level by level.
    for (const group of walk) {
      const { hosts: own, children } = draft.groups.get(group)!;
      for (const host of own) found.add(host);
      for (const child of children.keys()) walk.add(child);
    }
    members.set(name, [...found]);
  }
  return members.set('ungrouped', ungrouped).set('all', [...hosts.keys()]);
}

/** The groups that name each host, without `all`; `ungrouped` only where there is no other. */
function directGroups(draft: Draft): Map<string, string[]> {
  const direct = new Map<string, string[]>([...draft.hosts.keys()].map((name) => [name, []]));
  for (const group of draft.groups.values()) {
    if (group.name === 'all' || group.name === 'ungrouped') continue;
    for (const host of group.hosts) direct.get(host)!.push(group.name);
  }
  for (const groups of direct.values()) if (groups.length === 0) groups.push('ungrouped');
  return direct;
}

function membershipOf(direct: readonly string[], draft: Draft, graph: GroupGraph): Membership {
  const all = new Set(direct.flatMap((group) => [group, ...graph.ancestors.get(group)!]));
  all.delete('all');
  const depth = (group: string) => graph.depth.get(group)!;
  const groups = [...all].sort((a, b) => depth(a) - depth(b) || byName(a, b));
  const ranked = ['all', ...[...all].sort(byRank(graph))];
  const layers = ranked.flatMap((group) => draft.groups.get(group)!.layers);
  return { groups, layers, conflicts: conflictsAmong(groups, draft.groups, graph) };
}

function laid(host: DraftHost, { groups, layers }: Membership): InventoryHost {
  const at = host.span.source.position(host.span.start);
  return {
    name: host.name,
    at,
    groups,
    layers: host.layers.length === 0 ? layers : [...layers, ...host.layers],
  };
}
