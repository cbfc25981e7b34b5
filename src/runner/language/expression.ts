import type { ParseResult } from '@marcbachmann/cel-js';
import type { Code, Diagnostic } from '../contract/diagnostic.ts';
import type { Json } from '../contract/json.ts';
import { foreseen, habit, notDecisive, parses, typeMistake } from './cel-check.ts';
import { environment, functionNames } from './cel-environment.ts';
import { type CelError, celMessage } from './cel-errors.ts';
import { evaluateCel } from './cel-evaluate.ts';
import { foreignExpression } from './cel-foreign.ts';
import { lenient } from './cel-has.ts';
import { celNames } from './cel-names.ts';
import { locate } from './locate.ts';
import { diagnose, type Mistake, type Range } from './mistake.ts';
import type { Evaluated, Expression, Loaded, Scope } from './model.ts';
import { remember } from './remember.ts';
import { fault, type Span } from './source.ts';
import { kindOf } from './values.ts';

/** An expression that knows its places in the file. */
export interface WrittenExpression extends Expression {
  readonly span: Span;
  /** Where a name that it mentions is first written. */
  spanOf(name: string): Span | undefined;
  /** What the checker knows of the result: a CEL type, `dyn` where it depends on variables. */
  readonly type: string;
}

/**
 * Compile a CEL expression. `span` is where its text stands (the scalar's span), so that carets point into it.
 * Null where it can't be compiled.
 */
export function compileExpression(
  text: string,
  span: Span,
  decides = false,
): Loaded<WrittenExpression | null> {
  const at = locate(text, span);
  const read = readExpression(text);
  if ('mistakes' in read)
    return { value: null, diagnostics: read.mistakes.map((mistake) => diagnose(mistake, at)) };
  const evaluate = (scope: Scope): Evaluated => {
    const result = evaluateCel(read.run, text, scope);
    return result.kind === 'mistake' ? { kind: 'fault', diagnostic: diagnose(result.mistake, at) } : result;
  };
  const value: WrittenExpression = {
    source: text,
    at: span.source.position(span.start),
    reads: new Set(read.reads.keys()),
    mentions: new Set(read.mentions.keys()),
    evaluate,
    foresee(shapes) {
      const { shape, mistakes } = foreseen(text, value.mentions, shapes, decides);
      return { shape, mistakes: mistakes.map((mistake) => diagnose(mistake, at)) };
    },
    span,
    type: read.type,
    spanOf(name) {
      const range = read.mentions.get(name);
      return range && at(range.start, range.end);
    },
  };
  return { value, diagnostics: [] };
}

/** The same for what must be true or false (`when`, `until` …): another type is refused now where it is known. */
export function compileCondition(text: string, span: Span): Loaded<WrittenExpression | null> {
  const loaded = compileExpression(text, span, true);
  const type = loaded.value?.type;
  if (type === undefined || type === 'bool' || type.startsWith('dyn')) return loaded;
  const { code, message, hint } = notDecisive(type);
  return { value: null, diagnostics: [fault(span, code, message, hint)] };
}

/** A decision: anything but true and false is a fault. */
export function asCondition(result: Evaluated, expression: Expression): Evaluated<boolean> {
  if (result.kind !== 'value') return result;
  if (typeof result.value === 'boolean') return { kind: 'value', value: result.value };
  return { kind: 'fault', diagnostic: notBoolean(result.value, expression) };
}

function notBoolean(value: Json, expression: Expression): Diagnostic {
  const message = `a condition must be true or false, and "${expression.source}" is ${kindOf(value)}`;
  const hint =
    typeof value !== 'string'
      ? 'compare it: x == …'
      : /^(?:yes|no|on|off|true|false)$/i.test(value)
        ? `write true or false without quotes where it is set (yes and no are texts; for one run -e '{"name": true}')`
        : `compare it: ${expression.source} == "…"`;
  if ('span' in expression)
    return fault((expression as WrittenExpression).span, 'not-boolean', message, hint);
  return { code: 'not-boolean', at: expression.at, message, hint };
}

/** What is known of an expression wherever it stands. */
type Read =
  | { readonly mistakes: readonly Mistake[] }
  | {
      readonly run: ParseResult;
      readonly type: string;
      readonly reads: ReadonlyMap<string, Range>;
      readonly mentions: ReadonlyMap<string, Range>;
    };

const readExpression = remember((text: string): Read => {
  if (text.trim() === '')
    return refused('cel-syntax', { start: 0, end: text.length }, 'the expression is empty');
  let run: ParseResult;
  try {
    run = environment.parse(text);
  } catch (error) {
    return { mistakes: [syntax(text, error as CelError)] };
  }
  const { reads, mentions, presence, mistakes } = celNames(run.ast);
  for (const call of presence) lenient(call);
  const { type, error } = run.check();
  const wrong = error ? [typeMistake(text, error as CelError), ...mistakes] : mistakes;
  return wrong.length > 0 ? { mistakes: wrong } : { run, type: type ?? 'dyn', reads, mentions };
});

function refused(code: Code, range: Range, message: string, hint?: string): Read {
  return { mistakes: [{ code, range, message, hint }] };
}

function syntax(text: string, error: CelError): Mistake {
  const foreign = foreignExpression(text, parses);
  if (foreign) return habit(foreign);
  const start = Math.min(error.range?.start ?? 0, text.length);
  const word = /^(?:\w+|[^\w\s]+)/.exec(text.slice(start))?.[0] ?? '';
  const range = { start, end: start + Math.max(1, word.length) };
  return { code: 'cel-syntax', range, ...celMessage(error, word, functionNames()) };
}
