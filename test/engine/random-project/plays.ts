import { Frame, type Layer, type ModelRun, type PlayModel } from './frame.ts';
import { runAll, steps } from './groups.ts';
import { writtenOf } from './inventory.ts';
import { kindsOf, NO_NAMES, type Place } from './place.ts';
import { entry, yamlOf } from './roles.ts';
import { handles } from './tasks.ts';
import { BASE, type Data, OTHERS } from './values.ts';
import { behind, below, joined, type Node, type Writer } from './writer.ts';

export interface PlayText {
  readonly yaml: Data;
  readonly run: (run: ModelRun) => void;
}

interface Section {
  readonly nodes: readonly Node[];
  readonly gives: typeof NO_NAMES;
}

const EMPTY: Section = { nodes: [], gives: NO_NAMES };

/** `imported`: what an import_playbook around it gives. */
export function somePlay(writer: Writer, imported: Layer): PlayText {
  const { draw, project } = writer;
  const name = `play ${writer.next()}`;
  const filled = [...project.groups].flatMap(([group, all]) => (all.length > 0 ? [group] : []));
  const pattern = draw.pick([...filled, 'all', 'all']);
  const hosts = project.groups.get(pattern)!;
  const some = (percent: number, place: Place) =>
    draw.chance(percent) ? writer.layer(draw.some([...BASE, ...OTHERS], 20), place) : new Map();
  const outside = placeOf(writer, hosts);
  const vars = some(50, outside);
  const own = below(below(outside, vars), imported);
  const fromFile = some(30, own);
  const file = `vars/v${writer.next()}.yaml`;
  if (fromFile.size > 0) writer.files.set(`${writer.playbooks}${file}`, writtenOf(fromFile));
  const inside = below(own, fromFile);
  const handlers = draw.chance(40) ? draw.times(1, 2, () => handles(writer, inside)) : [];
  writer.handlers = handlers.map(({ handler }) => handler);
  const pre = draw.chance(30) ? steps(writer, inside, 2) : EMPTY;
  const withRole = draw.chance(50) && writer.roles.length > 0;
  const roles = withRole ? [entry(writer, behind(inside, pre.gives))] : [];
  const before = roles.reduce((gives, role) => joined(gives, role.gives), pre.gives);
  const main = steps(writer, behind(inside, before), 5);
  const known = joined(before, main.gives);
  const post = draw.chance(30) ? steps(writer, behind(inside, known), 2) : EMPTY;
  writer.handlers = [];
  writer.remember(hosts, joined(known, post.gives));
  const serial = draw.chance(15) ? 1 + draw.nat(2) : hosts.length;
  const yaml: Data = {
    name,
    hosts: pattern,
    ...(serial < hosts.length ? { serial } : {}),
    ...(vars.size > 0 ? { vars: writtenOf(vars) } : {}),
    ...(fromFile.size > 0 ? { vars_files: [file] } : {}),
    ...(handlers.length > 0 ? { handlers: yamlOf(handlers) } : {}),
    ...(pre.nodes.length > 0 ? { pre_tasks: yamlOf(pre.nodes) } : {}),
    ...(roles.length > 0 ? { roles: yamlOf(roles) } : {}),
    tasks: yamlOf(main.nodes),
    ...(post.nodes.length > 0 ? { post_tasks: yamlOf(post.nodes) } : {}),
  };
  const sections = [pre.nodes, [...roles.map(({ node }) => node), ...main.nodes], post.nodes];
  const run = (all: ModelRun) => {
    all.beginPlay();
    const layers = [vars, imported, fromFile];
    const once = serial < hosts.length ? new Map() : null;
    const play: PlayModel = { name, hosts, layers, notified: new Map(), once };
    for (let i = 0; i < hosts.length; i += serial) {
      const frames = hosts.slice(i, i + serial).map((host) => Frame.ofHost(all, host, play));
      for (const nodes of sections) {
        runAll(nodes, frames);
        flush(play, all);
      }
    }
  };
  return { yaml, run };
}

/** Handlers run once for each use of their role: in an order that is not told here, where it would matter. */
function flush({ notified }: PlayModel, run: ModelRun): void {
  const made = [...notified].flatMap(([handler, frames]) => [...frames].flatMap((one) => handler(one) ?? []));
  notified.clear();
  const texts = new Map<string, string>();
  for (const { path, text } of made) {
    run.isDoubtful ||= texts.has(path) && texts.get(path) !== text;
    texts.set(path, text);
    run.write(path, text);
  }
}

/** Outside of the play's own variables. */
function placeOf({ project }: Writer, hosts: readonly string[]): Place {
  const names = kindsOf(inAll(hosts.map((host) => project.hosts.find((one) => one.name === host)!.names)));
  return {
    project,
    level: 'play',
    hosts,
    names,
    ambient: new Set(names.keys()),
    loops: new Map(),
    optional: new Set(),
    made: { ...NO_NAMES, facts: kindsOf(inAll(hosts.map((host) => [...project.madeOn(host)]))) },
    floor: 0,
    role: null,
  };
}

function inAll(lists: readonly (readonly string[])[]): string[] {
  const [first = [], ...rest] = lists;
  return first.filter((name) => rest.every((list) => list.includes(name)));
}
