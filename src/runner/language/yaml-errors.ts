import { type Document, isCollection, isScalar, visit, type YAMLParseError } from 'yaml';
import type { Code, Diagnostic } from '../contract/diagnostic.ts';
import { fault, type Source, type Span } from './source.ts';

interface Said {
  readonly code?: Code;
  readonly message: string;
  readonly hint?: string;
  /** Where the mistake is, if not where the parser noticed it. */
  readonly start?: number;
  readonly end?: number;
}

/** The parser's errors that people meet, in our words. */
function said(error: YAMLParseError, source: Source, document: Document): Said {
  const { code, message, pos } = error;
  const { text } = source;
  const at = text.slice(pos[0], pos[0] + 80);
  const lineStart = text.lastIndexOf('\n', pos[0] - 1) + 1;
  const template = /(?::|^\s*-)\s+(\{\{.*)/d.exec(source.line(source.position(pos[0]).line));
  if (template) {
    const hint = `write "{{ … }}" with quotes around the whole value`;
    const [start, end] = template.indices![1]!.map((index) => lineStart + index) as [number, number];
    return {
      code: 'unquoted-template',
      message: 'a value that begins with {{ must be quoted',
      hint,
      start,
      end,
    };
  }
  switch (code) {
    case 'RESOURCE_EXHAUSTION':
      return { code: 'too-deep', message: 'the file is nested too deeply' };
    case 'MULTIPLE_DOCS':
      return {
        message: 'a second document begins here',
        hint: 'a file holds one: remove the ---, or split the file',
      };
    case 'TAB_AS_INDENT':
      return { message: "a tab can't indent in YAML", hint: 'write spaces' };
    case 'BAD_SCALAR_START':
      return {
        message: `a text can't begin with ${at.charAt(0)} unless it is quoted`,
        hint: 'put quotes around the text',
      };
    case 'BAD_ALIAS':
      return {
        message: `${at.charAt(0)} has a meaning of its own in YAML`,
        hint: `quote the text: "${at.charAt(0)}"`,
      };
    case 'BLOCK_AS_IMPLICIT_KEY':
      return /block sequence/.test(message) ? badIndent(text, pos[0]) : secondColon(text, pos[0]);
    case 'MULTILINE_IMPLICIT_KEY':
      return { message: 'this line has no ": "', hint: 'write key: value, with a space behind the colon' };
    case 'BAD_DQ_ESCAPE':
      return {
        message: `${at.slice(0, 2)} is no escape in double quotes`,
        hint: 'write \\\\, or use single quotes',
      };
    case 'BAD_INDENT':
      if (/All (mapping|sequence) items/.test(message)) return badIndent(text, pos[0]);
      return unclosed(document, text, pos[0]) ?? { message: lower(message) };
    case 'MISSING_CHAR':
      if (/closing|Flow/.test(message))
        return unclosed(document, text, pos[0]) ?? { message: lower(message) };
      if (/Comments must/.test(message))
        return { message: 'a comment needs a space before its #', hint: 'or put quotes around the text' };
      return { message: lower(message) };
    case 'UNEXPECTED_TOKEN':
      if (/at node end/.test(message))
        return {
          message: 'something follows a value that is complete',
          hint: 'put quotes around the whole value',
        };
      return /^[\]}]/.test(at) ? { message: `this ${at[0]} closes nothing` } : { message: lower(message) };
    default:
      return { message: lower(message) };
  }
}

/** A line of its own, or the rest of one: `a: b: c`, or a key below a value that is complete. */
function secondColon(text: string, start: number): Said {
  const [value = '', next = ''] = text.slice(start).split(/\n\s*/, 2);
  if (/:(\s|$)/.test(value) || next === '')
    return { message: 'there is a second ": " in this line', hint: 'put quotes around the whole value' };
  const below = start + text.slice(start).search(/\n\s*\S/);
  const from = below + text.slice(below).search(/\S/);
  return {
    message: 'this line stands deeper than the one above it, which is complete',
    hint: 'begin it where the key above begins',
    start: from,
    end: from + next.split('\n')[0]!.length,
  };
}

function badIndent(text: string, at: number): Said {
  const start = at + Math.max(0, text.slice(at).search(/\S/));
  return { message: 'this line is not indented as those before it', start, end: start + 1 };
}

/** The innermost quote or bracket that is open where the parser gave up. */
function unclosed(document: Document, text: string, at: number): Said | null {
  let start: number | undefined;
  visit(document, {
    Node(_, node) {
      const opens = isCollection(node) ? node.flow : isScalar(node) && node.type?.startsWith('QUOTE');
      if (opens && node.range && node.range[1] === at) start = node.range[0];
    },
  });
  if (start === undefined) return null;
  const char = text[start]!;
  const what = char === '{' || char === '[' ? `this ${char}` : 'this quote';
  return { message: `${what} is never closed`, start, end: start + 1 };
}

/** What the parser says may quote the text. */
const INSIDE_VAULT: Said = {
  message: 'the text inside of the vault is no YAML here',
  hint: 'mama-play vault edit shows the line',
};

/** Only the first few: what follows a first mistake is seldom one of its own. */
export function explainYaml(document: Document, source: Source): Diagnostic[] {
  const lines = new Set<number>();
  const errors = document.errors.filter(({ code, pos }, at) => {
    const before = document.errors[at - 1];
    return !(
      code === 'MULTILINE_IMPLICIT_KEY' &&
      before?.code === 'BLOCK_AS_IMPLICIT_KEY' &&
      before.pos[0] === pos[0]
    );
  });
  // Behind a token that it did not expect, the parser has lost its way.
  const lost = errors.findIndex(({ code }) => code === 'UNEXPECTED_TOKEN');
  const tabs = errors.filter(({ code }) => code === 'TAB_AS_INDENT');
  return (tabs.length > 0 ? tabs : lost < 0 ? errors : errors.slice(0, lost + 1))
    .slice(0, 20)
    .flatMap((error) => {
      const {
        code = 'yaml',
        message,
        hint,
        start,
        end,
      } = source.secrets ? INSIDE_VAULT : said(error, source, document);
      const span: Span = { source, start: start ?? error.pos[0], end: end ?? error.pos[1] };
      const { line } = source.position(span.start);
      if (lines.has(line)) return [];
      lines.add(line);
      return fault(span, code, message, hint);
    });
}

function lower(message: string): string {
  const first = message.split('\n')[0] ?? message;
  return first.charAt(0).toLowerCase() + first.slice(1);
}
