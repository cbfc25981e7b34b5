import type { Diagnostic } from '../contract/diagnostic.ts';
import type { Inventory, Loaded, Pattern } from './model.ts';
import { boundedRegex, wildcard } from './pattern-regex.ts';
import { patternTerms, type Term, type TermBody } from './pattern-terms.ts';
import { closest } from './suggest.ts';

export interface Selection {
  /** As the pattern names them, and the members of a group as the inventory does. */
  readonly hosts: string[];
  /** Why there are none, where nothing is wrong. */
  readonly note?: string;
}

/**
 * The hosts that a pattern means, by Ansible's rules: first everything that adds, then what `&` keeps, then what `!`
 * takes away; without anything that adds, from `all`. `localhost` may always be named. Every name must exist, behind
 * `!` too; a wildcard behind `!` may match nothing.
 */
export function selectHosts(pattern: Pattern, inventory: Inventory, limit?: Pattern): Loaded<Selection> {
  const chosen = select(pattern, inventory);
  const limited = limit ? select(limit, inventory) : null;
  const diagnostics = [...chosen.diagnostics, ...(limited?.diagnostics ?? [])];
  const hosts = [...chosen.value].filter((name) => !limited || limited.value.has(name));
  if (hosts.length > 0 || diagnostics.length > 0) return { value: { hosts }, diagnostics };
  return { value: { hosts, note: whyNone(pattern, chosen.value, inventory, limit) }, diagnostics };
}

