import type { ASTNode } from '@marcbachmann/cel-js';
import { environment, functionNames } from './cel-environment.ts';
import { type CelError, celMessage, typeName } from './cel-errors.ts';
import { type ForeignExpression, foreignExpression } from './cel-foreign.ts';
import { lenient } from './cel-has.ts';
import { celNames } from './cel-names.ts';
import { celShapes } from './cel-shapes.ts';
import type { Mistake } from './mistake.ts';
import { ANY, isAny, type Shape, type Shapes } from './shape.ts';

/** A CEL type as the library's checker hangs it on a node that it has checked; what hangs there is believed. */
type Checked = ASTNode & { checkedType?: unknown };

const checkedType = (text: string): unknown => {
  const parsed = environment.parse(text);
  parsed.check();
  return (parsed.ast as Checked).checkedType;
};

let types: Readonly<Record<string, unknown>> | null = null;

/** What was not declared, but happens to be so, is `dyn` with that type: it may be compared with any. */
function typeOf({ type }: Shape): unknown {
  types ??= {
    string: checkedType('""'),
    integer: checkedType('1'),
    boolean: checkedType('true'),
    'as it is string': checkedType('dyn("")'),
    'as it is integer': checkedType('dyn(1)'),
    'as it is boolean': checkedType('dyn(true)'),
  };
  if (typeof type === 'string') return types[type];
  return type?.length === 1 ? types[`as it is ${type[0]}`] : undefined;
}

interface CelForeseen {
  readonly shape: Shape;
  readonly mistakes: readonly Mistake[];
}

interface Answer extends CelForeseen {
  readonly given: readonly Shape[];
}

const NOTHING: CelForeseen = { shape: ANY, mistakes: [] };

/** The last answer for each text, under what it was given: for one that decides, and for any other. */
const deciding = new Map<string, Answer>();
const others = new Map<string, Answer>();
const KEPT = 5000;

/**
 * What can be said of an expression that mentions these variables. `decides`: it must be true or false. One that looks
 * at types itself (`type(x)`) is believed.
 */
export function foreseen(
  text: string,
  names: ReadonlySet<string>,
  shapes: Shapes,
  decides: boolean,
): CelForeseen {
  const given = Array.from(names, shapes);
  if (given.every(isAny)) return NOTHING;
  const answers = decides ? deciding : others;
  const known = answers.get(text);
  if (known?.given.every((shape, i) => shape === given[i])) return known;
  const answer = { given, ...look(text, shapes, decides) };
  if (answers.size >= KEPT) answers.clear();
  answers.set(text, answer);
  return answer;
}

function look(text: string, shapes: Shapes, decides: boolean): CelForeseen {
  const parsed = environment.parse(text);
  for (const call of celNames(parsed.ast).presence) lenient(call);
  const { known, shape, mistakes } = celShapes(parsed.ast, text, shapes);
  if (mistakes.length > 0 || /\b(?:type|dyn)\s*\(/.test(text)) return { shape, mistakes };
  for (const [node, shape] of known) {
    const type = typeOf(shape);
    if (type) (node as Checked).checkedType = type;
  }
  const { type = 'dyn', error } = parsed.check();
  if (error) return { shape, mistakes: [typeMistake(text, error as CelError)] };
  if (!decides || type === 'bool' || type.startsWith('dyn')) return { shape, mistakes };
  return { shape, mistakes: [{ range: { start: 0, end: text.length }, ...notDecisive(type) }] };
}

/** `type`: a CEL type other than bool. */
export function notDecisive(type: string) {
  const message = `a condition must be true or false, and this is ${typeName(type)}`;
  return { code: 'not-boolean', message, hint: 'compare it: x == …' } as const;
}

/** The checker's error in our words. */
export function typeMistake(text: string, error: CelError): Mistake {
  const foreign = error.code === 'no_matching_overload' ? foreignExpression(text, parses) : null;
  if (foreign) return habit(foreign);
  const range = error.range ?? { start: 0, end: text.length };
  return {
    code: 'cel-type',
    range,
    ...celMessage(error, text.slice(range.start, range.end), functionNames()),
  };
}

/** A form of another language, where ours is due. */
export function habit({ start, end, message, hint }: ForeignExpression): Mistake {
  return { code: 'cel-syntax', range: { start, end }, message, hint };
}

export function parses(text: string): boolean {
  try {
    environment.parse(text);
    return true;
  } catch {
    return false;
  }
}
