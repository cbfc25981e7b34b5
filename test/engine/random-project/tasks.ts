import type { Frame, Layer } from './frame.ts';
import { writtenOf } from './inventory.ts';
import { type Loop, someLoop } from './loops.ts';
import { kindsOf, NO_NAMES, type Place } from './place.ts';
import { someCondition, someDefinition, someText } from './texts.ts';
import { BASE, type Data, type Json, OTHERS, rankOf } from './values.ts';
import { below, type HandlerText, type Node, type Step, type Writer, within } from './writer.ts';

/** What a task does: its words, and what that is on one host. True: it changed something. */
interface Deed {
  readonly yaml: Data;
  readonly act: (frame: Frame) => boolean;
}

type Make = (writer: Writer, place: Place, file: string, suffix: (frame: Frame) => string) => Deed;

const FOLDER = '{{ inventory_dir }}/host/{{ inventory_hostname }}';

function pathOf({ where: { host } }: Frame, file: string): string {
  return `${host}/${file}`;
}

const copy: Make = ({ draw }, place, file, suffix) => {
  const text = someText(draw, place);
  return {
    yaml: { copy: { dest: `${FOLDER}/${file}`, content: text.written } },
    act: (frame) => frame.where.run.write(pathOf(frame, suffix(frame)), text.value(frame)),
  };
};

const template: Make = (writer, place, file, suffix) => {
  const lines = writer.draw.times(1, 3, () => someText(writer.draw, place));
  const src = `t${writer.next()}.hbs`;
  writer.files.set(
    `${writer.folder(place)}templates/${src}`,
    lines.map(({ written }) => `${written}\n`).join(''),
  );
  return {
    yaml: { template: { src, dest: `${FOLDER}/${file}` } },
    act: (frame) => {
      const text = lines.map(({ value }) => `${value(frame)}\n`).join('');
      return frame.where.run.write(pathOf(frame, suffix(frame)), text);
    },
  };
};

const shell: Make = ({ draw }, place, file, suffix) => {
  const text = someText(draw, place);
  return {
    yaml: {
      shell: `printf %s {{ quote line }} | tee ${FOLDER}/${file}`,
      vars: { line: text.written },
    },
    act: (frame) => {
      frame.where.run.write(pathOf(frame, suffix(frame)), text.value(frame));
      return true;
    },
  };
};

/** A task that writes what it reads into a file of its host. */
export function writes(writer: Writer, place: Place): Step {
  const { draw } = writer;
  const number = writer.next();
  // The items are read with the task's own variables, which may be made of the item.
  const names = draw.chance(30) ? writer.names(place, 15) : [];
  const loop = draw.chance(25) ? someLoop(writer, place, lowest(names)) : null;
  const layer = writer.layer(names, loop ? within(place, loop.names) : place);
  const inside = below(loop ? within(place, loop.names) : place, layer);
  const file = loop ? `t${number}-{{ ${loop.index} }}` : `t${number}`;
  const suffix = (frame: Frame) => (loop ? `t${number}-${frame.get(loop.index)}` : `t${number}`);
  const { yaml, act } = draw.pick([copy, copy, template, shell])(writer, inside, file, suffix);
  const when = draw.chance(25) ? someCondition(draw, inside) : null;
  const handler = writer.handlers.length > 0 && draw.chance(40) ? draw.pick(writer.handlers) : null;
  const vars = { ...writtenOf(layer), ...((yaml['vars'] as Data) ?? {}) };
  const words: Data = {
    name: `t${number}`,
    ...yaml,
    ...(Object.keys(vars).length > 0 ? { vars } : {}),
    ...(when ? { when: when.written } : {}),
    ...(loop?.yaml ?? {}),
    ...(handler ? { notify: draw.pick(handler.calls) } : {}),
    ...(draw.chance(10) ? { delegate_to: draw.pick(writer.project.hosts).name } : {}),
    ...(draw.chance(10) ? { tags: ['some'] } : {}),
  };
  const one = (frame: Frame) => {
    if (when && !when.value(frame)) return;
    if (act(frame) && handler) frame.notify(handler.run);
  };
  return { node: task(words, (frame) => eachRound(frame.under(layer), loop, one)), gives: NO_NAMES };
}

