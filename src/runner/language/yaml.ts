import {
  type Alias,
  Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node as LibraryNode,
  LineCounter,
  type Pair,
  parseDocument,
  type Scalar,
} from 'yaml';
import type { Diagnostic } from '../contract/diagnostic.ts';
import type { Json } from '../contract/json.ts';
import { fault, type Source, type Span, source } from './source.ts';

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
  readonly value: string | number | boolean | null;
  /** As written, without quotes: `0644` where `value` is 644. */
  readonly written: string;
  /** Quoted, or a block scalar: the writer meant text. */
  readonly quoted: boolean;
  /** An application's tag, such as `!vault`. */
  readonly tag?: string;
}

/** Larger files are refused before they are parsed (about a second per megabyte, and nothing of ours is so large). */
export const MAX_YAML_BYTES = 2 * 1024 * 1024;

const MAX_DEPTH = 100;
const MAX_NODES = 200_000;

/**
 * Read one YAML document (1.2, core schema, with `<<` merge keys). Never throws for what a user wrote; `value` is
 * null where the text is empty or can't be read.
 */
export function parseYaml(
  file: string,
  text: string,
): { value: YamlNode | null; diagnostics: Diagnostic[]; source: Source } {
  const src = source(file, text);
  const start: Span = { source: src, start: 0, end: 0 };
  const refuse = (code: string, message: string, hint?: string) => ({
    value: null,
    diagnostics: [fault(start, code, message, hint)],
    source: src,
  });
  if (Buffer.byteLength(text) > MAX_YAML_BYTES) {
    return refuse(
      'too-large',
      `the file is larger than ${MAX_YAML_BYTES / 1024 / 1024} MB`,
      'split it, or read the data from a file in a task',
    );
  }
  const control = text.search(/[\0\uFFFD]/);
  if (control >= 0) {
    const span = { source: src, start: control, end: control + 1 };
    const what = text[control] === '\0' ? 'a NUL character' : 'a byte that is not UTF-8';
    return {
      value: null,
      diagnostics: [fault(span, 'not-text', `the file holds ${what}`, 'save it as UTF-8 text')],
      source: src,
    };
  }
  if (deeperThan(text, MAX_DEPTH)) {
    return refuse('too-deep', `the file is nested deeper than ${MAX_DEPTH} levels`);
  }
  const document = parseDocument(text, {
    lineCounter: new LineCounter(),
    merge: true,
    prettyErrors: false,
    uniqueKeys: false,
    version: '1.2',
    keepSourceTokens: false,
  });
  const diagnostics: Diagnostic[] = document.errors.map((error) => {
    const span = { source: src, start: error.pos[0], end: error.pos[1] };
    return fault(span, 'yaml', sentence(error.message));
  });
  if (diagnostics.length > 0 || !(document instanceof Document) || document.contents === null) {
    return { value: null, diagnostics, source: src };
  }
  const reader = new Reader(src, document, diagnostics);
  return { value: reader.node(document.contents as LibraryNode, null), diagnostics, source: src };
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

class Reader {
  private count = 0;
  private readonly src: Source;
  private readonly document: Document;
  private readonly diagnostics: Diagnostic[];

  constructor(src: Source, document: Document, diagnostics: Diagnostic[]) {
    this.src = src;
    this.document = document;
    this.diagnostics = diagnostics;
  }

  node(node: LibraryNode | null, place: Span | null, depth = 0): YamlNode {
    const span = place ?? this.span(node);
    if (++this.count > MAX_NODES || depth > MAX_DEPTH) {
      if (this.count === MAX_NODES + 1 || depth === MAX_DEPTH + 1) {
        this.diagnostics.push(
          fault(span, 'too-many-nodes', 'aliases make this file grow beyond all measure'),
        );
        this.count = MAX_NODES + 1;
      }
      return { kind: 'scalar', span, value: null, written: '', quoted: false };
    }
    if (isAlias(node)) {
      const target = (node as Alias).resolve(this.document);
      if (!target) {
        this.diagnostics.push(fault(span, 'yaml', `no anchor is called ${node.source}`));
        return { kind: 'scalar', span, value: null, written: '', quoted: false };
      }
      return this.node(target as LibraryNode, span, depth + 1);
    }
    if (isMap(node)) return this.map(node.items as Pair[], span, place, depth);
    if (isSeq(node)) {
      const items = node.items.map((item) => this.node(item as LibraryNode, place, depth + 1));
      return { kind: 'list', span, items };
    }
    if (isScalar(node)) return this.scalar(node as Scalar, span);
    return { kind: 'scalar', span, value: null, written: '', quoted: false };
  }

  private map(pairs: Pair[], span: Span, place: Span | null, depth: number): YamlMap {
    const entries = new Map<string, YamlEntry>();
    const merged = new Map<string, YamlEntry>();
    for (const pair of pairs) {
      const keyNode = pair.key as LibraryNode;
      const keySpan = place ?? this.span(keyNode);
      if (!isScalar(keyNode)) {
        this.diagnostics.push(this.badKey(keySpan));
        continue;
      }
      const value = pair.value as LibraryNode | null;
      if (
        keyNode.value === '<<' ||
        keyNode.tag === 'tag:yaml.org,2002:merge' ||
        String(keyNode.source) === '<<'
      ) {
        this.merge(value, keySpan, merged, depth);
        continue;
      }
      const key =
        keyNode.source !== undefined && typeof keyNode.value !== 'string'
          ? keyNode.source
          : String(keyNode.value);
      const first = entries.get(key);
      if (first) {
        const at = first.keySpan.source.position(first.keySpan.start);
        const message = `the key "${key}" stands here for the second time`;
        this.diagnostics.push(
          fault(keySpan, 'duplicate-key', message, `the first one is in line ${at.line}; remove one of them`),
        );
        continue;
      }
      const here = value ?? null;
      const valueSpan = here ? null : { source: this.src, start: keySpan.end, end: keySpan.end };
      entries.set(key, {
        key,
        keySpan,
        value: here ? this.node(here, place, depth + 1) : this.nothing(valueSpan ?? span),
      });
    }
    for (const [key, inherited] of merged) if (!entries.has(key)) entries.set(key, inherited);
    return { kind: 'map', span, entries: [...entries.values()] };
  }

  private merge(value: LibraryNode | null, place: Span, into: Map<string, YamlEntry>, depth: number): void {
    const read = this.node(value, place, depth + 1);
    const maps = read.kind === 'list' ? read.items : [read];
    for (const map of maps) {
      if (map.kind !== 'map') {
        this.diagnostics.push(fault(place, 'yaml', '"<<" takes a map, or a list of maps'));
        continue;
      }
      for (const item of map.entries) if (!into.has(item.key)) into.set(item.key, item);
    }
  }

  private scalar(node: Scalar, span: Span): YamlScalar {
    const quoted = node.type !== undefined && node.type !== 'PLAIN';
    const value = node.value;
    const plain =
      value === null || typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number'
        ? value
        : String(node.source ?? value);
    const written = quoted ? String(plain) : (node.source ?? String(plain ?? ''));
    const tag = node.tag?.startsWith('!') ? node.tag : undefined;
    return { kind: 'scalar', span, value: plain, written, quoted, ...(tag ? { tag } : {}) };
  }

  private badKey(span: Span): Diagnostic {
    const text = this.src.line(this.src.position(span.start).line);
    if (/\{\{/.test(text) || text.slice(this.src.position(span.start).column - 2).startsWith('{{')) {
      return fault(
        span,
        'unquoted-template',
        'a value that begins with {{ must be quoted',
        'write "{{ … }}" with quotes around it',
      );
    }
    return fault(span, 'yaml', 'a key must be one plain text');
  }

  private nothing(span: Span): YamlScalar {
    return { kind: 'scalar', span, value: null, written: '', quoted: false };
  }

  private span(node: LibraryNode | null): Span {
    const range = node?.range;
    return { source: this.src, start: range?.[0] ?? 0, end: range?.[1] ?? range?.[0] ?? 0 };
  }
}

/** A cheap look at nesting before a recursive parser sees the text: flow brackets, and `- - - …` on one line. */
function deeperThan(text: string, limit: number): boolean {
  let depth = 0;
  for (const char of text) {
    if (char === '[' || char === '{') {
      if (++depth > limit * 4) return true;
    } else if (char === ']' || char === '}') depth = Math.max(0, depth - 1);
  }
  return new RegExp(`^[ ]*(- ){${limit}}`, 'm').test(text);
}

function sentence(message: string): string {
  const first = message.split('\n')[0] ?? message;
  return first.charAt(0).toLowerCase() + first.slice(1);
}
