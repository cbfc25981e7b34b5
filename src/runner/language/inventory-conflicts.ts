import type { Diagnostic } from '../contract/diagnostic.ts';
import { formatPosition } from '../contract/diagnostic.ts';
import { type DraftGroup, sameWritten, type WrittenVariable } from './inventory-draft.ts';
import { byRank, type GroupGraph, priorityOf } from './inventory-graph.ts';
import { fault } from './source.ts';

/** One variable for which two groups of a host have different values, and nothing says which counts. */
export interface Conflict {
  readonly name: string;
  readonly one: { readonly group: string; readonly variable: WrittenVariable };
  readonly other: { readonly group: string; readonly variable: WrittenVariable };
}

/**
 * The disagreements among groups that a host can be in at the same time. A group below another settles it, and so
 * does a higher ansible_group_priority at the same or a greater depth (Ansible compares it at the same depth only).
 */
export function conflictsAmong(
  names: readonly string[],
  groups: ReadonlyMap<string, DraftGroup>,
  graph: GroupGraph,
): Conflict[] {
  const setters = new Map<string, string[]>();
  for (const group of [...names].sort(byRank(graph))) {
    const own = new Set(groups.get(group)!.layers.flatMap((layer) => [...layer.variables.keys()]));
    for (const name of own) setters.set(name, [...(setters.get(name) ?? []), group]);
  }
  setters.delete('ansible_group_priority');
  return [...setters].flatMap(([name, all]) => conflictOf(name, all, groups, graph));
}

function conflictOf(
  name: string,
  setters: readonly string[],
  groups: ReadonlyMap<string, DraftGroup>,
  graph: GroupGraph,
): Conflict[] {
  const lowest = setters.filter((group) => !setters.some((other) => graph.ancestors.get(other)!.has(group)));
  const winner = lowest.at(-1);
  if (winner === undefined || lowest.length < 2) return [];
  const variable = settingOf(groups.get(winner)!, name);
  return lowest
    .slice(0, -1)
    .filter((group) => priorityOf(graph, group) >= priorityOf(graph, winner))
    .map((group) => ({ group, variable: settingOf(groups.get(group)!, name) }))
    .filter((other) => !sameWritten(other.variable, variable))
    .map((other) => ({ name, one: other, other: { group: winner, variable } }));
}

function settingOf(group: DraftGroup, name: string): WrittenVariable {
  return group.layers.findLast((layer) => layer.variables.has(name))!.variables.get(name)!;
}

/** Says a conflict once, however many hosts it concerns. Values are not shown: they may be secret. */
export function conflictDiagnostic({ name, one, other }: Conflict, hosts: readonly string[]): Diagnostic {
  const more = hosts.length > 1 ? ` and ${hosts.length - 1} more` : '';
  const message = `"${name}" of host ${hosts[0]}${more} has one value in group "${one.group}" (${formatPosition(
    one.variable.at,
  )}) and another in group "${other.group}", and neither group is below the other`;
  const hint = 'give one group the higher ansible_group_priority, or set the variable for the host';
  return fault(other.variable.keySpan, 'group-conflict', message, hint);
}
