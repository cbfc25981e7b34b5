import type { Code } from '../contract/diagnostic.ts';
import type { Json } from '../contract/json.ts';
import { foreignBraces } from './braces.ts';
import type { Helper } from './helper.ts';
import { HELPERS } from './helpers.ts';
import { blockForm } from './jinja-blocks.ts';
import { helperHint } from './jinja-filters.ts';
import type { Mistake, Range } from './mistake.ts';
import type { Expr, Mustache, Piece } from './mustache.ts';
import { readNames } from './mustache-names.ts';
import { type Parsed, parseMustache } from './mustache-parse.ts';
import { type Place, ROOT, readPath } from './mustache-path.ts';
import { didYouMean } from './suggest.ts';

/** Read a text that holds `{{`: our own small tree, every name that it reads, and all that is wrong with it. */
export function readMustache(text: string): Mustache {
  return readNames(text) ?? readWhole(text);
}

/** The same by way of Handlebars' parser, whatever stands in the text. */
export function readWhole(text: string): Mustache {
  const parsed = parseMustache(text);
  const reader = new Reader(text, parsed);
  const pieces = parsed.program ? reader.program(parsed.program, ROOT) : [];
  for (const name of reader.guarded) reader.reads.delete(name);
  return {
    pieces,
    reads: reader.reads,
    mentions: reader.mentions,
    mistakes: [...parsed.mistakes, ...reader.mistakes],
  };
}

const BLOCKS = ['if', 'unless', 'each', 'with'];

class Reader {
  readonly reads = new Map<string, Range>();
  readonly mentions = new Map<string, Range>();
  readonly mistakes: Mistake[] = [];
  /** Names that `defined` asks for: the text itself says that they may be missing. */
  readonly guarded = new Set<string>();
  private readonly text: string;
  private readonly parsed: Parsed;

  constructor(text: string, parsed: Parsed) {
    this.text = text;
    this.parsed = parsed;
  }

  program(program: hbs.AST.Program | undefined, place: Place): Piece[] {
    return (program?.body ?? []).flatMap((statement) => this.statement(statement, place) ?? []);
  }

  private statement(node: hbs.AST.Statement, place: Place): Piece | null {
    switch (node.type) {
      case 'ContentStatement':
        return { kind: 'text', text: (node as hbs.AST.ContentStatement).value };
      case 'CommentStatement':
        return null;
      case 'MustacheStatement':
        return this.mustache(node as hbs.AST.MustacheStatement, place);
      case 'BlockStatement':
        return this.block(node as hbs.AST.BlockStatement, place);
      default:
        return this.wrong(
          node,
          'template-syntax',
          'partials and decorators are not known here',
          'write the text itself',
        );
    }
  }

  private mustache(node: hbs.AST.MustacheStatement, place: Place): Piece | null {
    const written = this.written(node);
    const go = foreignBraces(written);
    if (go?.code === 'go-template') return this.wrong(node, go.code, go.message, go.hint);
    const value = this.callOrPath(node, place);
    return value && { kind: 'print', value };
  }

  private block(node: hbs.AST.BlockStatement, place: Place): Piece | null {
    const name = node.path.original;
    if (!BLOCKS.includes(name)) {
      const other = HELPERS.has(name) ? `"${name}" is not a block` : `no block is called "${name}"`;
      const form = this.formOf(node);
      if (form) return this.mistaken(form.range, 'unknown-helper', other, form.hint);
      const hint = didYouMean(name, BLOCKS) ?? `write {{#if ${name}}} or {{#each ${name}}}`;
      return this.wrong(node.path, 'unknown-helper', other, hint);
    }
    if (node.params.length !== 1) {
      const form = this.formOf(node);
      const range = form?.range ?? this.parsed.range(node.path);
      const hint = form?.hint ?? `a call goes in brackets: {{#${name} (helper x)}}`;
      return this.mistaken(range, 'template-syntax', `{{#${name}}} takes one value`, hint);
    }
    const subject = this.expr(node.params[0]!, place);
    if (!subject) return null;
    if (name === 'if' || name === 'unless') {
      const then = this.program(node.program, place);
      return {
        kind: 'if',
        test: subject,
        inverted: name === 'unless',
        then,
        otherwise: this.program(node.inverse, place),
      };
    }
    const names = node.program?.blockParams ?? [];
    const inner: Place = {
      depth: place.depth + 1,
      names: new Set([...place.names, ...names]),
      loops: place.loops + (name === 'each' ? 1 : 0),
    };
    const body = this.program(node.program, inner);
    return {
      kind: name as 'each' | 'with',
      over: subject,
      names,
      body,
      otherwise: this.program(node.inverse, place),
    };
  }

