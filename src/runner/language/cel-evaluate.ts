import type { ASTNode, ParseResult } from '@marcbachmann/cel-js';
import { functionNames } from './cel-environment.ts';
import { type CelError, celMessage } from './cel-errors.ts';
import { explainGap } from './cel-missing.ts';
import { ALL } from './cel-names.ts';
import { fromCel, NoJson, toCel } from './cel-values.ts';
import type { Mistake } from './mistake.ts';
import type { Evaluated, Scope } from './model.ts';

/** A mistake is in the expression's own offsets. */
export type CelResult = { readonly kind: 'mistake'; readonly mistake: Mistake } | Evaluated;

/**
 * Evaluate for one scope. Only the variables that are needed are asked for. `&&` and `||` are decided by the side
 * that decides, whatever the other one is (CEL specification, "Logical operators"). Where something unknown was
 * met, an error proves nothing, since evaluation may not have come that far: the result is then unknown too.
 */
export function evaluateCel(run: ParseResult, text: string, scope: Scope): CelResult {
  const variables = new Variables(scope);
  try {
    const value = fromCel(run(variables));
    if (!(value instanceof NoJson)) return { kind: 'value', value };
    return {
      kind: 'mistake',
      mistake: { code: 'cel-type', range: { start: 0, end: text.length }, message: value.message },
    };
  } catch (error) {
    if (variables.unknown) return variables.unknown;
    if (error instanceof Halt) return error.result;
    if (error instanceof RangeError) return tooDeep(text);
    return { kind: 'mistake', mistake: explain(error as Thrown, text, scope) };
  }
}

/** Data that a host sent can be nested more deeply than the call stack reaches. */
function tooDeep(text: string): CelResult {
  const message = 'a value in this expression is nested too deeply';
  return { kind: 'mistake', mistake: { code: 'cel-type', range: { start: 0, end: text.length }, message } };
}

type Obstacle = Exclude<Evaluated, { readonly kind: 'value' }>;

/** Carries an unknown or faulty variable through the library, which treats it as any error; never leaves this file. */
class Halt extends Error {
  readonly result: Obstacle;
  constructor(result: Obstacle) {
    super();
    this.result = result;
  }
}

/** The library's view of a scope. */
class Variables extends Map<string, unknown> {
  /** The first unknown variable that was asked for. */
  unknown: Obstacle | undefined;
  private readonly scope: Scope;

  constructor(scope: Scope) {
    super();
    this.scope = scope;
  }

  /** `name` may end in `SHADOWING`. */
  override get(name: string): unknown {
    return name === ALL ? this.all() : this.variable(name.trimEnd());
  }

  private variable(name: string): unknown {
    const found = this.scope.get(name);
    if (found === undefined) return undefined;
    if (found.kind === 'value') return toCel(found.value, (unknown) => this.meet(unknown));
    return this.meet(found);
  }

  private meet(found: Obstacle): never {
    if (found.kind === 'unknown') this.unknown ??= found;
    throw new Halt(found);
  }

  /** A Map, because the library looks at the constructor; only what is asked for is evaluated. */
  private all(): Map<string, unknown> {
    const names = new Map<string, unknown>();
    for (const name of this.scope.names()) names.set(name, null);
    names.get = (name) => this.variable(name);
    names.entries = () =>
      [...names.keys()].map((name): [string, unknown] => [name, this.variable(name)]).values();
    return names;
  }
}

interface Thrown extends Error, CelError {
  readonly node?: ASTNode;
}

function explain(error: Thrown, text: string, scope: Scope): Mistake {
  if (error.code === undefined) throw error;
  const range = error.range ?? { start: 0, end: text.length };
  const missing = explainGap(error.code, error.node, text, scope);
  if (missing) return { range, ...missing };
  const said = celMessage(error, text.slice(range.start, range.end), functionNames());
  return { code: 'cel-type', range, ...said };
}
