import { isObject, type Json, type JsonObject } from '../contract/json.ts';
import { didYouMean } from './suggest.ts';
import { kindOf } from './values.ts';

/**
 * Why `key` can't be read from `value`, which the text calls `path`. The result of a task that was skipped has
 * nothing but `changed`, `failed` and `skipped` (DESIGN section 10), and that is then the reason.
 */
export function explainMissing(value: Json, key: string, path: string): { message: string; hint?: string } {
  const said = path === '' || path === 'this' ? 'it' : `"${path}"`;
  if (isObject(value)) {
    if (value.skipped === true && value.changed === false) {
      const message = `${said} has no "${key}": its task was skipped`;
      return { message, hint: `ask for ${path}.skipped first` };
    }
    const keys = Object.keys(value);
    const near = didYouMean(key, keys);
    const listed = keys.length > 0 && keys.length <= 12 ? `it has: ${keys.join(', ')}` : undefined;
    const hint = reason(value, key) ?? near ?? listed;
    return { message: `${said} has no "${key}"`, ...(hint === undefined ? {} : { hint }) };
  }
  if (Array.isArray(value) && /^-?\d+$/.test(key)) {
    const size = value.length === 1 ? '1 item' : `${value.length} items`;
    return { message: `${said} has only ${size}, counted from 0: there is no ${key}` };
  }
  return { message: `${said} is ${kindOf(value)} and has no "${key}"` };
}

/** The message of a result that names what it has not. */
function reason({ msg }: JsonObject, key: string): string | undefined {
  return typeof msg === 'string' && msg.split(/\W+/).includes(key) ? msg : undefined;
}
