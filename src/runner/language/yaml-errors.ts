import type { YAMLParseError } from 'yaml';
import type { Diagnostic } from '../contract/diagnostic.ts';
import { fault, type Source, type Span } from './source.ts';

interface Said {
  readonly code?: string;
  readonly message: string;
  readonly hint?: string;
}

/** The parser's errors that people meet, in our words. `line`: the text of the line; `at`: the text from the error on. */
function said({ code, message }: YAMLParseError, line: string, at: string): Said {
  if (/(?::|^\s*-)\s+\{\{/.test(line)) {
    const hint = `write "{{ … }}" with quotes around the whole value`;
    return { code: 'unquoted-template', message: 'a value that begins with {{ must be quoted', hint };
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
      return { message: 'there is a second ": " in this line', hint: 'put quotes around the whole value' };
    case 'MULTILINE_IMPLICIT_KEY':
      return { message: 'this line has no ": "', hint: 'write key: value, with a space behind the colon' };
    case 'BAD_DQ_ESCAPE':
      return {
        message: `${at.slice(0, 2)} is no escape in double quotes`,
        hint: 'write \\\\, or use single quotes',
      };
    case 'BAD_INDENT':
      return /All (mapping|sequence) items/.test(message)
        ? { message: 'this line is not indented as those before it' }
        : { message: lower(message) };
    case 'MISSING_CHAR':
      if (/closing/.test(message)) return { message: 'a quote is never closed' };
      if (/Comments must/.test(message))
        return { message: 'a comment needs a space before its #', hint: 'or put quotes around the text' };
      return { message: lower(message) };
    case 'UNEXPECTED_TOKEN':
      return /at node end/.test(message)
        ? { message: 'something follows a value that is complete', hint: 'put quotes around the whole value' }
        : { message: lower(message) };
    default:
      return { message: lower(message) };
  }
}

/** What the parser says may quote the text. */
const INSIDE_VAULT: Said = {
  message: 'the text inside of the vault is no YAML here',
  hint: 'mama-play vault edit shows the line',
};

/** Only the first few: what follows a first mistake is seldom one of its own. */
export function explainYaml(errors: readonly YAMLParseError[], source: Source): Diagnostic[] {
  const lines = new Set<number>();
  return errors.slice(0, 20).flatMap((error) => {
    const span: Span = { source, start: error.pos[0], end: error.pos[1] };
    const { line } = source.position(span.start);
    if (lines.has(line)) return [];
    lines.add(line);
    const {
      code = 'yaml',
      message,
      hint,
    } = source.secrets
      ? INSIDE_VAULT
      : said(error, source.line(line), source.text.slice(span.start, span.start + 80));
    return fault(span, code, message, hint);
  });
}

function lower(message: string): string {
  const first = message.split('\n')[0] ?? message;
  return first.charAt(0).toLowerCase() + first.slice(1);
}
