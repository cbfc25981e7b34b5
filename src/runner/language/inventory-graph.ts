import type { Diagnostic } from '../contract/diagnostic.ts';
import { type Draft, type DraftGroup, writtenValue } from './inventory-draft.ts';
import { fault } from './source.ts';

/** The groups of a draft, once every one has its place below `all`. */
export interface GroupGraph {
  /** Steps from `all` on the longest way. */
  readonly depth: ReadonlyMap<string, number>;
  /** Without the group itself. */
  readonly ancestors: ReadonlyMap<string, ReadonlySet<string>>;
  /** `ansible_group_priority`, 1 unless given. */
  readonly priority: ReadonlyMap<string, number>;
}

/** Hangs groups without a parent below `all`, refuses circles (and breaks them, so that reading can go on). */
export function linkGroups(draft: Draft): GroupGraph {
  breakCircles(draft);
  const all = draft.groups.get('all')!;
  const below = new Set([...draft.groups.values()].flatMap((group) => [...group.children.keys()]));
  const roots = [...draft.groups.values()].filter((group) => group !== all && !below.has(group.name));
  for (const group of roots) all.children.set(group.name, group.span);
  const order = parentsFirst(draft);
  const depth = new Map<string, number>([['all', 0]]);
  const ancestors = new Map<string, Set<string>>(order.map((group) => [group.name, new Set()]));
  for (const group of order) {
    for (const child of group.children.keys()) {
      depth.set(child, Math.max(depth.get(child) ?? 0, depth.get(group.name)! + 1));
      const above = ancestors.get(child)!.add(group.name);
      for (const name of ancestors.get(group.name)!) above.add(name);
    }
  }
  return { depth, ancestors, priority: priorities(draft) };
}

/** Drops each child that leads back to its own ancestor, and says so. */
function breakCircles(draft: Draft): void {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (group: DraftGroup): void => {
    path.push(group.name);
    for (const [name, span] of group.children) {
      const circle = name === 'all' || path.includes(name);
      if (circle) {
        group.children.delete(name);
        draft.diagnostics.push(fault(span, 'group-circle', ...circleText(group.name, name, path)));
      } else if (!done.has(name)) visit(draft.groups.get(name)!);
    }
    path.pop();
    done.add(group.name);
  };
  for (const group of draft.groups.values()) if (!done.has(group.name)) visit(group);
}

function circleText(group: string, child: string, path: readonly string[]): [string, string] {
  if (child === 'all' && group !== 'all') {
    return ['"all" can\'t be the child of a group', 'every group is below it already; remove it here'];
  }
  const circle = [...path.slice(path.indexOf(child)), child].join(' > ');
  return [`the group "${child}" is below itself: ${circle}`, 'remove one of these children'];
}

/** All groups in an order in which no child comes before its parent. */
function parentsFirst(draft: Draft): DraftGroup[] {
  const order: DraftGroup[] = [];
  const seen = new Set<string>();
  const visit = (group: DraftGroup): void => {
    if (seen.has(group.name)) return;
    seen.add(group.name);
    for (const child of group.children.keys()) visit(draft.groups.get(child)!);
    order.push(group);
  };
  for (const group of draft.groups.values()) visit(group);
  return order.reverse();
}

function priorities(draft: Draft): Map<string, number> {
  const priority = new Map<string, number>();
  for (const group of draft.groups.values()) {
    const written = group.layers.findLast((layer) => layer.variables.has('ansible_group_priority'));
    const variable = written?.variables.get('ansible_group_priority');
    if (!variable) continue;
    const value = writtenValue(variable);
    if (typeof value === 'number' && Number.isInteger(value)) priority.set(group.name, value);
    else draft.diagnostics.push(notWhole(variable.node.span));
  }
  return priority;
}

function notWhole(span: Parameters<typeof fault>[0]): Diagnostic {
  return fault(
    span,
    'wrong-type',
    'ansible_group_priority must be a whole number',
    'the higher one wins; 1 unless given',
  );
}

/** Parents before children, then by priority, then by name: as Ansible orders them. */
export function byRank(graph: GroupGraph): (a: string, b: string) => number {
  return (a, b) =>
    graph.depth.get(a)! - graph.depth.get(b)! || priorityOf(graph, a) - priorityOf(graph, b) || byName(a, b);
}

export function priorityOf(graph: GroupGraph, group: string): number {
  return graph.priority.get(group) ?? 1;
}

export function byName(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
