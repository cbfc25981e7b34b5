import type { Diagnostic } from '../contract/diagnostic.ts';
import type { Json, JsonObject } from '../contract/json.ts';
import { findHost, type LoadedInventory } from '../language/inventory.ts';
import { type WrittenVariable, writtenValue } from '../language/inventory-draft.ts';
import type { InventoryHost, Layer, Pattern, Scope } from '../language/model.ts';
import { selectHosts } from '../language/pattern.ts';
import { didYouMean } from '../language/suggest.ts';

/** What `mama-play inventory` was asked to show. */
export type InventoryView =
  | { readonly kind: 'list' }
  | { readonly kind: 'graph'; readonly group?: string; readonly vars?: boolean }
  | { readonly kind: 'host'; readonly host: string };

export interface InventoryQuestion {
  readonly view: InventoryView;
  readonly inventory: LoadedInventory;
  readonly limit?: Pattern;
  /** The variables as a task on this host would see them. */
  readonly scopeOf: (host: InventoryHost) => Scope;
  /** A value without its secrets. */
  readonly mask?: (value: Json) => Json;
}

/** The text for stdout in the shapes that `ansible-inventory` prints; null where there is nothing to show. */
export function inventoryCommand(question: InventoryQuestion): {
  text: string | null;
  diagnostics: readonly Diagnostic[];
} {
  const { view, inventory, limit } = question;
  if (view.kind === 'host') return showHost(view.host, question);
  const chosen = limit && selectHosts(limit, inventory);
  if (chosen && chosen.diagnostics.length > 0) return { text: null, diagnostics: chosen.diagnostics };
  const shown = new Set(chosen?.value.hosts ?? inventory.hosts.keys());
  if (view.kind === 'list') return { text: pretty(listing(question, shown)), diagnostics: [] };
  const top = view.group ?? 'all';
  if (inventory.groups.has(top))
    return { text: graph(question, top, shown, view.vars ?? false), diagnostics: [] };
  return { text: null, diagnostics: [unknown('group', top, inventory.groups.keys())] };
}

function showHost(name: string, question: InventoryQuestion) {
  const host = findHost(question.inventory, name);
  if (host) return { text: pretty(variablesOf(host, question)), diagnostics: [] };
  return { text: null, diagnostics: [unknown('host', name, question.inventory.hosts.keys())] };
}

function unknown(what: 'host' | 'group', name: string, names: Iterable<string>): Diagnostic {
  const hint = didYouMean(name, names) ?? 'mama-play inventory --graph shows what there is';
  return { code: `unknown-${what}`, message: `there is no ${what} "${name}" in the inventory`, hint };
}

/** The shape that Ansible's inventory scripts print: `_meta.hostvars`, and per group its hosts and children. */
function listing(question: InventoryQuestion, shown: ReadonlySet<string>): JsonObject {
  const { inventory } = question;
  const hostvars: Record<string, Json> = {};
  for (const host of inventory.hosts.values()) {
    const variables = shown.has(host.name) ? variablesOf(host, question) : {};
    if (Object.keys(variables).length > 0) hostvars[host.name] = variables;
  }
  const groups: Record<string, Json> = {};
  for (const { name, children } of inventory.groups.values()) {
    const hosts = inventory.own.get(name)!.hosts.filter((host) => shown.has(host));
    if (hosts.length + children.length === 0) continue;
    groups[name] = { ...(children.length > 0 ? { children } : {}), ...(hosts.length > 0 ? { hosts } : {}) };
  }
  return { _meta: { hostvars }, ...groups };
}

/** Every variable with its value for this host; one that hangs on what is not known yet shows as it was written. */
function variablesOf(host: InventoryHost, { scopeOf, mask = asItIs }: InventoryQuestion): JsonObject {
  const scope = scopeOf(host);
  return Object.fromEntries(
    written(host.layers).map((variable) => {
      const evaluated = scope.get(variable.name);
      return [variable.name, mask(evaluated?.kind === 'value' ? evaluated.value : writtenValue(variable))];
    }),
  );
}

function asItIs(value: Json): Json {
  return value;
}

/** The variable that counts for each name, by name. */
function written(layers: readonly Layer[]): WrittenVariable[] {
  const last = new Map(
    layers.flatMap((layer) => [...layer.variables.values()]).map((one) => [one.name, one]),
  );
  return [...last.values()].sort((a, b) => (a.name < b.name ? -1 : 1)) as WrittenVariable[];
}

/** Ansible's tree: groups with `@`, their groups and then their own hosts below them. */
function graph(question: InventoryQuestion, top: string, shown: ReadonlySet<string>, vars: boolean): string {
  const { inventory, mask = asItIs } = question;
  const lines: string[] = [];
  const add = (depth: number, text: string) =>
    lines.push(depth === 0 ? text : `${'  |'.repeat(depth)}--${text}`);
  const addAll = (depth: number, pairs: readonly (readonly [string, Json])[]) => {
    if (vars) for (const [name, value] of pairs) add(depth, `{${name} = ${plain(value)}}`);
  };
  const visit = (name: string, depth: number) => {
    add(depth, `@${name}:`);
    for (const child of inventory.groups.get(name)!.children) visit(child, depth + 1);
    const { hosts, layers } = inventory.own.get(name)!;
    for (const host of hosts) {
      if (!shown.has(host)) continue;
      add(depth + 1, host);
      if (vars) addAll(depth + 2, Object.entries(variablesOf(inventory.hosts.get(host)!, question)));
    }
    const own = written(layers);
    addAll(
      depth + 1,
      own.map((variable) => [variable.name, mask(writtenValue(variable))] as const),
    );
  };
  visit(top, 0);
  return lines.join('\n');
}

function plain(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Sorted keys and four blanks, as `ansible-inventory` prints. */
function pretty(value: Json): string {
  return JSON.stringify(sorted(value), null, 4);
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
