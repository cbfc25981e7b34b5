import { isObject, type Json } from '../contract/json.ts';

/** The helper can't do that with these values. */
export class Misuse {
  readonly message: string;
  readonly hint: string | undefined;
  constructor(message: string, hint?: string) {
    this.message = message;
    this.hint = hint;
  }
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
