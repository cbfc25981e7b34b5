import type { Frame, Layer } from './frame.ts';
import { writtenOf } from './inventory.ts';
import { type Loop, someLoop } from './loops.ts';
import { kindsOf, type Place } from './place.ts';
import { someCondition, someDefinition, someText } from './texts.ts';
import { BASE, type Data, type Json, OTHERS, rankOf } from './values.ts';
import { below, NO_NAMES, type Node, type Step, type Writer, within } from './writer.ts';

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
  const names = draw.chance(30) ? draw.some([...BASE, ...OTHERS], 15) : [];
  const loop = draw.chance(25) ? someLoop(writer, place, lowest(names)) : null;
  const layer = writer.layer(names, loop ? within(place, loop.names) : place);
  const inside = below(loop ? within(place, loop.names) : place, layer);
  const file = loop ? `t${number}-{{ ${loop.index} }}` : `t${number}`;
  const suffix = (frame: Frame) => (loop ? `t${number}-${frame.get(loop.index)}` : `t${number}`);
  const { yaml, act } = draw.pick([copy, copy, template, shell])(writer, inside, file, suffix);
  const when = draw.chance(25) ? someCondition(draw, inside) : null;
  const notify = writer.handlers.length > 0 && draw.chance(30) ? draw.pick(writer.handlers) : null;
  const vars = { ...writtenOf(layer), ...((yaml['vars'] as Data) ?? {}) };
  const words: Data = {
    name: `t${number}`,
    ...yaml,
    ...(Object.keys(vars).length > 0 ? { vars } : {}),
    ...(when ? { when: when.written } : {}),
    ...(loop?.yaml ?? {}),
    ...(notify ? { notify } : {}),
    ...(draw.chance(10) ? { delegate_to: draw.pick(writer.project.hosts).name } : {}),
    ...(draw.chance(10) ? { tags: ['some'] } : {}),
  };
  const one = (frame: Frame) => {
    if (when && !when.value(frame)) return;
    if (act(frame) && notify) frame.where.play!.notified.add(`${frame.where.host}\0${notify}`);
  };
  return { node: task(words, (frame) => eachRound(frame.under(layer), loop, one)), gives: NO_NAMES };
}

/** A task of which the result is read by others. */
export function registers(writer: Writer, place: Place): Step {
  const { draw } = writer;
  const name = `r_${writer.next()}`;
  const { yaml, act } = shell(writer, place, name, () => name);
  const once = draw.chance(30);
  const stdout = someStdout(act, name);
  const words = { name, ...yaml, register: name, ...(once ? { run_once: true } : {}) };
  const node: Node = {
    yaml: words,
    run: (all) => {
      const frames = all.filter(passes);
      if (!once) for (const frame of frames) memorize(frame, name, stdout(frame));
      else if (frames[0]) {
        const result = stdout(frames[0]);
        for (const frame of frames) memorize(frame, name, result);
      }
    },
  };
  return { node, gives: { facts: new Map(), results: new Set([name]) } };
}

function someStdout(act: (frame: Frame) => boolean, file: string): (frame: Frame) => Json {
  return (frame) => {
    act(frame);
    return { stdout: frame.where.run.files.get(pathOf(frame, file))!, rc: 0, changed: true };
  };
}

export function setsFacts(writer: Writer, place: Place): Step {
  const names = [...new Set(writer.draw.times(1, 2, () => writer.draw.pick([...BASE, ...OTHERS])))];
  const facts: Layer = new Map(
    names.map((name) => [name, someDefinition(writer.draw, name, place, Number.POSITIVE_INFINITY)]),
  );
  const act = (frame: Frame) => {
    const values = [...facts].map(([name, { value }]) => [name, value(frame)] as const);
    for (const [name, value] of values) memorize(frame, name, value);
  };
  const words = { name: `f${writer.next()}`, set_fact: writtenOf(facts) };
  return { node: task(words, act), gives: { facts: kindsOf(names), results: new Set() } };
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
