import { dirname } from 'node:path';
import { type Draft, type DraftHost, draftGroup, readLayer } from './inventory-draft.ts';
import { type InventoryIo, type InventorySource, inventorySources, readMap } from './inventory-files.ts';
import { type GroupGraph, linkGroups } from './inventory-graph.ts';
import { layHosts } from './inventory-hosts.ts';
import { readGroups } from './inventory-read.ts';
import { readVarsFolders } from './inventory-vars.ts';
import type { Inventory, InventoryGroup, InventoryHost, Layer, Loaded } from './model.ts';
import { type Span, source, warning } from './source.ts';
import type { YamlMap, YamlNode } from './yaml.ts';

export type { InventoryIo } from './inventory-files.ts';

/** An inventory that also knows the host that is always there. */
export interface LoadedInventory extends Inventory {
  /** The machine mama-play runs on, connection local, variables of `all`; not in any group. */
  readonly localhost: InventoryHost;
  /** What each group itself was given: its hosts without those of its children, and its layers, lowest first. */
  readonly own: ReadonlyMap<string, { readonly hosts: readonly string[]; readonly layers: readonly Layer[] }>;
}

/**
 * Reads the inventories given with `-i`, in order; a later one is merged over the earlier. No path: an inventory
 * without hosts, in which only the implicit `localhost` can be selected.
 */
export function loadInventory(paths: readonly string[], io: InventoryIo): Loaded<LoadedInventory> {
  const draft: Draft = { groups: new Map(), hosts: new Map(), diagnostics: [] };
  const sources = inventorySources(paths, io, draft.diagnostics);
  for (const given of sources) {
    const top =
      given.kind === 'list'
        ? listedHosts(given.written)
        : readMap(given.path, given.text, io, draft.diagnostics);
    if (top) readGroups(draft, top);
  }
  const files = sources.flatMap((given) => (given.kind === 'file' ? [given.path] : []));
  const start = placeOf(sources, io);
  for (const name of ['all', 'ungrouped']) draftGroup(draft, name, start);
  const implicit: DraftHost = { name: 'localhost', span: start, layers: [] };
  readFolders(draft, implicit, files, io);
  const graph = linkGroups(draft);
  sayNamesakes(draft);
  const { hosts, members } = layHosts(draft, graph);
  const value = {
    hosts,
    groups: groupsOf(draft, graph, members),
    files,
    localhost: localhostOf(draft, implicit),
    own: ownOf(draft, members),
  };
  return { value, diagnostics: draft.diagnostics };
}

/** A host by name, the implicit localhost among them. */
export function findHost(inventory: Inventory, name: string): InventoryHost | undefined {
  const written = inventory.hosts.get(name);
  if (written || name !== 'localhost') return written;
  return (inventory as Partial<LoadedInventory>).localhost;
}

function readFolders(draft: Draft, implicit: DraftHost, files: readonly string[], io: InventoryIo): void {
  const written = draft.hosts.has('localhost');
  if (!written) draft.hosts.set('localhost', implicit);
  for (const directory of new Set(files.map((file) => dirname(file)))) readVarsFolders(draft, directory, io);
  if (!written) draft.hosts.delete('localhost');
}

function localhostOf(draft: Draft, implicit: DraftHost): InventoryHost {
  const { span } = implicit;
  const value: YamlNode = { kind: 'scalar', span, value: 'local', written: 'local', quoted: false };
  const map: YamlMap = { kind: 'map', span, entries: [{ key: 'ansible_connection', keySpan: span, value }] };
  const local = readLayer(map, 'the implicit localhost', draft.diagnostics);
  const all = draft.groups.get('all')!.layers.map(withoutConnection);
  return { name: 'localhost', at: at(span), groups: [], layers: [...all, local, ...implicit.layers] };
}

/** How the other hosts are reached does not concern this machine. */
function withoutConnection<L extends { readonly variables: ReadonlyMap<string, unknown> }>(layer: L): L {
  const elsewhere = /^ansible_(ssh_)?(host|port|connection)$/;
  if (![...layer.variables.keys()].some((name) => elsewhere.test(name))) return layer;
  return { ...layer, variables: new Map([...layer.variables].filter(([name]) => !elsewhere.test(name))) };
}

function groupsOf(draft: Draft, graph: GroupGraph, members: ReadonlyMap<string, readonly string[]>) {
  const rank = ([a]: [string, unknown], [b]: [string, unknown]) => graph.depth.get(a)! - graph.depth.get(b)!;
  const ungroupedFirst = (a: string, b: string) => Number(b === 'ungrouped') - Number(a === 'ungrouped');
  const groups = [...draft.groups].sort(rank).map(([name, group]): [string, InventoryGroup] => {
    const children = [...group.children.keys()].sort(ungroupedFirst);
    return [name, { name, at: at(group.span), hosts: members.get(name) ?? [], children }];
  });
  return new Map(groups);
}

function ownOf(draft: Draft, members: ReadonlyMap<string, readonly string[]>) {
  const own = [...draft.groups.values()].map(({ name, hosts, layers }) => {
    const direct = name === 'ungrouped' ? members.get(name) : name === 'all' ? [] : hosts;
    return [name, { hosts: [...(direct ?? [])], layers }] as const;
  });
  return new Map(own);
}

/** A pattern takes the group; Ansible says the same. */
function sayNamesakes(draft: Draft): void {
  for (const [name, host] of draft.hosts) {
    if (!draft.groups.has(name)) continue;
    const message = `"${name}" is the name of a host and of a group`;
    draft.diagnostics.push(
      warning(host.span, 'same-name', message, 'in a pattern it means the group; rename one of them'),
    );
  }
}

/** `-i web1,web2,` as if it were a file. */
function listedHosts(written: string): YamlMap {
  const src = source('-i', written);
  const whole: Span = { source: src, start: 0, end: written.length };
  const entries = [...written.matchAll(/[^,\s]+/g)].map((found) => {
    const keySpan = { source: src, start: found.index, end: found.index + found[0].length };
    const value: YamlNode = { kind: 'scalar', span: keySpan, value: null, written: '', quoted: false };
    return { key: found[0], keySpan, value };
  });
  const under = (key: string, inner: YamlMap): YamlMap => ({
    kind: 'map',
    span: whole,
    entries: [{ key, keySpan: whole, value: inner }],
  });
  return under('all', under('hosts', { kind: 'map', span: whole, entries }));
}

/** Where `all` and `localhost` are said to stand when nobody wrote them: the beginning of the first source. */
function placeOf(sources: readonly InventorySource[], io: InventoryIo): Span {
  const first = sources[0];
  const src =
    first?.kind === 'file' ? source(io.display(first.path), first.text) : source('-i', first?.written ?? '');
  return { source: src, start: 0, end: 0 };
}

function at(span: Span) {
  return span.source.position(span.start);
}
