import { Frame } from './frame.ts';
import type { Place } from './place.ts';
import { type Json, type Kind, kindOf, rankOf } from './values.ts';

/** Something that can be read at a place, as each of the two languages says it. */
export interface Atom {
  readonly hbs: string;
  readonly cel: string;
  readonly kind: Kind;
  /** What is made of others is made of those of a lower rank only. -1: made of nothing. */
  readonly rank: number;
  readonly value: (frame: Frame) => Json;
}

type Fields = { readonly [name: string]: Json };

function withFields(atom: Atom): Atom[] {
  const field = (of: Atom, name: string, kind: Kind): Atom => ({
    ...of,
    hbs: `${of.hbs}.${name}`,
    cel: `${of.cel}.${name}`,
    kind,
    value: (frame) => (of.value(frame) as Fields)[name]!,
  });
  const first: Atom = {
    ...atom,
    hbs: `${atom.hbs}.[0]`,
    cel: `${atom.cel}[0]`,
    kind: 'text',
    value: (frame) => (atom.value(frame) as Json[])[0]!,
  };
  if (atom.kind === 'map') return [atom, field(atom, 'host', 'text'), field(atom, 'port', 'int')];
  if (atom.kind === 'list') return [atom, first];
  if (atom.kind === 'users') return [atom, field(first, 'name', 'text'), field(first, 'id', 'int')];
  return [atom];
}

/** Its name is a name of the pool, a loop variable, or a magic one. */
function plain(name: string, kind: Kind): Atom[] {
  return withFields({ hbs: name, cel: name, kind, rank: rankOf(name), value: (frame) => frame.get(name) });
}

function registered(name: string, field: string, kind: Kind): Atom {
  const value = (frame: Frame) => (frame.get(name) as Fields)[field]!;
  return { hbs: `${name}.${field}`, cel: `${name}.${field}`, kind, rank: -1, value };
}

/** What any host has from the inventory, or was given by tasks before. */
function ofHost(host: string, name: string): Atom[] {
  return withFields({
    hbs: `hostvars.[${host}].${name}`,
    cel: `hostvars["${host}"].${name}`,
    kind: kindOf(name),
    rank: -1,
    value: ({ where: { run } }) => Frame.ofHost(run, host, null).get(name),
  });
}

function group(name: string): Atom[] {
  const value = ({ where: { run } }: Frame) => run.groups.get(name)!;
  return withFields({ hbs: `groups.${name}`, cel: `groups.${name}`, kind: 'list', rank: -1, value });
}

const known = new WeakMap<Place, readonly Atom[]>();

/** All that is there at a place, on each of its hosts. */
export function atomsAt(place: Place): readonly Atom[] {
  const atoms = known.get(place) ?? all(place);
  known.set(place, atoms);
  return atoms;
}

function all(place: Place): Atom[] {
  const { project, role, made } = place;
  const atoms = [...place.names, ...place.loops, ...made.facts].flatMap(([name, kind]) => plain(name, kind));
  atoms.push(...plain('inventory_hostname', 'text'), ...plain('group_names', 'list'));
  if (place.level === 'inventory') return atoms;
  for (const name of ['ansible_play_name', 'ansible_system']) atoms.push(...plain(name, 'text'));
  atoms.push(...plain('play_hosts', 'list'));
  if (role) atoms.push(...plain('role_name', 'text'));
  for (const name of made.results)
    atoms.push(
      registered(name, 'stdout', 'text'),
      registered(name, 'rc', 'int'),
      registered(name, 'changed', 'flag'),
    );
  for (const [name, hosts] of project.groups) if (hosts.length > 0) atoms.push(...group(name));
  for (const host of project.hosts)
    for (const name of new Set([...host.names, ...project.madeOn(host.name)]))
      atoms.push(...ofHost(host.name, name));
  return atoms;
}
