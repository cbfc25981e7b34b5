import { Frame, type Layer, type ModelRun, type PlayModel } from './frame.ts';
import { runAll, steps } from './groups.ts';
import { writtenOf } from './inventory.ts';
import { kindsOf, type Place } from './place.ts';
import { given } from './roles.ts';
import { BASE, type Data, OTHERS } from './values.ts';
import { behind, below, joined, NO_NAMES, type Node, type Step, type Writer } from './writer.ts';

export interface PlayText {
  readonly yaml: Data;
  readonly run: (run: ModelRun) => void;
}

export function somePlay(writer: Writer): PlayText {
  const { draw, project } = writer;
  const name = `play ${writer.next()}`;
  const pattern = draw.pick([
    ...[...project.groups].flatMap(([group, all]) => (all.length > 0 ? [group] : [])),
    'all',
    'all',
  ]);
  const hosts = project.groups.get(pattern)!;
  const place: Place = {
    project,
    level: 'play',
    hosts,
    names: kindsOf(inAll(hosts.map((host) => project.hosts.find((one) => one.name === host)!.names))),
    ambient: new Set(),
    loops: new Map(),
    made: { facts: kindsOf(inAll(hosts.map((host) => [...project.madeOn(host)]))), results: new Set() },
    role: null,
  };
  const ambient = { ...place, ambient: new Set(place.names.keys()) };
  const vars = draw.chance(50) ? writer.layer(draw.some([...BASE, ...OTHERS], 20), ambient) : new Map();
  const own = below(ambient, vars);
  const fromFile = draw.chance(30) ? writer.layer(draw.some([...BASE, ...OTHERS], 20), own) : new Map();
  const file = `vars/v${writer.next()}.yaml`;
  if (fromFile.size > 0) writer.files.set(`${writer.playbooks}${file}`, writtenOf(fromFile));
  const inside = below(own, fromFile);
  const pre = draw.chance(30) ? steps(writer, inside, 2) : EMPTY;
  const roles = draw.chance(50) && writer.roles.length > 0 ? [entry(writer, behind(inside, pre.gives))] : [];
  const before = roles.reduce((gives, role) => joined(gives, role.gives), pre.gives);
  const main = steps(writer, behind(inside, before), 5);
  const known = joined(before, main.gives);
  const post = draw.chance(30) ? steps(writer, behind(inside, known), 2) : EMPTY;
  writer.remember(hosts, joined(known, post.gives));
  const yaml: Data = {
    name,
    hosts: pattern,
    ...(vars.size > 0 ? { vars: writtenOf(vars) } : {}),
    ...(fromFile.size > 0 ? { vars_files: [file] } : {}),
    ...(pre.nodes.length > 0 ? { pre_tasks: pre.nodes.map((one) => one.yaml) } : {}),
    ...(roles.length > 0 ? { roles: roles.map((one) => one.node.yaml) } : {}),
    tasks: main.nodes.map((one) => one.yaml),
    ...(post.nodes.length > 0 ? { post_tasks: post.nodes.map((one) => one.yaml) } : {}),
  };
  const run = (all: ModelRun) => {
    all.beginPlay();
    const play: PlayModel = { name, hosts, layers: [vars, fromFile], notified: new Set() };
    const frames = hosts.map((host) => Frame.ofHost(all, host, play));
    for (const section of [pre.nodes, roles.map((one) => one.node), main.nodes, post.nodes])
      runAll(section, frames);
  };
  return { yaml, run };
}

const EMPTY: { readonly nodes: readonly Node[]; readonly gives: Step['gives'] } = {
  nodes: [],
  gives: NO_NAMES,
};

/** An entry of `roles`, given its parameters in one of the two ways. */
function entry(writer: Writer, place: Place): Step {
  const { draw } = writer;
  const role = draw.pick(writer.roles);
  const layer: Layer = given(writer, role, place);
  const written = writtenOf(layer);
  const { name } = role.model;
  const words = draw.chance(50) ? { role: name, ...written } : { role: name, vars: written };
  const yaml = layer.size > 0 ? words : { role: name };
  const run = (frames: readonly Frame[]) =>
    runAll(
      role.nodes,
      frames.map((frame) => frame.into(role.model, layer)),
    );
  return { node: { yaml, run }, gives: role.gives };
}

function inAll(lists: readonly (readonly string[])[]): string[] {
  const [first = [], ...rest] = lists;
  return first.filter((name) => rest.every((list) => list.includes(name)));
}
