import type { Diagnostic } from '../contract/diagnostic.ts';
import type { Layer, Loaded, Template, Variable } from './model.ts';
import { nameFault } from './names.ts';
import { splitWords, type Word } from './shell-words.ts';
import { fault, type Source, source } from './source.ts';
import { compileTemplate, constantTemplate } from './template.ts';
import type { VaultReader } from './vaults.ts';
import { parseYaml, toJson, type YamlNode } from './yaml.ts';

/**
 * The values of `-e`: `k=v` words (several, quoted as for a shell; values are text), a map in JSON or YAML braces, or
 * `@file` with a YAML map. Later ones win. What is given on the command line is plain data; a file may hold `{{ }}`.
 * `readFile` gives null where there is no such file. Excerpts of the command line are never shown: it may hold secrets.
 */
export function parseExtraVars(
  args: readonly string[],
  readFile: (path: string) => string | null,
  vaults?: VaultReader,
): Loaded<Layer> {
  const variables = new Map<string, Variable>();
  const diagnostics: Diagnostic[] = [];
  for (const arg of args) {
    const read = arg.startsWith('@') ? fromFile(arg.slice(1), readFile, vaults) : fromText(arg);
    diagnostics.push(...read.diagnostics);
    for (const variable of read.value) variables.set(variable.name, variable);
  }
  return { value: { label: '-e', variables }, diagnostics };
}

const LABEL = '-e';

function fromFile(
  path: string,
  readFile: (path: string) => string | null,
  vaults: VaultReader | undefined,
): Loaded<Variable[]> {
  const text = readFile(path);
  if (text === null) {
    const message = path === '' ? '"-e @" names no file' : `there is no file ${path}`;
    return { value: [], diagnostics: [{ code: 'no-such-file', message, hint: 'it is named by -e @…' }] };
  }
  const parsed = parseYaml(path, text, vaults);
  const diagnostics = [...parsed.diagnostics];
  const templates = (node: YamlNode) => {
    const loaded = compileTemplate(node);
    diagnostics.push(...loaded.diagnostics);
    return loaded.value;
  };
  return { value: fromMap(parsed.value, parsed.source, diagnostics, templates), diagnostics };
}

function fromText(text: string): Loaded<Variable[]> {
  const diagnostics: Diagnostic[] = [];
  const src = source(LABEL, text);
  const constant = (node: YamlNode) => constantTemplate(toJson(node), src.position(node.span.start));
  let value: Variable[];
  if (/^\s*[[{]/.test(text)) {
    const parsed = parseYaml(LABEL, text);
    diagnostics.push(...parsed.diagnostics);
    value = fromMap(parsed.value, parsed.source, diagnostics, constant);
  } else {
    value = fromWords(src, diagnostics);
  }
  return { value, diagnostics: diagnostics.map(withoutExcerpt) };
}

function fromMap(
  node: YamlNode | null,
  src: Source,
  diagnostics: Diagnostic[],
  compile: (node: YamlNode) => Template,
): Variable[] {
  if (node === null) return [];
  if (node.kind !== 'map') {
    const span = { source: src, start: node.span.start, end: node.span.start + 1 };
    diagnostics.push(fault(span, 'wrong-type', 'variables are a map', 'write {"name": value}'));
    return [];
  }
  return node.entries.flatMap(({ key, keySpan, value }) => {
    const wrong = nameFault(keySpan, key, 'a variable');
    if (wrong) diagnostics.push(wrong);
    return wrong ? [] : [{ name: key, at: src.position(keySpan.start), value: compile(value) }];
  });
}

function fromWords(src: Source, diagnostics: Diagnostic[]): Variable[] {
  const words = splitWords(src.text);
  if (words === null) {
    const span = { source: src, start: 0, end: src.text.length };
    diagnostics.push(fault(span, 'extra-vars', 'a quote is never closed in the value of -e', FORMS));
    return [];
  }
  if (words.length === 0) {
    diagnostics.push({ code: 'extra-vars', message: 'the value of -e is empty', hint: FORMS });
  }
  return words.flatMap((word) => {
    const variable = fromWord(src, word);
    if ('code' in variable) diagnostics.push(variable);
    return 'code' in variable ? [] : [variable];
  });
}

const FORMS = 'write -e name=value, -e \'{"name": value}\' or -e @file.yaml';

function fromWord(src: Source, { text, start, end }: Word): Variable | Diagnostic {
  const span = { source: src, start, end };
  const equals = text.indexOf('=');
  if (equals < 0) {
    const isFile = /\.(ya?ml|json)$/.test(text) && !/[\s:]/.test(text);
    const hint = isFile ? `for a file write -e @${text}` : FORMS;
    return fault(span, 'extra-vars', 'a word of -e has no "="', hint);
  }
  const name = text.slice(0, equals);
  const wrong = nameFault({ ...span, end: Math.min(end, start + equals) }, name, 'a variable');
  if (wrong) return wrong;
  const at = src.position(start);
  return { name, at, value: constantTemplate(text.slice(equals + 1), at) };
}

function withoutExcerpt({ line: _line, width: _width, ...diagnostic }: Diagnostic): Diagnostic {
  return diagnostic;
}
