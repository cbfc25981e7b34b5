import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Scalar } from 'yaml';
import type { Diagnostic } from '../contract/diagnostic.ts';
import { fault, type Source, type Span } from './source.ts';
import type { VaultReader } from './vaults.ts';
import type { YamlEntry, YamlList, YamlMap, YamlNode, YamlScalar } from './yaml.ts';
import { plainValue } from './yaml-scalars.ts';

/** Deeper is nothing that a person wrote. */
const MAX_DEPTH = 100;
/** Aliases counted as often as they stand. */
const MAX_NODES = 200_000;

/** Ansible's tag for a text in which `{{` means itself. */
export const LITERAL = '!unsafe';

const QUOTE = 'put quotes around the whole value';

/** How the parser writes `!!`. */
const YAML_TAG = 'tag:yaml.org,2002:';

/** A tag whose value would not be what it says: `!include`, `!!python/object`. */
function isForeign(tag: string): boolean {
  if (tag.startsWith(YAML_TAG))
    return !/^(?:str|int|float|bool|null|map|seq)$/.test(tag.slice(YAML_TAG.length));
  return tag.startsWith('!') && tag !== LITERAL;
}

/** Ansible's tags for a text that is a vault. */
const VAULT = ['!vault', '!vault-encrypted'];

/**
 * The library's document as ours, in the order of writing (an alias means the last anchor of its name before it).
 * `place`: inside of an alias everything stands where the alias stands.
 */
export class YamlReader {
  private count = 0;
  private stopped = false;
  private readonly src: Source;
  private readonly diagnostics: Diagnostic[];
  private readonly anchors = new Map<string, Node>();
  /** Nodes that are being read, to notice an alias inside of its own anchor. */
  private readonly open = new Set<Node>();
  private readonly vaults: VaultReader;
  /** What stood in the way of opening a value, each once: the next one of the file says the same. */
  private readonly closed = new Set<string>();

  constructor(src: Source, diagnostics: Diagnostic[], vaults: VaultReader) {
    this.src = src;
    this.diagnostics = diagnostics;
    this.vaults = vaults;
  }

  /** null: it is too much, which was reported; nobody is to work through what was read of it. */
  document(document: Document): YamlNode | null {
    const read = this.node(document.contents as Node, null, 0);
    return this.stopped ? null : read;
  }

  private node(node: Node | null, place: Span | null, depth: number): YamlNode {
    const span = place ?? this.span(node);
    if (this.isTooMuch(span, depth)) return nothing(span);
    if (isAlias(node)) return this.alias(node.source, span, depth);
    if (node?.anchor && !place) this.anchors.set(node.anchor, node);
    if (node?.tag && VAULT.includes(node.tag)) return this.secret(node, node.tag, span);
    const tagged = node?.tag && isForeign(node.tag) ? this.refuseTag(node, span, node.tag) : null;
    if (tagged) return tagged;
    if (isScalar(node)) return this.scalar(node, span);
    if (!isMap(node) && !isSeq(node)) return nothing(span);
    this.open.add(node);
    const read = isMap(node)
      ? this.map(node.items as Pair[], span, place, depth)
      : this.list(node.items as Node[], span, place, depth);
    this.open.delete(node);
    return node.flow || place ? read : { ...read, span: untilLast(read) };
  }

  private isTooMuch(span: Span, depth: number): boolean {
    this.count += 1;
    if (this.stopped) return true;
    const deep = depth > MAX_DEPTH;
    if (!deep && this.count <= MAX_NODES) return false;
    this.stopped = true;
    this.diagnostics.push(
      deep
        ? fault(span, 'too-deep', `the file is nested deeper than ${MAX_DEPTH} levels`)
        : fault(span, 'too-many-nodes', 'aliases make this file grow beyond all measure'),
    );
    return true;
  }

  private alias(name: string, span: Span, depth: number): YamlNode {
    const target = this.anchors.get(name);
    if (target && !this.open.has(target)) return this.node(target, span, depth + 1);
    if (this.src.secrets) {
      this.diagnostics.push(fault(span, 'yaml', 'a text inside of the vault begins with *', QUOTE));
      return nothing(span);
    }
    const message = target ? `*${name} stands inside of its own anchor` : `no anchor is called &${name}`;
    this.diagnostics.push(
      fault(span, 'yaml', message, target ? undefined : `if it is meant as text, quote it: "*${name}"`),
    );
    return nothing(span);
  }

  private list(nodes: readonly Node[], span: Span, place: Span | null, depth: number): YamlList {
    return { kind: 'list', span, items: nodes.map((item) => this.node(item, place, depth + 1)) };
  }

  private map(pairs: readonly Pair[], span: Span, place: Span | null, depth: number): YamlMap {
    const entries = new Map<string, YamlEntry>();
    const merged = new Map<string, YamlEntry>();
    for (const pair of pairs) {
      const key = pair.key as Node | null;
      const keySpan = place ?? this.span(key);
      const name = this.key(key, keySpan);
      if (name === null) continue;
      const value = pair.value as Node | null;
      if (name === '<<' && (key as Scalar).type === 'PLAIN') {
        this.merge(this.node(value, place, depth + 1), keySpan, merged);
        continue;
      }
      const first = entries.get(name);
      if (first) this.refuseSecond(name, keySpan, first);
      const read = value ? this.node(value, place, depth + 1) : nothing({ ...keySpan, start: keySpan.end });
      if (!first) entries.set(name, { key: name, keySpan, value: read });
    }
    for (const [name, inherited] of merged) if (!entries.has(name)) entries.set(name, inherited);
    return { kind: 'map', span, entries: [...entries.values()] };
  }

