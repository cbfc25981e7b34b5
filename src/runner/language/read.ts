import { connectionElsewhere } from './connection-variables.ts';
import { type Loader, position } from './loader.ts';
import type { Expression, Layer, Template, Variable } from './model.ts';
import { nameFault } from './names.ts';
import { fault, type Span } from './source.ts';
import type { YamlEntry, YamlMap, YamlNode } from './yaml.ts';

/** The value of one key: what these functions read. Each reports what is wrong and then gives undefined. */
export type Keyed = Pick<YamlEntry, 'key' | 'value'>;

/** A constant text and where it stands. */
export interface Word {
  readonly text: string;
  readonly span: Span;
}

/** For messages: `the text "yes"`, `the number 5`, `a map`. */
export function describe(node: YamlNode): string {
  if (node.kind === 'map') return 'a map';
  if (node.kind === 'list') return 'a list';
  if (node.value === null) return 'nothing';
  if (node.secrets) return 'this secret';
  if (typeof node.value === 'boolean') return String(node.value);
  if (typeof node.value === 'number') return `the number ${node.written}`;
  return node.value.length > 40 ? 'a text' : `the text ${JSON.stringify(node.value)}`;
}

export function wrongType(loader: Loader, at: Keyed, wanted: string, hint?: string): undefined {
  const message = `"${at.key}" takes ${wanted}, not ${describe(at.value)}`;
  loader.report(fault(at.value.span, 'wrong-type', message, hint));
  return undefined;
}

/** Text, or a plain number or boolean as it was written. */
export function textOf(node: YamlNode): string | undefined {
  if (node.kind !== 'scalar' || node.value === null) return undefined;
  return typeof node.value === 'string' ? node.value : node.written;
}

export function readText(loader: Loader, at: Keyed, wanted = 'a text'): string | undefined {
  const text = textOf(at.value);
  return text === undefined || text.trim() === '' ? wrongType(loader, at, wanted) : text;
}

/** A text that must be known before a host is. */
export function readConstant(
  loader: Loader,
  at: Keyed,
  wanted = 'a text',
  hint?: string,
): string | undefined {
  const text = readText(loader, at, wanted);
  if (text === undefined || !text.includes('{{')) return text;
  loader.report(fault(at.value.span, 'not-constant', `"${at.key}" can't hold variables`, hint));
  return undefined;
}

/** One text, several separated by commas, or a list of texts: all constant. */
export function readWords(loader: Loader, at: Keyed, separator: ',' | null, hint?: string): readonly Word[] {
  const items = at.value.kind === 'list' ? at.value.items : [at.value];
  return items.flatMap((value) => {
    const text = readConstant(loader, { key: at.key, value }, 'a text or a list of texts', hint);
    if (text === undefined) return [];
    const parts = separator ? text.split(separator).map((part) => part.trim()) : [text];
    return parts.filter((part) => part !== '').map((part) => ({ text: part, span: value.span }));
  });
}

export function readBoolean(loader: Loader, at: Keyed): boolean | undefined {
  const { value } = at;
  if (value.kind === 'scalar' && typeof value.value === 'boolean') return value.value;
  const hint = isTemplated(value) ? 'it is known before a host is: write true or false' : booleanHint(value);
  return wrongType(loader, at, 'true or false', hint);
}

/** `write true`, where the writer used another word for it. */
export function booleanHint(node: YamlNode): string | undefined {
  if (node.kind !== 'scalar') return undefined;
  if (/^(yes|on|true|y|1)$/i.test(node.written)) return 'write true';
  if (/^(no|off|false|n|0)$/i.test(node.written)) return 'write false';
  return undefined;
}

export function isBooleanWord(node: YamlNode): boolean {
  return node.kind === 'scalar' && typeof node.value === 'string' && /^(yes|no|on|off)$/i.test(node.value);
}

/** A number that is not negative (`positive`: nor 0), or a template that gives one. */
export function readAmount(loader: Loader, at: Keyed, unit: string, positive = false): Template | undefined {
  const { value } = at;
  if (isTemplated(value)) return loader.template(value);
  const number = value.kind === 'scalar' && typeof value.value === 'number' ? value.value : Number.NaN;
  if (number > 0 || (number === 0 && !positive)) return loader.template(value);
  return wrongType(loader, at, `a number of ${unit}${positive ? ' above 0' : ''}`);
}

export function isTemplated(node: YamlNode): boolean {
  return node.kind === 'scalar' && typeof node.value === 'string' && node.value.includes('{{');
}

/** One condition, or a list of them, which must all hold. */
export function readConditions(loader: Loader, at: Keyed): readonly Expression[] {
  const items = at.value.kind === 'list' ? at.value.items : [at.value];
  return items.flatMap((value) => {
    const expression = readCondition(loader, { key: at.key, value });
    return expression ? [expression] : [];
  });
}

export function readCondition(loader: Loader, at: Keyed): Expression | undefined {
  const { value } = at;
  if (value.kind !== 'scalar' || value.value === null || typeof value.value === 'number') {
    return wrongType(loader, at, 'a condition, such as env == "prod"');
  }
  if (isBooleanWord(value)) return wrongType(loader, at, 'a condition', booleanHint(value));
  return loader.condition(value) ?? undefined;
}

/** `vars:` and files of variables: a map of names and values. */
export function readLayer(loader: Loader, at: Keyed, label: string): Layer {
  const { value } = at;
  if (value.kind === 'map') return layerOf(loader, value, label);
  const hint = isTemplated(value)
    ? 'write the names here, each with its value, which may be a {{ variable }}'
    : undefined;
  if (value.kind !== 'scalar' || value.value !== null)
    wrongType(loader, at, 'a map of names and values', hint);
  return { label, variables: new Map() };
}

export function layerOf(loader: Loader, map: YamlMap, label: string): Layer {
  const variables = new Map<string, Variable>();
  for (const { key, keySpan, value } of map.entries) {
    const wrong = nameFault(keySpan, key, 'a variable') ?? connectionElsewhere(key, keySpan);
    if (wrong) loader.report(wrong);
    else variables.set(key, { name: key, at: position(keySpan), value: loader.template(value) });
  }
  return { label, variables };
}
