import type { Diagnostic, Position } from '../contract/diagnostic.ts';
import type { Json } from '../contract/json.ts';
import { SHORTEST } from '../contract/secret-forms.ts';
import type { Evaluated, Loaded, Scope, Template } from './model.ts';
import { ANY, type Foreseen, NOTHING_FORESEEN, type Shapes } from './shape.ts';
import { fault, type SecretSink, type Span } from './source.ts';
import { compileScalarText, mayHoldMustache, type TextTemplate } from './text-template.ts';
import { LARGEST, TOO_LARGE, weigh } from './weight.ts';
import type { YamlNode, YamlScalar } from './yaml.ts';
import { LITERAL } from './yaml-reader.ts';

/** A template that was written in a file: it knows more of its places than others need. */
export interface WrittenTemplate extends Template {
  readonly span: Span;
  /** What it is made of, as far as that was written. */
  readonly parts: Parts;
  /** Where a name that it mentions is first written. */
  spanOf(name: string): Span | undefined;
}

export type Parts =
  | { readonly kind: 'leaf' }
  | { readonly kind: 'list'; readonly items: readonly WrittenTemplate[] }
  | { readonly kind: 'map'; readonly entries: ReadonlyMap<string, WrittenTemplate> };

export type Path = readonly (string | number)[];

/** Compile any YAML value. Keys are never templates. A text that can't be compiled stands for any value. */
export function compileTemplate(node: YamlNode): Loaded<WrittenTemplate> {
  const diagnostics: Diagnostic[] = [];
  const value = compileNode(node, (found) => diagnostics.push(...found));
  return { value, diagnostics };
}

function compileNode(node: YamlNode, report: (found: readonly Diagnostic[]) => void): WrittenTemplate {
  if (node.kind === 'list') {
    return listTemplate(
      node.span,
      node.items.map((item) => compileNode(item, report)),
    );
  }
  if (node.kind === 'map') {
    return mapTemplate(
      node.span,
      node.entries.map(({ key, value }) => [key, compileNode(value, report)]),
    );
  }
  const template = compileScalar(node, report);
  return node.secrets ? secretTemplate(template, node.secrets) : template;
}

/** What is made of a secret is one. */
function secretTemplate(template: WrittenTemplate, secrets: SecretSink): WrittenTemplate {
  const { constant } = template;
  const evaluate: Template['evaluate'] = (scope) => {
    const made = template.evaluate(scope);
    if (made.kind === 'value') secrets.add(made.value);
    return made;
  };
  const tell = (made: Json) => secrets.addInside(made, constant ?? null);
  return { ...template, evaluate, secret: { tell: isShort(constant) ? [tell] : [] } };
}

function isShort(value: Json | undefined): boolean {
  return (typeof value === 'string' || typeof value === 'number') && String(value).length < SHORTEST;
}

function compileScalar(node: YamlScalar, report: (found: readonly Diagnostic[]) => void): WrittenTemplate {
  const { value, span } = node;
  if (typeof value !== 'string' || node.tag === LITERAL || !mayHoldMustache(value))
    return constantAt(value, span);
  const text = compileScalarText(value, span);
  report(text.diagnostics);
  if (text.value === null) return unreadable(value, span);
  return text.value.constant === null
    ? leafTemplate(span, text.value)
    : constantAt(text.value.constant, span);
}

/** Why it can't be read was said; what it would have come to is not known. */
function unreadable(text: string, span: Span): WrittenTemplate {
  const { reads, mentions, foresee, spanOf } = constantContent(text);
  const evaluate = () => ({ kind: 'unknown', because: 'it is written wrongly' }) as const;
  return written(span, { kind: 'leaf' }, { reads, mentions, foresee, evaluate, spanOf });
}

/** Plain data that was not written as a template (`-e`): `{{` in it means itself. */
export function constantTemplate(value: Json, at: Position): Template {
  return { at, ...constantContent(value), where: () => at };
}

/** The template of one text, or of anything else that is evaluated as a whole. */
export function leafTemplate(
  span: Span,
  leaf: Pick<TextTemplate, 'reads' | 'mentions' | 'spanOf' | 'foresee'> & Pick<Template, 'evaluate'>,
): WrittenTemplate {
  const { reads, mentions } = leaf;
  return written(
    span,
    { kind: 'leaf' },
    {
      reads,
      mentions,
      evaluate: (scope) => leaf.evaluate(scope),
      foresee: (shapes) => leaf.foresee(shapes),
      spanOf: (name) => leaf.spanOf(name),
    },
  );
}

