import type { Diagnostic, Position } from '../contract/diagnostic.ts';
import type { Json } from '../contract/json.ts';
import type { Evaluated, Loaded, Scope, Template } from './model.ts';
import type { Span } from './source.ts';
import { compileScalarText, mayHoldMustache, type ScalarText } from './text-template.ts';
import { toJson, type YamlNode } from './yaml.ts';

/** A template that was written in a file: it knows more of its places than others need. */
export interface WrittenTemplate extends Template {
  /** The stretch of the node at this path, or of its nearest parent. */
  span(path: readonly (string | number)[]): Span;
  /** Where a name that it mentions is first written. */
  spanOf(name: string): Span | undefined;
}

type Path = readonly (string | number)[];

/** Compile any YAML value. Keys are never templates. A text that can't be compiled counts as its own text. */
export function compileTemplate(node: YamlNode): Loaded<WrittenTemplate> {
  if (node.kind === 'scalar') return compileScalar(node);
  const diagnostics: Diagnostic[] = [];
  const collect = (child: YamlNode): WrittenTemplate => {
    const loaded = compileTemplate(child);
    diagnostics.push(...loaded.diagnostics);
    return loaded.value;
  };
  const value =
    node.kind === 'list'
      ? listTemplate(node.span, node.items.map(collect))
      : mapTemplate(
          node.span,
          node.entries.map((entry) => [entry.key, collect(entry.value)]),
        );
  return { value, diagnostics };
}

/** Plain data that was not written as a template (`-e`): `{{` in it means itself. */
export function constantTemplate(value: Json, at: Position): Template {
  return {
    at,
    reads: NOTHING,
    mentions: NOTHING,
    constant: value,
    evaluate: () => ({ kind: 'value', value }),
    where: () => at,
  };
}

/** The same for data that stands at a place in a file. */
export function writtenConstant(value: Json, span: Span, inside?: YamlNode): WrittenTemplate {
  return written(span, [], (path) => (inside ? nodeSpan(inside, path) : span), { constant: value });
}

export function listTemplate(span: Span, items: readonly WrittenTemplate[]): WrittenTemplate {
  const child = ([first, ...rest]: Path) =>
    typeof first === 'number' ? items[first]?.span(rest) : undefined;
  return written(
    span,
    items,
    (path) => child(path) ?? span,
    items.every(isConstant)
      ? { constant: items.map((item) => item.constant!) }
      : { evaluate: (scope) => all(items, scope) },
  );
}

export function mapTemplate(
  span: Span,
  entries: readonly (readonly [key: string, value: WrittenTemplate])[],
): WrittenTemplate {
  const values = entries.map(([, value]) => value);
  const named = new Map(entries);
  const keys = entries.map(([key]) => key);
  const build = (list: readonly Json[]) => Object.fromEntries(keys.map((key, i) => [key, list[i]!]));
  return written(
    span,
    values,
    ([first, ...rest]) => named.get(String(first))?.span(rest) ?? span,
    values.every(isConstant)
      ? { constant: build(values.map((value) => value.constant!)) }
      : {
          evaluate(scope) {
            const list = all(values, scope);
            return list.kind === 'value'
              ? { kind: 'value', value: build(list.value as readonly Json[]) }
              : list;
          },
        },
  );
}

/** A template of one text, or of anything else that is evaluated as a whole. */
export function leafTemplate(
  span: Span,
  { reads, mentions, spanOf, evaluate }: Pick<ScalarText, 'reads' | 'mentions' | 'spanOf' | 'evaluate'>,
): WrittenTemplate {
  const at = span.source.position(span.start);
  return { at, reads, mentions, spanOf, evaluate, where: () => at, span: () => span };
}

const NOTHING: ReadonlySet<string> = new Set();

function compileScalar(node: Extract<YamlNode, { kind: 'scalar' }>): Loaded<WrittenTemplate> {
  const { value, span } = node;
  if (typeof value !== 'string' || !mayHoldMustache(value))
    return { value: writtenConstant(value, span), diagnostics: [] };
  const text = compileScalarText(value, span);
  if (text.value === null) return { value: writtenConstant(value, span), diagnostics: text.diagnostics };
  const constant = text.value.constant;
  const template = constant === null ? leafTemplate(span, text.value) : writtenConstant(constant, span);
  return { value: template, diagnostics: text.diagnostics };
}

function written(
  span: Span,
  parts: readonly WrittenTemplate[],
  spanAt: (path: Path) => Span,
  content: { readonly constant: Json } | { readonly evaluate: Template['evaluate'] },
): WrittenTemplate {
  const where = (path: Path) => {
    const found = spanAt(path);
    return found.source.position(found.start);
  };
  return {
    get at() {
      return span.source.position(span.start);
    },
    reads: union(parts.map((part) => part.reads)),
    mentions: union(parts.map((part) => part.mentions)),
    ...('constant' in content
      ? { constant: content.constant, evaluate: () => ({ kind: 'value', value: content.constant }) as const }
      : content),
    where,
    span: spanAt,
    spanOf: (name) => parts.map((part) => part.spanOf(name)).find((found) => found !== undefined),
  };
}

function union(sets: readonly ReadonlySet<string>[]): ReadonlySet<string> {
  const present = sets.filter((set) => set.size > 0);
  if (present.length < 2) return present[0] ?? NOTHING;
  return new Set(present.flatMap((set) => [...set]));
}

function isConstant(template: Template): boolean {
  return template.constant !== undefined;
}

/** Every part's value in order, or the first thing that stands in the way. */
function all(parts: readonly Template[], scope: Scope): Evaluated {
  const values: Json[] = [];
  for (const part of parts) {
    const result = part.evaluate(scope);
    if (result.kind !== 'value') return result;
    values.push(result.value);
  }
  return { kind: 'value', value: values };
}

function nodeSpan(node: YamlNode, path: Path): Span {
  const [first, ...rest] = path;
  if (first === undefined) return node.span;
  const child =
    node.kind === 'list' && typeof first === 'number'
      ? node.items[first]
      : node.kind === 'map'
        ? node.entries.find((entry) => entry.key === first)?.value
        : undefined;
  return child ? nodeSpan(child, rest) : node.span;
}

/** Plain data of a node in which nothing is a template. */
export function literalTemplate(node: YamlNode): WrittenTemplate {
  return writtenConstant(toJson(node), node.span, node);
}
