import { atomsAt } from './atoms.ts';
import type { Draw } from './draw.ts';
import { conditionsOf, textsOf } from './forms.ts';
import type { Definition, Frame } from './frame.ts';
import type { Place } from './place.ts';
import { specialsAt } from './specials.ts';
import { type Json, kindOf, rankOf, someValue } from './values.ts';

export interface Text {
  readonly written: string;
  readonly value: (frame: Frame) => string;
}

export interface Condition {
  readonly written: string;
  readonly value: (frame: Frame) => boolean;
}

const ANY_RANK = Number.POSITIVE_INFINITY;

/** A text with some of what can be read at the place. Never one lone `{{ }}`, whose type would be kept. */
export function someText(draw: Draw, place: Place, most = ANY_RANK): Text {
  const atoms = atomsAt(place).filter(({ rank }) => rank < most);
  const specials = specialsAt(place).filter(({ rank }) => rank < most);
  const parts = draw.times(1, 3, () => {
    if (specials.length > 0 && draw.chance(20)) {
      const { hbs, text } = draw.pick(specials);
      return { written: hbs, text };
    }
    const atom = draw.pick(atoms);
    const [written, form] = draw.pick(textsOf(atom.kind, atom.hbs));
    return { written, text: (frame: Frame) => form(atom.value(frame), frame.where.host) };
  });
  return {
    written: `v ${parts.map(({ written }) => written).join('|')}`,
    value: (frame) => `v ${parts.map(({ text }) => text(frame)).join('|')}`,
  };
}

/** A value for a variable: as it is, or made of others that can be read at the place. */
export function someDefinition(draw: Draw, name: string, place: Place, most = rankOf(name)): Definition {
  const kind = kindOf(name);
  const alike = atomsAt(place).filter((atom) => atom.kind === kind && atom.rank < most);
  if (alike.length > 0 && draw.chance(35)) {
    const { hbs, value } = draw.pick(alike);
    return { written: `{{ ${hbs} }}`, value };
  }
  if (!draw.chance(40)) return constant(someValue(draw, kind));
  const text = someText(draw, place, most);
  if (kind === 'text' || kind === 'maybe') return text;
  if (kind === 'list') return { written: [text.written, 'x'], value: (frame) => [text.value(frame), 'x'] };
  if (kind === 'map')
    return { written: { host: text.written, port: 7 }, value: (f) => ({ host: text.value(f), port: 7 }) };
  return constant(someValue(draw, kind));
}

export function constant(value: Json): Definition {
  return { written: value, value: () => value };
}

/** A condition in CEL, on what can be read at the place. */
export function someCondition(draw: Draw, place: Place, most = ANY_RANK): Condition {
  const specials = specialsAt(place).filter(({ rank }) => rank < most);
  if (specials.length > 0 && draw.chance(20)) {
    const { cel, holds } = draw.pick(specials);
    return { written: cel, value: holds };
  }
  const atom = draw.pick(atomsAt(place).filter(({ rank }) => rank < most));
  const [written, form] = draw.pick(conditionsOf(atom.kind, atom.cel));
  const one: Condition = { written, value: (frame) => form(atom.value(frame), frame.where.host) };
  if (draw.chance(75)) return one;
  const other = someCondition(draw, place, most);
  if (draw.chance(50))
    return {
      written: `(${one.written}) && !(${other.written})`,
      value: (frame) => one.value(frame) && !other.value(frame),
    };
  return {
    written: `(${one.written}) || (${other.written})`,
    value: (frame) => one.value(frame) || other.value(frame),
  };
}