/** `--limit` as a pattern: each `@file` in it is replaced by what the file lists, one pattern a line. */
export function readLimit(limit: Pattern, read: (path: string) => string | null): Loaded<Pattern> {
  const diagnostics: Diagnostic[] = [];
  const parts = limit.source.split(',').map((part) => {
    if (!part.trim().startsWith('@')) return part;
    const path = part.trim().slice(1);
    const listed = (read(path) ?? '').split(/\r?\n/).map((line) => line.replace(/#.*/, '').trim());
    const names = listed.filter((line) => line !== '').join(',');
    if (names === '') {
      const message = read(path) === null ? `there is no file ${path}` : `the file ${path} lists no host`;
      diagnostics.push({
        code: 'no-limit-file',
        at: limit.at,
        message,
        hint: 'a limit file holds one host a line',
      });
    }
    return names;
  });
  return { value: { source: parts.join(','), at: limit.at }, diagnostics };
}

function select(pattern: Pattern, inventory: Inventory): Loaded<Set<string>> {
  const diagnostics: Diagnostic[] = [];
  const terms = patternTerms(pattern.source);
  const refusal = refusePattern(pattern, terms);
  if (refusal) return { value: new Set(), diagnostics: [refusal] };
  const hostsOf = (wanted: Term) => {
    const found = lookUp(wanted.body, wanted, inventory);
    if (!('code' in found)) return found;
    diagnostics.push({ ...found, at: pattern.at });
    return [];
  };
  const signed = (sign: Term['sign']) => terms.filter((one) => one.sign === sign);
  const adding = signed('or');
  let hosts = new Set(adding.length > 0 ? adding.flatMap(hostsOf) : inventory.hosts.keys());
  for (const one of signed('and')) {
    const kept = new Set(hostsOf(one));
    hosts = new Set([...hosts].filter((name) => kept.has(name)));
  }
  for (const one of signed('not')) for (const name of hostsOf(one)) hosts.delete(name);
  // That there is no inventory is one mistake, however many names are missed.
  return { value: hosts, diagnostics: isNone(inventory) ? diagnostics.slice(0, 1) : diagnostics };
}

function isNone({ files, hosts }: Inventory): boolean {
  return files.length === 0 && hosts.size === 0;
}

function refusePattern({ source, at }: Pattern, terms: readonly Term[]): Diagnostic | null {
  if (source.includes('{{')) {
    const hint = 'name hosts or groups here, and choose among them with --limit';
    return { code: 'bad-pattern', at, message: "a host pattern can't hold {{ }}", hint };
  }
  if (terms.length > 0 && terms.every((one) => one.text !== '')) return null;
  const message = `"${source}" is no host pattern`;
  return {
    code: 'bad-pattern',
    at,
    message,
    hint: 'write group, host, a:b, a:&b, a:!b, web*, ~regex or all',
  };
}

type Problem = Omit<Diagnostic, 'at'>;

function lookUp(body: TermBody, wanted: Term, inventory: Inventory): readonly string[] | Problem {
  switch (body.kind) {
    case 'all':
      return [...inventory.hosts.keys()];
    case 'name':
      return named(body.name, inventory);
    case 'wildcard': {
      const fits = wildcard(body.name);
      return fits ? matching(fits, wanted, inventory) : badWildcard(body.name);
    }
    case 'regex': {
      const bounded = boundedRegex(body.source);
      if (bounded.kind === 'regex') return matching((name) => bounded.regex.test(name), wanted, inventory);
      const hint = 'write it simpler, such as ~web[0-9]+, or name the groups';
      return { code: 'bad-pattern', message: `~${body.source} ${bounded.message}`, hint };
    }
    case 'pick': {
      const hosts = lookUp(body.of, wanted, inventory);
      return 'code' in hosts ? hosts : pick(hosts, body, wanted);
    }
  }
}

function badWildcard(name: string): Problem {
  const hint = 'a set is written [a-c], a slice of a group [0:2]';
  return { code: 'bad-pattern', message: `"${name}" is no wildcard`, hint };
}

function named(name: string, inventory: Inventory): readonly string[] | Problem {
  const group = inventory.groups.get(name);
  if (group) return group.hosts;
  if (inventory.hosts.has(name) || name === 'localhost') return [name];
  const message = `there is no host or group "${name}" in the inventory`;
  if (/^(?:127\.0\.0\.1|::1)$/.test(name))
    return { code: 'unknown-host', message, hint: 'write localhost, which is there by itself' };
  const near = closest(name, [...inventory.groups.keys(), ...inventory.hosts.keys(), 'localhost']);
  return { code: 'unknown-host', message, hint: near ? `did you mean "${near}"?` : whatThereIs(inventory) };
}

function whatThereIs(inventory: Inventory): string {
  if (isNone(inventory)) return 'no inventory was given: name one with -i';
  const groups = [...inventory.groups.keys()].filter((name) => name !== 'all' && name !== 'ungrouped');
  if (groups.length === 0) return 'mama-play inventory --list shows what there is';
  return `groups: ${groups.slice(0, 12).join(', ')}${groups.length > 12 ? ', …' : ''}`;
}

function matching(
  fits: (name: string) => boolean,
  wanted: Term,
  inventory: Inventory,
): readonly string[] | Problem {
  const groups = [...inventory.groups.values()].filter((group) => fits(group.name));
  const hosts = [...inventory.hosts.keys()].filter(fits);
  if (groups.length + hosts.length > 0 || wanted.sign === 'not')
    return [...groups.flatMap((g) => g.hosts), ...hosts];
  const message = `no host or group matches "${wanted.text}"`;
  return { code: 'unknown-host', message, hint: whatThereIs(inventory) };
}

function pick(
  hosts: readonly string[],
  body: TermBody & { kind: 'pick' },
  wanted: Term,
): readonly string[] | Problem {
  if (body.from !== body.to) return hosts.slice(body.from, body.to === null ? undefined : body.to + 1);
  const host = hosts.at(body.from);
  if (host !== undefined) return [host];
  if (hosts.length === 0) return [];
  const message = `"${wanted.text}" picks a host that is not there: there are ${hosts.length}, counted from 0`;
  return { code: 'unknown-host', message, hint: `the last one is [${hosts.length - 1}] or [-1]` };
}

function whyNone(
  pattern: Pattern,
  chosen: ReadonlySet<string>,
  inventory: Inventory,
  limit?: Pattern,
): string {
  if (chosen.size > 0 && limit) return `--limit ${limit.source} leaves no host of "${pattern.source}"`;
  if (inventory.hosts.size === 0) {
    return inventory.files.length === 0 ? 'no inventory was given (-i)' : 'the inventory has no hosts';
  }
  if (inventory.groups.has(pattern.source)) return `the group "${pattern.source}" has no hosts`;
  return `"${pattern.source}" leaves no host`;
}
