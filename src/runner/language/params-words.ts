import type { ErrorObject } from 'ajv';
import type { Code } from '../contract/diagnostic.ts';
import type { Json } from '../contract/json.ts';
import type { ParamSchema } from '../contract/schema.ts';
import { type Checked, pathOf } from './params-check.ts';
import { isMode } from './params-finish.ts';
import { typesOf, typeWords } from './params-schema.ts';
import { closest, didYouMean } from './suggest.ts';
import type { Path } from './template.ts';
import { kindOf } from './values.ts';

export interface Complaint {
  readonly path: Path;
  readonly code: Code;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** A validator's verdict, in words for the person who wrote the parameter. Never the value of a secret. */
export function complaint(error: ErrorObject, checked: Checked): Complaint {
  const path = pathOf(error);
  const name = path.length === 0 ? checked.type.name : said(path);
  const schema = (error.parentSchema ?? {}) as ParamSchema;
  const params = error.params as Record<string, unknown>;
  const secret = schema.secret === true;
  const bad = (message: string, hint?: string): Complaint => ({
    path,
    code: 'bad-value',
    message: `"${name}" ${message}`,
    hint,
  });
  switch (error.keyword) {
    case 'required': {
      const missing = String(params['missingProperty']);
      const hint = schema.properties?.[missing]?.description;
      return { path, code: 'missing-parameter', message: `"${name}" needs "${missing}"`, hint };
    }
    case 'additionalProperties': {
      const key = String(params['additionalProperty']);
      const names = Object.keys(schema.properties ?? {});
      const hint = didYouMean(key, names) ?? `it takes: ${names.join(', ')}`;
      return { path: [...path, key], code: 'unknown-parameter', message: `"${name}" has no "${key}"`, hint };
    }
    case 'type':
      return wrongType(path, name, typesOf(schema) ?? [], error.data as Json, checked);
    case 'anyOf':
      return wrongType(path, name, typesOf(schema) ?? [], error.data as Json, checked);
    case 'enum': {
      const values = (schema.enum ?? []).map(String);
      const near = typeof error.data === 'string' && !secret ? nearest(error.data, values) : undefined;
      return bad(
        `must be ${alternatives(values)}`,
        near === undefined ? undefined : `did you mean "${near}"?`,
      );
    }
    case 'pattern':
      return bad(
        'has not the right form',
        asList(error.data, checked, path) ??
          example(schema) ??
          schema.description ??
          `it must match ${String(schema.pattern)}`,
      );
    case 'minimum':
      return bad(`must be at least ${String(schema.minimum)}`);
    case 'maximum':
      return bad(`must be at most ${String(schema.maximum)}`);
    case 'minLength':
      return bad('must not be empty', example(schema));
    case 'minItems':
      return bad(`needs at least ${schema.minItems === 1 ? 'one item' : `${String(schema.minItems)} items`}`);
    case 'uniqueItems':
      return bad(`holds one item twice`, 'remove one of them');
    default:
      return bad(error.message ?? 'is not right');
  }
}

function wrongType(
  path: Path,
  name: string,
  types: readonly string[],
  value: Json,
  checked: Checked,
): Complaint {
  const code = 'wrong-type';
  const due = `"${name}" must be ${typeWords(types)}`;
  if (value === null)
    return { path, code, message: `"${name}" has no value`, hint: `give ${typeWords(types)}, or remove it` };
  const scalar = checked.written(path);
  const message =
    types.length === 0 ? `"${name}" has not the right form` : `${due}, and this is ${kindOf(value)}`;
  return {
    path,
    code,
    message,
    hint: remedy(
      path,
      types,
      value,
      checked.rendered ? null : (scalar?.written ?? ''),
      scalar?.quoted ?? true,
    ),
  };
}

const WORDS: Readonly<Record<string, string>> = {
  yes: 'true',
  on: 'true',
  y: 'true',
  no: 'false',
  off: 'false',
  n: 'false',
};

function remedy(
  path: Path,
  types: readonly string[],
  value: Json,
  written: string | null,
  quoted: boolean,
): string | undefined {
  const bare = typeof value === 'number' || typeof value === 'boolean';
  if (bare && types.includes('string')) {
    if (written === null)
      return isMode(path) ? 'quote it where it is defined: "0644"' : 'quote it where it is defined';
    return `quote it: "${written.replace(/^0o/, '0')}"`;
  }
  if (typeof value === 'string') {
    const word = types.includes('boolean') ? WORDS[value.toLowerCase()] : undefined;
    if (word) return `write ${word}`;
    if (types.includes('boolean') && /^(true|false)$/i.test(value))
      return `write ${value.toLowerCase()}, without quotes`;
    if ((types.includes('integer') || types.includes('number')) && /^-?\d+(\.\d+)?$/.test(value))
      return quoted ? 'take the quotes away' : 'it has more digits than can be counted with';
  }
  if (types.includes('array') && typeof value !== 'object') return 'write a list: […]';
  if (written === null && types.includes('string') && typeof value === 'object')
    return 'to give it as text write {{ json x }}';
  return undefined;
}

/** `nginx,curl`, where a list may stand. */
function asList(data: unknown, { type }: Checked, path: Path): string | undefined {
  if (typeof data !== 'string' || path.length !== 1 || !data.includes(',')) return undefined;
  const schema = type.schema.properties[String(path[0])];
  const isList = schema && typesOf(schema)?.includes('array');
  return isList ? `write a list: [${data.split(/\s*,\s*/).join(', ')}]` : undefined;
}

function example(schema: ParamSchema): string | undefined {
  const [first] = schema.examples ?? [];
  return first === undefined ? undefined : `such as ${JSON.stringify(first)}`;
}

function alternatives(values: readonly string[]): string {
  return values.length < 2 ? String(values[0]) : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
}

/** The nearest of the values, or the only one that begins so. */
function nearest(word: string, values: readonly string[]): string | undefined {
  const begun = word.length < 2 ? [] : values.filter((value) => value.startsWith(word));
  return closest(word, values) ?? (begun.length === 1 ? begun[0] : undefined);
}

/** `ports[0].host` */
function said(path: Path): string {
  return path
    .map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? step : `.${step}`))
    .join('');
}
