import { isIPv6 } from 'node:net';
import {
  addLayer,
  type Draft,
  type DraftGroup,
  draftGroup,
  draftHost,
  readLayer,
} from './inventory-draft.ts';
import { expandRange } from './range.ts';
import { fault, type Span } from './source.ts';
import { didYouMean } from './suggest.ts';
import type { YamlEntry, YamlMap, YamlNode } from './yaml.ts';

const SECTIONS = ['hosts', 'children', 'vars'] as const;
const SHOWN = 'a group holds hosts:, children: and vars:';

/** Reads the groups of one inventory file (its top level) into the draft. */
export function readGroups(draft: Draft, top: YamlMap): void {
  for (const item of top.entries) {
    if (item.key === 'plugin' && item.value.kind === 'scalar') {
      const hint = 'write the hosts into a YAML file, or have a script write it before the run';
      draft.diagnostics.push(fault(item.keySpan, 'plugin', 'inventory plugins are not known here', hint));
      return;
    }
    readGroup(draft, item);
  }
}

/** One group under its name; undefined where the name can't be one. */
function readGroup(draft: Draft, { key, keySpan, value }: YamlEntry): DraftGroup | undefined {
  if (!/^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u.test(key)) {
    const hint = 'letters, digits, _ . and - only, and a letter, digit or _ first';
    draft.diagnostics.push(fault(keySpan, 'bad-name', `"${key}" can't be the name of a group`, hint));
    return undefined;
  }
  const group = draftGroup(draft, key, keySpan);
  for (const section of mapOf(draft, value, `the group "${key}"`, SHOWN)) readSection(draft, group, section);
  return group;
}

function readSection(draft: Draft, group: DraftGroup, { key, keySpan, value }: YamlEntry): void {
  const whose = `of the group "${group.name}"`;
  if (key === 'hosts') {
    const hint = 'write "web1:" with a colon, one host a line';
    for (const item of namesOf(draft, value, keySpan, `hosts ${whose}`, hint)) readHosts(draft, group, item);
  } else if (key === 'children') {
    const hint = 'write "web:" with a colon, one group a line';
    for (const item of namesOf(draft, value, keySpan, `children ${whose}`, hint)) {
      const child = readGroup(draft, item);
      if (child && !group.children.has(child.name)) group.children.set(child.name, item.keySpan);
    }
  } else if (key === 'vars') {
    const layer = layerAt(draft, value, `vars of group "${group.name}"`, keySpan);
    if (layer) addLayer(group, layer, draft.diagnostics);
  } else {
    const hint = didYouMean(key, SECTIONS) ?? `${SHOWN}; a host or variable stands below one of them`;
    draft.diagnostics.push(fault(keySpan, 'unknown-key', `a group has no key "${key}"`, hint));
  }
}

/** Of one run. */
const MAX_HOSTS = 50_000;

/** One entry below `hosts:`, which a range makes stand for many; they share one layer. */
function readHosts(draft: Draft, group: DraftGroup, { key, keySpan, value }: YamlEntry): void {
  const { name, port } = splitPort(key);
  const expanded = isIPv6(name) ? { kind: 'names' as const, names: [name] } : expandRange(name);
  if (expanded.kind === 'problem') {
    draft.diagnostics.push(fault(keySpan, 'bad-range', expanded.message, expanded.hint));
    return;
  }
  if (draft.hosts.size + expanded.names.length > MAX_HOSTS) {
    const message = `the inventory has more than ${MAX_HOSTS} hosts`;
    if (!draft.diagnostics.some(({ code }) => code === 'too-many-hosts'))
      draft.diagnostics.push(
        fault(keySpan, 'too-many-hosts', message, 'look for a range with a digit too many'),
      );
    return;
  }
  const wrong = expanded.names.find((host) => !isHostName(host));
  if (wrong !== undefined) {
    const hint = 'letters, digits, _ . and - only; the address goes into ansible_host';
    draft.diagnostics.push(fault(keySpan, 'bad-name', `"${wrong}" can't be the name of a host`, hint));
    return;
  }
  const layers = [
    port === undefined ? undefined : portLayer(draft, keySpan, port, key),
    layerAt(draft, value, `vars of host "${key}"`, keySpan),
  ];
  for (const host of expanded.names) {
    group.hosts.add(host);
    const entry = draftHost(draft, host, keySpan);
    for (const layer of layers) if (layer) addLayer(entry, layer, draft.diagnostics);
  }
}

export function isHostName(name: string): boolean {
  return isIPv6(name) || /^[\p{L}\p{N}_][\p{L}\p{N}_.%+@-]*$/u.test(name);
}

/** `web1:2222` and `[::1]:2222`: Ansible's short form of ansible_port. */
function splitPort(key: string): { name: string; port?: number } {
  const [, address, bracketPort] = /^\[([^\]]*)\](?::(\d{1,5}))?$/.exec(key) ?? [];
  if (address !== undefined && isIPv6(address)) {
    return bracketPort ? { name: address, port: Number(bracketPort) } : { name: address };
  }
  const [, name, port] = /^((?:[^:[\]]|\[[^\]]*\])+):(\d{1,5})$/.exec(key) ?? [];
  return name === undefined ? { name: key } : { name, port: Number(port) };
}

function portLayer(draft: Draft, span: Span, port: number, key: string) {
  const value: YamlNode = { kind: 'scalar', span, value: port, written: `${port}`, quoted: false };
  const entries = [{ key: 'ansible_port', keySpan: span, value }];
  return readLayer({ kind: 'map', span, entries }, `host "${key}"`, draft.diagnostics);
}

function layerAt(draft: Draft, value: YamlNode, what: string, keySpan: Span) {
  if (isNothing(value)) return undefined;
  const label = `${what} in ${keySpan.source.file}`;
  if (value.kind === 'map') return readLayer(value, label, draft.diagnostics);
  draft.diagnostics.push(notMap(value, what, 'write "name: value", one a line'));
  return undefined;
}

/** The entries of a map whose values may be left out; a lone text stands for a map with one key, as in Ansible. */
function namesOf(
  draft: Draft,
  value: YamlNode,
  keySpan: Span,
  what: string,
  hint: string,
): readonly YamlEntry[] {
  if (value.kind === 'scalar' && typeof value.value === 'string') {
    const nothing: YamlNode = { kind: 'scalar', span: keySpan, value: null, written: '', quoted: false };
    return [{ key: value.value, keySpan: value.span, value: nothing }];
  }
  return mapOf(draft, value, what, hint);
}

function mapOf(draft: Draft, value: YamlNode, what: string, hint: string): readonly YamlEntry[] {
  if (isNothing(value)) return [];
  if (value.kind === 'map') return value.entries;
  draft.diagnostics.push(notMap(value, what, hint));
  return [];
}

function isNothing(value: YamlNode): boolean {
  return value.kind === 'scalar' && value.value === null;
}

function notMap(value: YamlNode, what: string, hint: string) {
  const found = value.kind === 'list' ? 'a list' : 'a single value';
  return fault(value.span, 'wrong-type', `${what} must be a map, not ${found}`, hint);
}