  /** A key as it was written: `1.10` is "1.10". */
  private key(node: Node | null, span: Span): string | null {
    if (isAlias(node)) {
      const target = this.anchors.get(node.source);
      if (isScalar(target)) return this.key(target, span);
    }
    if (isScalar(node)) {
      return node.source !== undefined && typeof node.value !== 'string' ? node.source : String(node.value);
    }
    this.diagnostics.push(this.badKey(span));
    return null;
  }

  private merge(read: YamlNode, place: Span, into: Map<string, YamlEntry>): void {
    for (const map of read.kind === 'list' ? read.items : [read]) {
      if (map.kind !== 'map') {
        this.diagnostics.push(fault(place, 'yaml', '"<<" takes a map, or a list of maps'));
        continue;
      }
      for (const item of map.entries) if (!into.has(item.key)) into.set(item.key, item);
    }
  }

  private scalar(node: Scalar, span: Span): YamlScalar {
    const quoted = node.type !== undefined && node.type !== 'PLAIN';
    const written = quoted ? String(node.value) : (node.source ?? String(node.value ?? ''));
    const tag = node.tag === LITERAL ? { tag: LITERAL } : {};
    const value = plainValue(node.value, written);
    const { secrets } = this.src;
    secrets?.add(value);
    return { kind: 'scalar', span, value, written, quoted, ...tag, ...(secrets ? { secrets } : {}) };
  }

  /** An encrypted value. What it holds is a text and means itself, whatever braces are in it. */
  private secret(node: Node, tag: string, span: Span): YamlScalar {
    const { secrets } = this.vaults;
    const scalar = (value: string): YamlScalar => {
      return { kind: 'scalar', span, value, written: value, quoted: true, tag: LITERAL, secrets };
    };
    const opened = this.vaults.open(isScalar(node) ? String(node.value).trim() : '');
    const text = opened instanceof Uint8Array ? Buffer.from(opened).toString('utf8') : null;
    if (text !== null && !/[\0\uFFFD]/.test(text)) {
      secrets.add(text);
      return scalar(text);
    }
    const { code, message, hint } =
      opened instanceof Uint8Array
        ? { code: 'not-text' as const, message: 'what is encrypted here is no text', hint: undefined }
        : opened;
    if (!this.closed.has(message)) this.diagnostics.push(fault(this.tagSpan(span, tag), code, message, hint));
    this.closed.add(message);
    return scalar('');
  }

  private refuseSecond(name: string, span: Span, first: YamlEntry): void {
    const { line } = first.keySpan.source.position(first.keySpan.start);
    const hint = `the first one is in line ${line}; remove one of them`;
    this.diagnostics.push(
      fault(span, 'duplicate-key', `the key "${name}" stands here for the second time`, hint),
    );
  }

  /**
   * Any other tag is almost always a text that should have been quoted (`when: !done`): then it is read as that text, so
   * that nothing else is found wrong with what is left of it.
   */
  private refuseTag(node: Node, span: Span, written: string): YamlScalar | null {
    const tag = written.replace(YAML_TAG, '!!');
    const at = this.tagSpan(span, tag);
    if (this.src.secrets) {
      this.diagnostics.push(fault(at, 'unknown-tag', 'a text inside of the vault begins with !', QUOTE));
      return null;
    }
    const isText = isScalar(node) && node.type === 'PLAIN' && at.end <= span.end && !tag.startsWith('!!');
    const text = isText ? this.src.text.slice(at.start, span.end).trim() : `${tag} …`;
    const quote = text.includes('"') ? "'" : '"';
    const hint = `if it is meant as text, quote the whole value: ${quote}${text}${quote}`;
    this.diagnostics.push(fault(at, 'unknown-tag', `${tag} is a YAML tag, and none that is known`, hint));
    return isText
      ? { kind: 'scalar', span: { ...span, start: at.start }, value: text, written: text, quoted: true }
      : null;
  }

  private tagSpan(span: Span, tag: string): Span {
    const start = this.src.text.lastIndexOf(tag, span.start);
    const near = start >= 0 && span.start - start < tag.length + 40;
    return near ? { ...span, start, end: start + tag.length } : span;
  }

  private badKey(span: Span): Diagnostic {
    const at = this.src.position(span.start);
    if (
      this.src
        .line(at.line)
        .slice(Math.max(0, at.column - 2))
        .startsWith('{')
    ) {
      const hint = 'write "{{ … }}" with quotes around the whole value';
      return fault(span, 'unquoted-template', 'a value that begins with {{ must be quoted', hint);
    }
    return fault(span, 'yaml', 'a key must be one plain text');
  }

  private span(node: Node | null): Span {
    const range = node?.range;
    return { source: this.src, start: range?.[0] ?? 0, end: range?.[1] ?? range?.[0] ?? 0 };
  }
}

function nothing(span: Span): YamlScalar {
  return { kind: 'scalar', span, value: null, written: '', quoted: false };
}

/** A list or map without brackets ends where the last part of it does. */
function untilLast(read: YamlMap | YamlList): Span {
  const last = read.kind === 'map' ? read.entries.at(-1)?.value : read.items.at(-1);
  return { ...read.span, end: last?.span.end ?? read.span.end };
}
