import type { Code } from '../contract/diagnostic.ts';
import { isObject, type Json } from '../contract/json.ts';
import type { Helper } from './helper.ts';
import { eachHint } from './jinja-blocks.ts';
import { magicHint } from './magic.ts';
import { explainMissing } from './missing.ts';
import type { Mistake, Range } from './mistake.ts';
import type { Evaluated, Scope } from './model.ts';
import type { Expr, Mustache, Piece } from './mustache.ts';
import { didYouMean } from './suggest.ts';
import { field, isFalseWord, kindOf, Misuse, openIn, printed, truthy } from './values.ts';
import { LARGEST, TOO_LARGE, weigh } from './weight.ts';

/** What came of rendering; a mistake is still in the text's own offsets. */
export type Rendered<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'mistake'; readonly mistake: Mistake }
  | Exclude<Evaluated, { readonly kind: 'value' }>;

/** The whole text, filled in. */
export function renderText(mustache: Mustache, scope: Scope): Rendered<string> {
  return run(() => new Renderer(scope).pieces(mustache.pieces, VARIABLES));
}

/** The value of a lone `{{ x }}`, of whatever type. */
export function renderValue(expr: Expr, scope: Scope): Rendered<Json> {
  return run(() => new Renderer(scope).whole(expr));
}

/** Ends the rendering from within; never leaves this file. */
class Halt {
  readonly result: Exclude<Rendered<never>, { kind: 'value' }>;
  constructor(result: Exclude<Rendered<never>, { kind: 'value' }>) {
    this.result = result;
  }
}

const TOO_DEEP: Mistake = {
  code: 'template-type',
  range: { start: 0, end: 0 },
  message: 'a value in this text is nested too deeply',
};

function run<T>(work: () => T): Rendered<T> {
  try {
    return { kind: 'value', value: work() };
  } catch (stop) {
    if (stop instanceof Halt) return stop.result;
    // Data that a host sent can be nested more deeply than the call stack reaches.
    if (stop instanceof RangeError) return { kind: 'mistake', mistake: TOO_DEEP };
    throw stop;
  }
}

/** What a piece sees: the contexts that `each` and `with` opened, the named items, `@index` and its like. */
interface Frame {
  readonly contexts: readonly Json[];
  readonly names: ReadonlyMap<string, Json>;
  readonly loops: readonly LoopData[];
}

type LoopData = Readonly<Record<'index' | 'key' | 'first' | 'last', Json>>;

const VARIABLES: Frame = { contexts: [], names: new Map(), loops: [] };

class Renderer {
  private readonly scope: Scope;

  constructor(scope: Scope) {
    this.scope = scope;
  }

  pieces(pieces: readonly Piece[], frame: Frame): string {
    let text = '';
    for (const piece of pieces) text += this.bounded(this.piece(piece, frame), text.length, rangeOf(piece));
    return text;
  }

  /** Ends the rendering before what is made gets too large to be held. */
  private bounded<T extends Json>(made: T, before: number, range: Range): T {
    if (before + weigh(made) <= LARGEST) return made;
    const { code, message, hint } = TOO_LARGE;
    return this.mistake(range, code, message, hint);
  }

  private piece(piece: Piece, frame: Frame): string {
    if (piece.kind === 'text') return piece.text;
    if (piece.kind === 'print') return this.print(piece.value, frame);
    if (piece.kind === 'if') {
      const asked = this.value(piece.test, frame);
      if (isFalseWord(asked)) return this.undecided(piece.test, asked);
      const holds = truthy(asked) !== piece.inverted;
      return this.pieces(holds ? piece.then : piece.otherwise, frame);
    }
    const over = this.closed(this.value(piece.over, frame));
    if (!truthy(over)) return this.pieces(piece.otherwise, frame);
    if (piece.kind === 'with') return this.pieces(piece.body, inner(frame, over, piece.names, [over]));
    return this.each(piece, over, frame);
  }

  /** A text that says no counts as true, as every text does: it is certainly not meant so. */
  private undecided(test: Expr, asked: string): never {
    const name = test.kind === 'path' ? test.text : 'it';
    const hint =
      `write false without quotes where it is set (no and off are texts in YAML; for one run -e '{"${name}": false}'), ` +
      `or compare it: {{#if (eq ${test.kind === 'path' ? name : 'x'} "${asked}")}}`;
    const message = `${test.kind === 'path' ? `"${name}"` : 'this'} is the text "${asked}", and every text but "" counts as true`;
    return this.mistake(test.range, 'template-type', message, hint);
  }

  private each(piece: Extract<Piece, { kind: 'each' | 'with' }>, over: Json, frame: Frame): string {
    if (!Array.isArray(over) && !isObject(over)) {
      return this.mistake(
        piece.over.range,
        'template-type',
        `{{#each}} takes a list or a map, not ${kindOf(over)}`,
      );
    }
    const entries: [Json, Json][] = Object.entries(over).map(([key, value]) => [
      Array.isArray(over) ? Number(key) : key,
      value,
    ]);
    if (entries.length === 0) return this.pieces(piece.otherwise, frame);
    let text = '';
    for (const [index, [key, item]] of entries.entries()) {
      const data: LoopData = { index, key, first: index === 0, last: index === entries.length - 1 };
      const within = inner(frame, item, piece.names, [item, key]);
      const turn = this.pieces(piece.body, { ...within, loops: [data, ...frame.loops] });
      text += this.bounded(turn, text.length, piece.over.range);
    }
    return text;
  }

