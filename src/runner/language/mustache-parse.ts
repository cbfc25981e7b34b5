import Handlebars from 'handlebars';
import { foreignBraces } from './braces.ts';
import { statementForm } from './jinja-blocks.ts';
import type { Mistake, Range } from './mistake.ts';

/** Handlebars' own tree, with positions as offsets. */
export interface Parsed {
  readonly program: hbs.AST.Program | null;
  readonly mistakes: readonly Mistake[];
  /** The stretch of a node. */
  range(node: { readonly loc: hbs.AST.SourceLocation }): Range;
}

/** The part of Handlebars' generated parser that knows where it stopped; its errors don't say. */
interface Stopped {
  readonly lexer?: { readonly matched?: string; readonly yytext?: string };
}

/** Parse a text that holds `{{`. Never throws for what a user wrote. */
export function parseMustache(text: string): Parsed {
  const starts = lineStarts(text);
  const offset = (at: hbs.AST.Position) =>
    Math.min((starts[at.line - 1] ?? text.length) + at.column, text.length);
  const range = (node: { readonly loc: hbs.AST.SourceLocation }): Range => ({
    start: offset(node.loc.start),
    end: Math.max(offset(node.loc.end), offset(node.loc.start)),
  });
  for (const [pattern, hintOf] of JINJA) {
    const found = pattern.exec(text);
    const hint = found && hintOf(found[0]);
    if (!found || hint === null) continue;
    const stretch = { start: found.index, end: found.index + found[0].length };
    const message = 'this is Jinja; texts are Handlebars here';
    return { program: null, mistakes: [{ code: 'jinja', range: stretch, message, hint }], range };
  }
  try {
    return { program: Handlebars.parse(text), mistakes: [], range };
  } catch (error) {
    return { program: null, mistakes: [explain(text, error as Error, starts)], range };
  }
}

/** What would pass as plain text, or as something of Handlebars, and what to say instead of it. */
const JINJA: readonly (readonly [RegExp, (found: string) => string | null])[] = [
  [/\{%-?\s*(?:if|elif|else|endif|for|endfor|set|include|block|raw|macro)\b[^%]*%\}/, statementHint],
  [
    /(?<![{$]|\{\{\s?["'])\{#(?:[^#]|#(?!\}))*#\}/,
    () => 'a comment is written {{!-- … --}}; {{ "{#" }} writes the braces as they are',
  ],
  [/\{\{-[^{}]*\}\}|\{\{[^{}]*\s-\}\}/, trimmed],
];

/** `{{- x -}}`, unless it is a Go template's. */
function trimmed(braces: string): string | null {
  if (braces.length > 500) return null;
  const [, before, inner, behind] = /^\{\{(-?)\s*(.*?)\s*(-?)\}\}$/s.exec(braces)!;
  if (foreignBraces(`{{ ${inner} }}`)?.code === 'go-template') return null;
  return `write {{${before && '~'} ${inner} ${behind && '~'}}}`;
}

/** What stands for a statement of Jinja. */
function statementHint(statement: string): string {
  const [, word] = /^\{%[-+]?\s*(\w+)/.exec(statement) ?? [];
  const form = statementForm(statement);
  if (form) return `write ${form}`;
  return (word && STATEMENTS[word]) ?? 'write {{#if x}} … {{else}} … {{/if}} or {{#each list}} … {{/each}}';
}

const PARTIAL = 'write the text itself: a template holds all of it';

const STATEMENTS: Readonly<Record<string, string>> = {
  set: 'give the value in vars of the task, or of the play',
  include: PARTIAL,
  import: PARTIAL,
  from: PARTIAL,
  extends: PARTIAL,
  macro: PARTIAL,
  raw: 'write \\{{ where the braces are meant literally',
};

function explain(
  text: string,
  error: Error & { lineNumber?: number; column?: number },
  starts: readonly number[],
): Mistake {
  const mismatch = /^(\S+) doesn't match (\S+)/.exec(error.message);
  if (mismatch) {
    const start = (starts[(error.lineNumber ?? 1) - 1] ?? 0) + (error.column ?? 0);
    const message = `{{#${mismatch[1]}}} is closed by {{/${mismatch[2]}}}`;
    const end = start + mismatch[1]!.length;
    const hint = mismatch[1] === 'else' ? 'write {{else}}' : undefined;
    return { code: 'template-syntax', range: { start, end }, message, hint };
  }
  const at = stoppedAt(text);
  const open = text.lastIndexOf('{{', Math.min(at, text.length));
  const closed = open < 0 ? -1 : text.indexOf('}}', open);
  const range = { start: Math.max(0, open), end: closed < 0 ? text.length : closed + 2 };
  const inside = open < 0 ? '' : text.slice(open, range.end);
  const foreign = foreignBraces(inside);
  if (foreign) return { ...foreign, range };
  if (at >= text.length && closed >= 0) return unclosed(text);
  if (open >= 0 && closed < 0) {
    return {
      code: 'template-syntax',
      range: { start: open, end: open + 2 },
      message: '{{ is never closed',
      hint: 'write }} behind it, or \\{{ where the braces are meant literally',
    };
  }
  if (/^\{\{\s*(else|\^)\s*\}\}/.test(inside)) {
    return { code: 'template-syntax', range, message: '{{else}} stands outside of {{#if}} and {{#each}}' };
  }
  const end = /^\{\{\s*\/\s*([\w.-]+)/.exec(inside);
  if (end) return { code: 'template-syntax', range, message: `{{/${end[1]}}} closes nothing` };
  if (text.startsWith('}}}', range.end - 2) && !inside.startsWith('{{{')) {
    const hint = 'put a space between }} and }';
    return {
      code: 'template-syntax',
      range: { start: range.end - 2, end: range.end + 1 },
      message: '{{ is closed by }}}',
      hint,
    };
  }
  const start = Math.min(at, Math.max(range.start, range.end - 2));
  return {
    code: 'template-syntax',
    range: { start, end: start + 1 },
    message: 'this is not understood in {{ }}',
    hint: 'write {{ name }}, {{ name.field }} or {{ helper name }}; \\{{ where the braces are meant literally',
  };
}

/** The first block that is open at the end of the text. */
function unclosed(text: string): Mistake {
  const open: { name: string; start: number; end: number }[] = [];
  for (const match of text.matchAll(/\{\{~?\s*([#^/])\s*([\w.-]+)[^}]*\}\}/g)) {
    if (match[1] === '/') open.pop();
    else open.push({ name: match[2]!, start: match.index, end: match.index + match[0].length });
  }
  const last = open.at(-1) ?? { name: '', start: 0, end: 1 };
  const message = last.name === '' ? 'the text ends too early' : `{{#${last.name}}} is never closed`;
  return {
    code: 'template-syntax',
    range: { start: last.start, end: last.end },
    message,
    ...(last.name === '' ? {} : { hint: `write {{/${last.name}}} behind it` }),
  };
}

/** The offset of the token that the parser stumbled over. */
function stoppedAt(text: string): number {
  const { lexer } = (Handlebars as unknown as { Parser: Stopped }).Parser;
  const matched = lexer?.matched?.length ?? 0;
  return Math.max(0, Math.min(text.length, matched - (lexer?.yytext?.length ?? 0)));
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (const match of text.matchAll(/\r\n?|\n/g)) starts.push(match.index + match[0].length);
  return starts;
}