export function listTemplate(span: Span, items: readonly WrittenTemplate[]): WrittenTemplate {
  return compose(span, { kind: 'list', items }, items, (values) => values);
}

/** A key that stands twice counts as where it stands last. */
export function mapTemplate(
  span: Span,
  entries: readonly (readonly [key: string, value: WrittenTemplate])[],
): WrittenTemplate {
  const named = new Map(entries);
  const keys = [...named.keys()];
  const build = (values: readonly Json[]) => Object.fromEntries(keys.map((key, i) => [key, values[i]!]));
  return compose(span, { kind: 'map', entries: named }, [...named.values()], build);
}

/** The innermost part on the way along `path`. */
export function partAt(template: WrittenTemplate, path: Path): WrittenTemplate {
  let part = template;
  for (const step of path) {
    const { parts } = part;
    const next =
      parts.kind === 'map'
        ? parts.entries.get(String(step))
        : parts.kind === 'list'
          ? parts.items[Number(step)]
          : undefined;
    if (!next) return part;
    part = next;
  }
  return part;
}

export function isWritten(template: Template): template is WrittenTemplate {
  return 'parts' in template;
}

const NOTHING: ReadonlySet<string> = new Set();

interface Content {
  readonly reads: ReadonlySet<string>;
  readonly mentions: ReadonlySet<string>;
  readonly constant?: Json;
  evaluate(scope: Scope): Evaluated;
  foresee(shapes: Shapes): Foreseen;
  spanOf(name: string): Span | undefined;
}

/** A plain object, so that a copy with more properties is a template too. */
function written(
  span: Span,
  parts: Parts,
  { reads, mentions, constant, evaluate, foresee, spanOf }: Content,
): WrittenTemplate {
  const template: WrittenTemplate = {
    span,
    parts,
    reads,
    mentions,
    ...(constant === undefined ? {} : { constant }),
    at: span.source.position(span.start),
    evaluate,
    foresee,
    spanOf,
    where(path) {
      const found = partAt(template, path).span;
      return found.source.position(found.start);
    },
  };
  return template;
}

function constantAt(value: Json, span: Span): WrittenTemplate {
  return written(span, { kind: 'leaf' }, constantContent(value));
}

function constantContent(value: Json): Content {
  const evaluate = () => ({ kind: 'value', value }) as const;
  return {
    reads: NOTHING,
    mentions: NOTHING,
    constant: value,
    evaluate,
    foresee: () => NOTHING_FORESEEN,
    spanOf: () => undefined,
  };
}

function compose(
  span: Span,
  parts: Parts,
  children: readonly WrittenTemplate[],
  build: (values: readonly Json[]) => Json,
): WrittenTemplate {
  const secrets = children.flatMap(({ secret }) => secret ?? []);
  const whole = composed(span, parts, children, build);
  return secrets.length > 0 ? { ...whole, secret: { tell: secrets.flatMap(({ tell }) => tell) } } : whole;
}

function composed(
  span: Span,
  parts: Parts,
  children: readonly WrittenTemplate[],
  build: (values: readonly Json[]) => Json,
): WrittenTemplate {
  if (children.every((child) => child.constant !== undefined)) {
    return written(span, parts, constantContent(build(children.map((child) => child.constant!))));
  }
  return written(span, parts, {
    reads: union(children.map((child) => child.reads)),
    mentions: union(children.map((child) => child.mentions)),
    spanOf: (name) => children.map((child) => child.spanOf(name)).find((found) => found !== undefined),
    foresee: (shapes) => ({
      shape: ANY,
      mistakes: children.flatMap((child) => child.foresee(shapes).mistakes),
    }),
    evaluate(scope) {
      const values: Json[] = [];
      for (const child of children) {
        const result = child.evaluate(scope);
        if (result.kind !== 'value') return result;
        values.push(result.value);
      }
      const value = build(values);
      if (weigh(value) <= LARGEST) return { kind: 'value', value };
      const { code, message, hint } = TOO_LARGE;
      return { kind: 'fault', diagnostic: fault(span, code, message, hint) };
    },
  });
}

function union(sets: readonly ReadonlySet<string>[]): ReadonlySet<string> {
  const present = sets.filter((set) => set.size > 0);
  if (present.length < 2) return present[0] ?? NOTHING;
  const all = new Set<string>();
  for (const set of present) for (const name of set) all.add(name);
  return all;
}