  private print(expr: Expr, frame: Frame): string {
    const text = printed(this.value(expr, frame));
    if (!(text instanceof Misuse)) return text;
    const name = expr.kind === 'path' ? expr.text : 'x';
    const hint = text.hint?.replace(/\bx\b/g, () => name);
    const message =
      expr.kind === 'path' ? text.message.replace('the value', () => `"${name}"`) : text.message;
    return this.mistake(expr.range, 'template-type', message, hint);
  }

  whole(expr: Expr): Json {
    return this.closed(this.value(expr, VARIABLES));
  }

  /** Nothing is made of a map as a whole while some of it is not known. */
  private closed(value: Json): Json {
    for (const open of openIn(value)?.values() ?? []) throw new Halt(open);
    return value;
  }

  private field(value: Json, key: string): Json | undefined {
    const found = field(value, key);
    const open = found === undefined ? openIn(value)?.get(key) : undefined;
    if (open) throw new Halt(open);
    return found;
  }

  value(expr: Expr, frame: Frame): Json {
    if (expr.kind === 'constant') return expr.value;
    if (expr.kind === 'path') return this.path(expr, frame);
    return this.call(expr.helper, expr, frame);
  }

  private call(helper: Helper, expr: Extract<Expr, { kind: 'call' }>, frame: Frame): Json {
    if (helper.kind === 'lazy') {
      const args = expr.args.map((arg) => ({
        get: () => this.value(arg, frame),
        peek: () => this.peek(arg, frame),
      }));
      return this.made(helper.run(args), expr.range);
    }
    const args = expr.args.map((arg) => this.value(arg, frame));
    if (helper.name === 'lookup') this.field(args[0]!, String(args[1]));
    else for (const arg of args) this.closed(arg);
    const options = Object.fromEntries(
      [...expr.options].map(([name, value]) => [name, this.value(value, frame)]),
    );
    this.bounded(args, 0, expr.range);
    return this.bounded(this.made(helper.run(args, options), expr.range), 0, expr.range);
  }

  private made(result: Json | Misuse, range: Range): Json {
    if (!(result instanceof Misuse)) return result;
    return this.mistake(range, result.code, result.message, result.hint);
  }

  /** The value, or undefined where a name or field on the way is missing. */
  private peek(expr: Expr, frame: Frame): Json | undefined {
    if (expr.kind !== 'path') return this.value(expr, frame);
    const { start, keys } = this.start(expr, frame);
    let value = start;
    for (const key of keys) value = value === undefined ? undefined : this.field(value, key);
    return value;
  }

  private path(expr: Extract<Expr, { kind: 'path' }>, frame: Frame): Json {
    const { start, keys, said } = this.start(expr, frame);
    if (start === undefined) {
      const name = expr.keys[0]!;
      const hint = magicHint(name) ?? didYouMean(name, this.scope.names());
      return this.mistake(expr.range, 'undefined-variable', `there is no variable called "${name}"`, hint);
    }
    let value = start;
    let path = said;
    for (const key of keys) {
      const next = this.field(value, key);
      if (next === undefined) return this.missing(expr, value, key, path);
      value = next;
      path = path === 'this' || path === '' ? key : `${path}.${key}`;
    }
    return value;
  }

  private missing(expr: Extract<Expr, { kind: 'path' }>, value: Json, key: string, path: string): never {
    const { message, hint } = explainMissing(value, key, path);
    const above = expr.base.kind === 'context' && this.scope.get(expr.keys[0]!) !== undefined;
    const up = above ? `for the variable write {{ @root.${expr.keys.join('.')} }}` : undefined;
    const habit = expr.base.kind === 'context' && path === 'this' ? eachHint(expr.keys) : undefined;
    return this.mistake(expr.range, 'undefined-field', message, up ?? habit ?? hint);
  }

  /** Where the path begins, and the keys to walk from there. `start` is undefined only for a missing variable. */
  private start(
    expr: Extract<Expr, { kind: 'path' }>,
    frame: Frame,
  ): { start: Json | undefined; keys: readonly string[]; said: string } {
    const { base, keys } = expr;
    if (base.kind === 'context') return { start: frame.contexts[base.up], keys, said: 'this' };
    if (base.kind === 'named') return { start: frame.names.get(base.name), keys, said: base.name };
    if (base.kind === 'data') return { start: frame.loops[base.up]?.[base.name], keys, said: base.name };
    const found = this.scope.get(keys[0]!);
    if (found && found.kind !== 'value') throw new Halt(found);
    return { start: found?.value, keys: keys.slice(1), said: keys[0]! };
  }

  private mistake(range: Range, code: Code, message: string, hint?: string): never {
    throw new Halt({ kind: 'mistake', mistake: { code, range, message, hint } });
  }
}

function rangeOf(piece: Piece): Range {
  if (piece.kind === 'text') return { start: 0, end: 0 };
  if (piece.kind === 'if') return piece.test.range;
  return piece.kind === 'print' ? piece.value.range : piece.over.range;
}

function inner(frame: Frame, context: Json, names: readonly string[], values: readonly Json[]): Frame {
  const named = names.map((name, i): [string, Json] => [name, values[i] ?? null]);
  return { ...frame, contexts: [context, ...frame.contexts], names: new Map([...frame.names, ...named]) };
}
