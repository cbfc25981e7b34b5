import { isObject, type Json } from '../contract/json.ts';
import type { Evaluated } from './model.ts';

/** The helper can't do that with these values. */
export class Misuse {
  readonly message: string;
  readonly hint: string | undefined;
  readonly code: 'template-type' | 'undefined-field';
  constructor(message: string, hint?: string, code: Misuse['code'] = 'template-type') {
    this.message = message;
    this.hint = hint;
    this.code = code;
  }
}

type Unknown = Extract<Evaluated, { readonly kind: 'unknown' }>;

const OPEN = Symbol('names whose values are not known');

/** Fields of a map that will be there, with values that are not known: whoever asks for one is told that. */
export function leaveOpen<T extends object>(map: T, open: ReadonlyMap<string, Unknown>): T {
  return open.size === 0 ? map : Object.defineProperty(map, OPEN, { value: open });
}

/** See `leaveOpen`. */
export function openIn(value: Json): ReadonlyMap<string, Unknown> | undefined {
  return isObject(value) ? (value as { [OPEN]?: ReadonlyMap<string, Unknown> })[OPEN] : undefined;
}

/** As Handlebars: false, null, 0, "" and the empty list are not. */
export function truthy(value: Json): boolean {
  return Array.isArray(value) ? value.length > 0 : !!value;
}

/** A text that says no in YAML 1.1, or would if it were not quoted. */
export function isFalseWord(value: Json): value is string {
  return typeof value === 'string' && /^(?:no|off|false)$/i.test(value);
}

/** A word for what a value is, as messages say it. */
export function kindOf(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number') return 'a number';
  return typeof value === 'boolean' ? String(value) : 'a map';
}

/** A value as it is printed into text; null, lists and maps have no form of their own there. */
export function printed(value: Json): string | Misuse {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return JSON.stringify(value);
  if (value === null) {
    return new Misuse('the value is null', 'give it a value, or say what stands for it: {{ default x "" }}');
  }
  return new Misuse(
    `the value is ${kindOf(value)}`,
    'print it with {{ json x }}, or a list with {{ join x "," }}',
  );
}

/** An own field of a map, or an item of a list (`0`, `length`); never anything of a prototype. */
export function field(value: Json, key: string): Json | undefined {
  if (Array.isArray(value)) {
    if (key === 'length') return value.length;
    return /^(0|[1-9]\d*)$/.test(key) ? (value as readonly Json[])[Number(key)] : undefined;
  }
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}