  /** What stands for a block of Jinja, as its opening is written here. */
  private formOf(node: hbs.AST.BlockStatement): { readonly range: Range; readonly hint: string } | null {
    const [first] = node.params as hbs.AST.PathExpression[];
    const opening = /^.*?\}\}/s.exec(this.written(node))?.[0] ?? '';
    const called = /^(\{\{~?(?:#\s*\w+|else\s+if)\s+)(.+?)(\s*~?\}\})$/s.exec(opening);
    const isCall = called !== null && HELPERS.has(first?.original ?? '');
    const form = isCall ? `${called[1]}(${called[2]})${called[3]}` : blockForm(opening);
    const { start } = this.parsed.range(node);
    return form === null ? null : { range: { start, end: start + opening.length }, hint: `write ${form}` };
  }

  private expr(node: hbs.AST.Expression, place: Place, maybe = false): Expr | null {
    switch (node.type) {
      case 'SubExpression':
        return this.callOrPath(node as hbs.AST.SubExpression, place);
      case 'PathExpression':
        return this.path(node as hbs.AST.PathExpression, place, maybe);
      default:
        return { kind: 'constant', value: constant(node), range: this.parsed.range(node) };
    }
  }

  private callOrPath(node: hbs.AST.MustacheStatement | hbs.AST.SubExpression, place: Place): Expr | null {
    const hash = node.hash?.pairs ?? [];
    const call = node.params.length > 0 || hash.length > 0 || node.type === 'SubExpression';
    if (!call) return this.expr(node.path, place);
    const path = node.path as hbs.AST.PathExpression;
    const helper = path.type === 'PathExpression' ? HELPERS.get(path.original) : undefined;
    if (!helper) return this.unknownHelper(node, path);
    if (node.params.length < helper.min || node.params.length > helper.max) {
      const count = helper.min === helper.max ? `${helper.min}` : `at least ${helper.min}`;
      const message = `"${helper.name}" takes ${count} ${helper.min === 1 && helper.max === 1 ? 'value' : 'values'}, not ${node.params.length}`;
      const deeper = helper.name === 'lookup' && node.params.length > 2;
      const usage = deeper ? 'lookup (lookup value key) key' : helper.usage;
      return this.wrong(node, 'template-syntax', message, `write {{ ${usage} }}`);
    }
    const args = node.params.map((param, i) => this.expr(param, place, maybeMissing(helper, i)));
    const options = new Map<string, Expr>();
    for (const pair of hash) {
      const value = this.expr(pair.value, place);
      if (!helper.options?.includes(pair.key)) {
        return this.wrong(
          pair,
          'template-syntax',
          `"${helper.name}" has no option "${pair.key}"`,
          `write {{ ${helper.usage} }}`,
        );
      }
      if (value) options.set(pair.key, value);
    }
    if (args.includes(null)) return null;
    const [asked] = args;
    if (helper.name === 'defined' && asked?.kind === 'path' && asked.base.kind === 'variables') {
      this.guarded.add(asked.keys[0]!);
    }
    return { kind: 'call', helper, args: args as Expr[], options, range: this.parsed.range(node) };
  }

  private unknownHelper(
    node: hbs.AST.MustacheStatement | hbs.AST.SubExpression,
    path: hbs.AST.PathExpression,
  ): null {
    const foreign = foreignBraces(this.written(node));
    if (foreign) return this.wrong(node, foreign.code, foreign.message, foreign.hint);
    const name = String(path.original);
    const form = blockForm(this.written(node));
    if (form) return this.wrong(node, 'unknown-helper', `"${name}" is no helper`, `write ${form}`);
    const hint =
      helperHint(name) ?? didYouMean(name, HELPERS.keys()) ?? `there are: ${[...HELPERS.keys()].join(', ')}`;
    return this.wrong(path, 'unknown-helper', `no helper is called "${name}"`, hint);
  }

  private path(node: hbs.AST.PathExpression, place: Place, maybe: boolean): Expr | null {
    const range = this.parsed.range(node);
    const text = this.text.slice(range.start, range.end);
    const path = readPath(node, text, place);
    if ('message' in path) return this.wrong(node, 'template-syntax', path.message, path.hint);
    if (path.base.kind === 'variables') this.reading(path.keys[0]!, range, maybe);
    return { kind: 'path', ...path, text, range };
  }

  private reading(name: string, range: Range, maybe: boolean): void {
    if (!this.mentions.has(name)) this.mentions.set(name, range);
    if (!maybe && !this.reads.has(name)) this.reads.set(name, range);
  }

  private written(node: { readonly loc: hbs.AST.SourceLocation }): string {
    const { start, end } = this.parsed.range(node);
    return this.text.slice(start, end);
  }

  private wrong(
    node: { readonly loc: hbs.AST.SourceLocation },
    code: Code,
    message: string,
    hint?: string,
  ): null {
    return this.mistaken(this.parsed.range(node), code, message, hint);
  }

  private mistaken(range: Range, code: Code, message: string, hint?: string): null {
    this.mistakes.push({ code, range, message, hint });
    return null;
  }
}

function maybeMissing(helper: Helper, argument: number): boolean {
  return helper.kind === 'lazy' && helper.maybe === true && argument === 0;
}

function constant(node: hbs.AST.Expression): Json {
  if (node.type === 'UndefinedLiteral' || node.type === 'NullLiteral') return null;
  return (node as hbs.AST.StringLiteral | hbs.AST.NumberLiteral | hbs.AST.BooleanLiteral).value;
}