/** A handler that writes what it reads; what it is called by. */
export function handles(
  writer: Writer,
  place: Place,
): { readonly yaml: Data; readonly handler: HandlerText } {
  const { draw } = writer;
  const number = writer.next();
  const name = `h${number}`;
  const topic = draw.chance(40) ? `topic ${number}` : null;
  const text = someText(draw, place);
  const when = draw.chance(20) ? someCondition(draw, place) : null;
  const run = (frame: Frame) => {
    if (!passes(frame) || (when && !when.value(frame))) return null;
    return { path: pathOf(frame, name), text: text.value(frame) };
  };
  const yaml = {
    name,
    ...(topic ? { listen: topic } : {}),
    copy: { dest: `${FOLDER}/${name}`, content: text.written },
    ...(when ? { when: when.written } : {}),
  };
  const calls = [name, ...(topic ? [topic] : []), ...(place.role ? [`${place.role} : ${name}`] : [])];
  return { yaml, handler: { calls, run } };
}

/** A task of which the result is read by others. */
export function registers(writer: Writer, place: Place): Step {
  const { draw } = writer;
  const name = `r_${writer.next()}`;
  const loop = draw.chance(30) ? someLoop(writer, place) : null;
  const inside = loop ? within(place, loop.names) : place;
  const file = loop ? `${name}-{{ ${loop.index} }}` : name;
  const suffix = (frame: Frame) => (loop ? `${name}-${frame.get(loop.index)}` : name);
  const { yaml, act } = shell(writer, inside, file, suffix);
  const once = draw.chance(30);
  const words = {
    name,
    ...yaml,
    register: name,
    ...(loop?.yaml ?? {}),
    ...(once ? { run_once: true } : {}),
    ...(draw.chance(20) ? { delegate_to: draw.pick(writer.project.hosts).name } : {}),
  };
  const one = (frame: Frame): Json => {
    act(frame);
    return { stdout: frame.where.run.files.get(pathOf(frame, suffix(frame)))!, rc: 0, changed: true };
  };
  const all = (frame: Frame): Json => (loop ? { results: loop.rounds(frame).map(one) } : one(frame));
  const run = (reached: readonly Frame[]) => {
    const frames = reached.filter(passes);
    const result = once && frames[0] ? onceInPlay(frames[0], words, all) : null;
    for (const frame of frames) memorize(frame, name, result ?? all(frame));
  };
  const gives = loop ? { lists: new Set([name]) } : { results: new Set([name]) };
  return { node: { yaml: words, run }, gives: { ...NO_NAMES, ...gives } };
}

/** The result of a task with `run_once`, which is that of the first batch's for all. */
function onceInPlay(first: Frame, task: Data, result: (frame: Frame) => Json): Json {
  const { run, play, role, rounds } = first.where;
  const known = play!.once;
  if (!known) return result(first);
  // It is one task for each use of its role, and for each round of loops around, which are not told apart here.
  run.isDoubtful ||= role !== null || rounds.size > 0;
  if (!known.has(task)) known.set(task, result(first));
  return known.get(task)!;
}

export function setsFacts(writer: Writer, place: Place): Step {
  const names = [...new Set(writer.draw.times(1, 2, () => writer.draw.pick([...BASE, ...OTHERS])))];
  const facts: Layer = new Map(
    names.map((name) => [name, someDefinition(writer.draw, name, place, Number.POSITIVE_INFINITY)]),
  );
  for (const name of names) writer.facts.add(name);
  const act = (frame: Frame) => {
    const values = [...facts].map(([name, { value }]) => [name, value(frame)] as const);
    for (const [name, value] of values) memorize(frame, name, value);
  };
  const delegated = writer.draw.chance(10)
    ? { delegate_to: writer.draw.pick(writer.project.hosts).name }
    : {};
  const words = { name: `f${writer.next()}`, set_fact: writtenOf(facts), ...delegated };
  return { node: task(words, act), gives: { ...NO_NAMES, facts: kindsOf(names) } };
}

function memorize({ where: { run, host } }: Frame, name: string, value: Json): void {
  run.remember(host, name, value);
}

function task(yaml: Data, act: (frame: Frame) => void): Node {
  return { yaml, run: (frames) => frames.filter(passes).forEach(act) };
}

export function lowest(names: readonly string[]): number {
  return Math.min(...names.map(rankOf), Number.POSITIVE_INFINITY);
}

function eachRound(frame: Frame, loop: Loop | null, one: (frame: Frame) => void): void {
  for (const round of loop ? loop.rounds(frame) : [frame]) one(round);
}

/** Imports and blocks hand their conditions down to each task. */
export function passes(frame: Frame): boolean {
  return frame.where.gates.every((gate) => gate(frame));
}
