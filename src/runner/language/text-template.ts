import type { Diagnostic } from '../contract/diagnostic.ts';
import type { Json } from '../contract/json.ts';
import { type Locate, locate } from './locate.ts';
import { diagnose, type Mistake } from './mistake.ts';
import type { Evaluated, Loaded, Scope } from './model.ts';
import type { Expr, Mustache } from './mustache.ts';
import { readMustache } from './mustache-read.ts';
import { type Rendered, renderText, renderValue } from './mustache-render.ts';
import { mustacheShapes } from './mustache-shapes.ts';
import { remember } from './remember.ts';
import type { Foreseen, Shapes } from './shape.ts';
import type { Source, Span } from './source.ts';

/** A text with `{{ }}`, compiled. */
export interface TextTemplate {
  /** Names of the variables that it may read and that must be defined. */
  readonly reads: ReadonlySet<string>;
  /** `reads`, and the names that only `default` or `defined` asks for. */
  readonly mentions: ReadonlySet<string>;
  render(scope: Scope): Evaluated<string>;
  foresee(shapes: Shapes): Foreseen;
  /** Where a name that it mentions is first written. */
  spanOf(name: string): Span | undefined;
}

/** A whole template file. Null where it can't be read. */
export function compileText(src: Source): Loaded<TextTemplate | null> {
  const at: Locate = (start, end) => ({ source: src, start, end });
  return compileLocated(src.text, at);
}

/** A text that stands in a YAML file at `span`. */
export function compileScalarText(text: string, span: Span): Loaded<ScalarText | null> {
  const isDoubleQuoted = span.source.text[span.start] === '"';
  return compileLocated(text, locate(text, span), isDoubleQuoted ? inDoubleQuotes : asItIs);
}

export interface ScalarText extends TextTemplate {
  /** The text without variables: what it always is. */
  readonly constant: string | null;
  /** As `render`; a lone `{{ x }}` keeps the type of x. */
  evaluate(scope: Scope): Evaluated;
}

/** False for the many texts that need no reading at all. */
export function mayHoldMustache(text: string): boolean {
  return text.includes('{{') || text.includes('{%') || text.includes('{#');
}

function asItIs(mistake: Mistake): Mistake {
  return mistake;
}

/** What is told to be written between the double quotes of YAML has single ones itself. */
function inDoubleQuotes(mistake: Mistake): Mistake {
  const hint = mistake.hint?.replace(/\{\{[^{}]*\}\}/g, (braces) =>
    braces.includes("'") ? braces : braces.replaceAll('"', "'"),
  );
  return { ...mistake, hint };
}

function compileLocated(
  text: string,
  at: Locate,
  worded: (mistake: Mistake) => Mistake = asItIs,
): Loaded<ScalarText | null> {
  const diagnosed = (mistake: Mistake) => diagnose(worded(mistake), at);
  const mustache = mayHoldMustache(text) ? cached(text) : plain(text);
  const diagnostics = mustache.mistakes.map(diagnosed);
  if (diagnostics.length > 0) return { value: null, diagnostics };
  const lone = loneValue(mustache);
  const constant = mustache.pieces.every((piece) => piece.kind === 'text')
    ? mustache.pieces.map((piece) => (piece as { text: string }).text).join('')
    : null;
  const names = [...mustache.mentions.keys(), ...mustache.reads.keys()];
  const told = <T extends Json>(made: Evaluated<T>, scope: Scope): Evaluated<T> => {
    if (made.kind === 'value' && scope.made) for (const name of names) scope.made(name, made.value);
    return made;
  };
  const render = (scope: Scope) => told(placed(renderText(mustache, scope), diagnosed), scope);
  const value: ScalarText = {
    reads: new Set(mustache.reads.keys()),
    mentions: new Set(mustache.mentions.keys()),
    constant,
    render,
    foresee(shapes) {
      const { shape, mistakes } = mustacheShapes(mustache, lone, shapes);
      return { shape, mistakes: mistakes.map(diagnosed) };
    },
    evaluate: lone
      ? (scope: Scope): Evaluated => told(placed<Json>(renderValue(lone, scope), diagnosed), scope)
      : render,
    spanOf(name) {
      const range = mustache.reads.get(name) ?? mustache.mentions.get(name);
      return range && at(range.start, range.end);
    },
  };
  return { value, diagnostics };
}

function plain(text: string): Mustache {
  return { pieces: [{ kind: 'text', text }], reads: new Map(), mentions: new Map(), mistakes: [] };
}

function loneValue({ pieces }: Mustache): Expr | null {
  const [only, second] = pieces;
  return only?.kind === 'print' && !second ? only.value : null;
}

function placed<T>(rendered: Rendered<T>, diagnosed: (mistake: Mistake) => Diagnostic): Evaluated<T> {
  return rendered.kind === 'mistake' ? { kind: 'fault', diagnostic: diagnosed(rendered.mistake) } : rendered;
}

const cached = remember(readMustache);
