import type { Frame, Layer } from './frame.ts';
import { writtenOf } from './inventory.ts';
import { type Loop, roundByRound, someLoop } from './loops.ts';
import { someMistake } from './mistakes.ts';
import { NO_NAMES, type Place } from './place.ts';
import { uses } from './roles.ts';
import { lowest, passes, registers, setsFacts, writes } from './tasks.ts';
import { type Condition, someCondition } from './texts.ts';
import { BASE, type Data, OTHERS, rankOf } from './values.ts';
import { behind, below, joined, type Node, type Step, type Writer, within } from './writer.ts';

/** Tasks one after the other: what one gives, the next may read. */
export function steps(
  writer: Writer,
  place: Place,
  most: number,
  depth = 0,
): { nodes: Node[]; gives: Step['gives'] } {
  const nodes: Node[] = [];
  let gives = NO_NAMES;
  for (let i = 1 + writer.draw.nat(most); i > 0; i--) {
    const step = someStep(writer, behind(place, gives), depth);
    nodes.push(step.node);
    gives = joined(gives, step.gives);
  }
  return { nodes, gives };
}

function someStep(writer: Writer, place: Place, depth: number): Step {
  const { draw } = writer;
  if (writer.slips()) return slip(writer, place);
  const kinds = [writes, writes, writes, writes, registers, setsFacts];
  if (depth >= 2) return draw.pick(kinds)(writer, place);
  const groups = [
    block,
    include,
    include,
    ...(writer.roles.some(({ handles }) => !handles || place.loops.size === 0) ? [uses, uses] : []),
  ];
  return draw.pick([...kinds, ...groups])(writer, place, depth + 1);
}

/** A node that is wrong; the model notes whether anybody comes to it. */
function slip(writer: Writer, place: Place): Step {
  const mistake = someMistake(writer, place);
  const run = (frames: readonly Frame[]) => {
    if (frames.some(passes)) writer.slipped = mistake;
  };
  return { node: { yaml: mistake.yaml, run }, gives: NO_NAMES };
}

export function runAll(nodes: readonly Node[], frames: readonly Frame[]): void {
  for (const node of nodes) node.run(frames);
}

/** What a block or an include says of what is in it. */
interface Around {
  readonly loop: Loop | null;
  readonly layer: Layer;
  readonly when: Condition | null;
  readonly inside: Place;
  readonly yaml: Data;
}

function around(writer: Writer, place: Place, looped: boolean, handedDown: boolean): Around {
  const { draw } = writer;
  const names = draw.chance(50) ? writer.names(place, 15) : [];
  const loop = looped ? someLoop(writer, place, lowest(names)) : null;
  const layer = writer.layer(names, loop ? within(place, loop.names) : place);
  const under = below(loop ? within(place, loop.names) : place, layer);
  const floor = handedDown ? rankOf(draw.pick([...BASE, ...OTHERS])) : Number.POSITIVE_INFINITY;
  const when = draw.chance(25) ? someCondition(draw, under, floor) : null;
  const inside = when && handedDown ? { ...under, floor: Math.max(place.floor, floor) } : under;
  const yaml = {
    ...(names.length > 0 ? { vars: writtenOf(layer) } : {}),
    ...(when ? { when: when.written } : {}),
    ...(loop?.yaml ?? {}),
  };
  return { loop, layer, when, inside, yaml };
}

/** Names that are surely there behind it. */
function left({ loop, when }: Around, gives: Step['gives']): Step['gives'] {
  return loop || when ? NO_NAMES : gives;
}

/** A condition is handed down to each task, and judged there anew. */
function gated(frame: Frame, when: Condition | null): Frame {
  return when ? frame.with({ gates: [...frame.where.gates, () => when.value(frame)] }) : frame;
}

function block(writer: Writer, place: Place, depth: number): Step {
  const { draw } = writer;
  const over = around(writer, place, draw.chance(25), true);
  const { loop, layer, when, inside, yaml } = over;
  const main = steps(writer, inside, 3, depth);
  const fails = draw.chance(30) ? someCondition(draw, inside) : null;
  const name = `b${writer.next()}`;
  const fail = fails ? [{ name, fail: { msg: 'on purpose' }, when: fails.written }] : [];
  const rescue = fails ? steps(writer, inside, 2, depth) : null;
  const always = draw.chance(20) ? steps(writer, inside, 2, depth) : null;
  const run = (frames: readonly Frame[]) => {
    const gates = frames.map((frame) => gated(frame, when));
    runAll(main.nodes, gates);
    const failed = gates.filter((frame) => passes(frame) && fails?.value(frame));
    if (rescue) runAll(rescue.nodes, failed);
    if (always) runAll(always.nodes, gates);
  };
  const node: Node = {
    yaml: {
      ...yaml,
      block: [...main.nodes.map((one) => one.yaml), ...fail],
      ...(rescue ? { rescue: rescue.nodes.map((one) => one.yaml) } : {}),
      ...(always ? { always: always.nodes.map((one) => one.yaml) } : {}),
    },
    run: (frames) => {
      const under = frames.map((frame) => frame.under(layer));
      if (loop) roundByRound(under.filter(passes), loop.rounds, run);
      else run(under);
    },
  };
  return { node, gives: left(over, joined(main.gives, always?.gives ?? NO_NAMES)) };
}

/** A file of tasks, imported or included. */
function include(writer: Writer, place: Place, depth: number): Step {
  const { draw } = writer;
  const dynamic = draw.chance(50);
  const over = around(writer, place, dynamic && draw.chance(40), !dynamic);
  const { inside, layer, yaml } = over;
  const number = writer.next();
  const { nodes, gives } = steps(writer, inside, 3, depth);
  const file = `part_${number}.yaml`;
  const folder = place.role === null ? writer.folder(place) : `${writer.folder(place)}tasks/`;
  writer.files.set(
    `${folder}${file}`,
    nodes.map((one) => one.yaml),
  );
  const verb = dynamic ? 'include_tasks' : 'import_tasks';
  const run = entered(over, dynamic, (frames) => runAll(nodes, frames));
  const node: Node = {
    yaml: { name: `i${number}`, [verb]: draw.chance(50) ? file : { file }, ...yaml },
    run: (frames) => run(frames.map((frame) => frame.under(layer))),
  };
  return { node, gives: left(over, gives) };
}

/** An import hands its condition down; an include judges it once, for each item. */
export function entered(
  { loop, when }: Pick<Around, 'loop' | 'when'>,
  dynamic: boolean,
  run: (frames: readonly Frame[]) => void,
): (frames: readonly Frame[]) => void {
  if (!dynamic) return (frames) => run(frames.map((frame) => gated(frame, when)));
  const one = (frames: readonly Frame[]) => run(frames.filter((frame) => !when || when.value(frame)));
  return (all) => {
    const frames = all.filter(passes);
    if (loop) roundByRound(frames, loop.rounds, one);
    else one(frames);
  };
}
