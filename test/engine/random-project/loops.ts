import { atomsAt } from './atoms.ts';
import type { Frame } from './frame.ts';
import type { Place } from './place.ts';
import { someText } from './texts.ts';
import type { Data, Json, Kind } from './values.ts';
import type { Writer } from './writer.ts';

export interface Loop {
  readonly yaml: Data;
  readonly names: ReadonlyMap<string, Kind>;
  readonly index: string;
  readonly rounds: (frame: Frame) => readonly Frame[];
}

interface Items {
  readonly written: Json;
  readonly kind: Kind;
  readonly value: (frame: Frame) => readonly Json[];
}

/** A loop over a list in one of the forms in which it can be written. It reads names of a lower rank than `most`. */
export function someLoop(writer: Writer, place: Place, most = Number.POSITIVE_INFINITY): Loop {
  const { draw } = writer;
  const { written, kind, value } = draw.pick(itemsAt(writer, place, most));
  const number = writer.next();
  const plain = !place.loops.has('item') && draw.chance(50);
  const name = plain ? 'item' : `each_${number}`;
  const index = `i_${number}`;
  return {
    yaml: { loop: written, loop_control: { ...(plain ? {} : { loop_var: name }), index_var: index } },
    names: new Map<string, Kind>([
      [name, kind],
      [index, 'int'],
    ]),
    index,
    rounds: (frame) => {
      const { rounds } = frame.where;
      return value(frame).map((item, i) =>
        frame.with({ rounds: new Map([...rounds, [name, item], [index, i]]) }),
      );
    },
  };
}

function itemsAt(writer: Writer, place: Place, most: number): Items[] {
  const { draw } = writer;
  const text = someText(draw, place, most);
  const items: Items[] = [
    { written: ['a', text.written], kind: 'text', value: (frame) => ['a', text.value(frame)] },
    { written: [1, 4], kind: 'int', value: () => [1, 4] },
    {
      written: [
        { host: text.written, port: 5 },
        { host: 'b', port: 6 },
      ],
      kind: 'map',
      value: (frame) => [
        { host: text.value(frame), port: 5 },
        { host: 'b', port: 6 },
      ],
    },
  ];
  for (const { kind, hbs, cel, value } of atomsAt(place).filter(({ rank }) => rank < most)) {
    const list = (frame: Frame) => value(frame) as readonly Json[];
    if (kind === 'list')
      items.push(
        { written: `{{ ${hbs} }}`, kind: 'text', value: list },
        { written: cel, kind: 'text', value: list },
        { written: `${cel} + ["z"]`, kind: 'text', value: (frame) => [...list(frame), 'z'] },
      );
    if (kind === 'users')
      items.push({
        written: `${cel}.map(u, {"host": u.name, "port": u.id})`,
        kind: 'map',
        value: (frame) =>
          list(frame).map((user) => {
            const { name, id } = user as { name: string; id: number };
            return { host: name, port: id };
          }),
      });
  }
  return items;
}

/** All hosts go through their rounds side by side. */
export function roundByRound(
  frames: readonly Frame[],
  rounds: (frame: Frame) => readonly Frame[],
  run: (frames: readonly Frame[]) => void,
): void {
  const all = frames.map(rounds);
  for (let i = 0; all.some((ones) => ones.length > i); i++)
    run(all.flatMap((ones) => (ones[i] ? [ones[i]!] : [])));
}
