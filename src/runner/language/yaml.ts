import type { Diagnostic } from '../contract/diagnostic.ts';
import type { Json } from '../contract/json.ts';
import { fault, type SecretSink, type Source, type Span, source } from './source.ts';
import { NO_VAULTS, openSource, type VaultReader } from './vaults.ts';
import { documentOf } from './yaml-document.ts';
import { explainYaml } from './yaml-errors.ts';
import { YamlReader } from './yaml-reader.ts';
import { readSimple } from './yaml-simple.ts';

/** YAML as we read it: every node knows the stretch of text that it came from. Aliases are followed. */
export type YamlNode = YamlMap | YamlList | YamlScalar;

export interface YamlMap {
  readonly kind: 'map';
  readonly span: Span;
  readonly entries: readonly YamlEntry[];
}

export interface YamlEntry {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: YamlNode;
}

export interface YamlList {
  readonly kind: 'list';
  readonly span: Span;
  readonly items: readonly YamlNode[];
}

export interface YamlScalar {
  readonly kind: 'scalar';
  readonly span: Span;
  /** A number that would not come out as it was written (`1.10`, 20 digits) is text. */
  readonly value: string | number | boolean | null;
  /** As written, without quotes: `0644` where `value` is 644. */
  readonly written: string;
  /** Quoted, or a block scalar: the writer meant text. */
  readonly quoted: boolean;
  /** `!unsafe`: the text is no template. Any other tag is refused, but for `!vault`, which is one of these too. */
  readonly tag?: string;
  /** Present: the value comes from a vault, and what is made of it must be told to this. */
  readonly secrets?: SecretSink;
}

/** Larger files are refused before they are parsed (about a second per megabyte, and nothing of ours is so large). */
export const MAX_YAML_BYTES = 2 * 1024 * 1024;

/** Nothing that is read as text is larger: a vault of the largest YAML has twice its size and more. */
export const MAX_TEXT_BYTES = 5 * MAX_YAML_BYTES;

/**
 * Read one YAML document (1.2, core schema, with `<<` merge keys). Never throws for what a user wrote; `value` is
 * null where the text is empty or can't be read. `diagnostics` may be about parts of a value that could be read. A file
 * that is a vault is opened; positions are then those of the text inside.
 */
export function parseYaml(
  file: string,
  text: string,
  vaults: VaultReader = NO_VAULTS,
): { value: YamlNode | null; diagnostics: Diagnostic[]; source: Source } {
  // Some editors begin a file with it. It is no part of the text, and would shift the first line.
  if (text.length > MAX_TEXT_BYTES)
    return { value: null, diagnostics: [tooLarge(file)], source: source(file, text) };
  const opened = openSource(file, text.replace(/^\uFEFF/, ''), vaults);
  if ('text' in opened) return parsePlain(opened, vaults);
  return { value: null, diagnostics: [opened], source: source(file, text) };
}

function parsePlain(src: Source, vaults: VaultReader): ReturnType<typeof parseYaml> {
  const unfit = notText(src);
  if (unfit) return { value: null, diagnostics: [unfit], source: src };
  const simple = readSimple(src);
  return simple ? { value: simple, diagnostics: [], source: src } : parseAnything(src, vaults);
}

/** Whatever the text holds, with the library. */
export function parseAnything(src: Source, vaults: VaultReader): ReturnType<typeof parseYaml> {
  const { text } = src;
  const document = documentOf(text);
  const diagnostics = explainYaml(document, src);
  if (document.directives?.yaml.version === '1.1') {
    const span = { source: src, start: text.indexOf('%YAML'), end: text.indexOf('%YAML') + 9 };
    diagnostics.push(fault(span, 'yaml', 'YAML is read as version 1.2 here', 'remove the directive'));
  }
  if (diagnostics.length > 0 || document.contents === null) return { value: null, diagnostics, source: src };
  return { value: new YamlReader(src, diagnostics, vaults).document(document), diagnostics, source: src };
}

/** What the node holds, as plain data. */
export function toJson(node: YamlNode): Json {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(toJson);
  return Object.fromEntries(node.entries.map((entry) => [entry.key, toJson(entry.value)]));
}

/** The value under a key, undefined where there is none. */
export function entry(map: YamlMap, key: string): YamlEntry | undefined {
  return map.entries.find((candidate) => candidate.key === key);
}

/** Why the file is not read at all. Without an excerpt: the line may be anything. */
function notText({ file, text, position }: Source): Diagnostic | null {
  const start = { file, line: 1, column: 1 };
  if (Buffer.byteLength(text) > MAX_YAML_BYTES) return tooLarge(file);
  if (isHopeless(text)) return { code: 'too-deep', at: start, message: 'the file is nested too deeply' };
  const at = text.search(/[\0\uFFFD]/);
  if (at < 0) return null;
  const what = text[at] === '\0' ? 'a NUL character' : 'a byte that is not UTF-8';
  return {
    code: 'not-text',
    at: position(at),
    message: `the file holds ${what}`,
    hint: 'save it as UTF-8 text',
  };
}

function tooLarge(file: string): Diagnostic {
  return {
    code: 'too-large',
    at: { file, line: 1, column: 1 },
    message: `the file is larger than ${MAX_YAML_BYTES / 1024 / 1024} MB`,
    hint: 'split it, or read the data from a file in a task',
  };
}

/** Brackets inside of each other. */
const DEEPEST = 1000;

/** Nested so deeply that the parser would take seconds to give up: nothing that a person wrote. */
function isHopeless(text: string): boolean {
  // Most texts hold too few brackets to be looked at one by one.
  const brackets = text.split(/[[{]/, DEEPEST + 2).length - 1;
  return (brackets > DEEPEST && depthOf(text) > DEEPEST) || /(?:[-?] ){500}/.test(text);
}

function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const char of text) {
    if (char === '[' || char === '{') depth += 1;
    else if (char === ']' || char === '}') depth = Math.max(0, depth - 1);
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}
