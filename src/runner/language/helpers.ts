import { stringify } from 'yaml';
import { isObject, type Json, sameJson } from '../contract/json.ts';
import { quote } from '../contract/script.ts';
import { type Argument, eager, type Helper, lazy, text } from './helper.ts';
import { field, isFalseWord, kindOf, Misuse, printed, truthy } from './values.ts';
import { LARGEST, TOO_LARGE } from './weight.ts';

const TOO_LONG = new Misuse(TOO_LARGE.message, TOO_LARGE.hint);

/** Every helper, by name; `mama-play doc` reads this table too. */
export const HELPERS: ReadonlyMap<string, Helper> = new Map(
  [
    lazy(
      'default',
      'default value fallback',
      2,
      2,
      'The value, or the fallback where it is undefined or null.',
      {
        maybe: true,
        run: ([value, fallback]) => value!.peek() ?? fallback!.get(),
      },
    ),
    lazy('defined', 'defined value', 1, 1, 'True if there is such a variable or field.', {
      maybe: true,
      run: ([value]) => value!.peek() !== undefined,
    }),
    lazy(
      'and',
      'and a b …',
      2,
      32,
      'True if all are true; the rest is not looked at behind the first that is not.',
      {
        run: (args) => decided(args, false) ?? true,
      },
    ),
    lazy('or', 'or a b …', 2, 32, 'True if one is true; the rest is not looked at behind it.', {
      run: (args) => decided(args, true) ?? false,
    }),
    eager('not', 'not a', 1, 1, 'True if the value is false, null, 0, "" or an empty list.', ([a]) =>
      isFalseWord(a!) ? noWord(a) : !truthy(a!),
    ),
    eager(
      'eq',
      'eq a b',
      2,
      2,
      'True if both are the same; lists and maps are compared as a whole.',
      ([a, b]) => sameJson(a, b),
    ),
    eager('ne', 'ne a b', 2, 2, 'True if they differ.', ([a, b]) => !sameJson(a, b)),
    eager('lt', 'lt a b', 2, 2, 'True if a is less than b (two numbers, or two texts).', ([a, b]) =>
      ordered('lt', a!, b!, (order) => order < 0),
    ),
    eager('gt', 'gt a b', 2, 2, 'True if a is greater than b (two numbers, or two texts).', ([a, b]) =>
      ordered('gt', a!, b!, (order) => order > 0),
    ),
    eager(
      'in',
      'in item list',
      2,
      2,
      'True if the list has the item, the map the key, or the text the part.',
      ([item, all]) => {
        if (Array.isArray(all)) return all.some((other) => sameJson(item, other));
        if (isObject(all)) return typeof item === 'string' && Object.hasOwn(all, item);
        return typeof all === 'string' && typeof item === 'string'
          ? all.includes(item)
          : new Misuse(`"in" looks into a list, a map or text, not ${kindOf(all!)}`);
      },
    ),
    eager('length', 'length value', 1, 1, 'How many items, entries or characters it has.', ([value]) => {
      if (typeof value === 'string') return [...value].length;
      if (Array.isArray(value)) return value.length;
      return isObject(value)
        ? Object.keys(value).length
        : new Misuse(`"length" takes a list, a map or text, not ${kindOf(value!)}`);
    }),
    eager(
      'lookup',
      'lookup value key',
      2,
      2,
      'The field or item whose name or index is in a variable.',
      ([value, key]) => {
        const found = field(value!, String(key));
        return found === undefined
          ? new Misuse(
              `there is no ${JSON.stringify(key)} in it`,
              'ask first, or use {{ default a.b x }}',
              'undefined-field',
            )
          : found;
      },
    ),
    eager(
      'json',
      'json value [indent=2]',
      1,
      1,
      'The value as JSON.',
      ([value], { indent }) => JSON.stringify(value, null, typeof indent === 'number' ? indent : 0),
      ['indent'],
    ),
    eager('yaml', 'yaml value', 1, 1, 'The value as YAML, without a line break at its end.', ([value]) =>
      stringify(value, { lineWidth: 0 }).replace(/\n$/, ''),
    ),
    eager(
      'join',
      'join list separator',
      1,
      2,
      'The items one after the other, with the separator between them.',
      ([list, separator]) => {
        if (!Array.isArray(list)) return new Misuse(`"join" takes a list, not ${kindOf(list!)}`);
        const items = list.map(printed);
        return items.find((item) => item instanceof Misuse) ?? items.join(String(separator ?? ','));
      },
    ),
    text(
      'split',
      'split text separator',
      2,
      2,
      'A list of the parts between the separators.',
      ([value, separator]) => value!.split(separator!),
    ),
    eager('concat', 'concat a b …', 1, 32, 'Everything one after the other, as one text.', (args) => {
      const items = args.map(printed);
      return items.find((item) => item instanceof Misuse) ?? items.join('');
    }),
    text('upper', 'upper text', 1, 1, 'In capitals.', ([value]) => value!.toUpperCase()),
    text('lower', 'lower text', 1, 1, 'In small letters.', ([value]) => value!.toLowerCase()),
    text('trim', 'trim text', 1, 1, 'Without white space at both ends.', ([value]) => value!.trim()),
    text(
      'replace',
      'replace text old new',
      3,
      3,
      'Every occurrence of the old text replaced by the new.',
      ([value, from, to]) => {
        if (from === '') return value!;
        const parts = value!.split(from!);
        const length = value!.length + (parts.length - 1) * (to!.length - from!.length);
        return length > LARGEST ? TOO_LONG : parts.join(to!);
      },
    ),
    eager(
      'indent',
      'indent text spaces',
      2,
      2,
      'Every line but the first moved right by so many spaces.',
      ([value, spaces]) => {
        const body = printed(value!);
        if (body instanceof Misuse) return body;
        if (typeof spaces !== 'number' || !(spaces >= 0 && spaces <= 200)) {
          return new Misuse('"indent" takes a number of spaces from 0 to 200');
        }
        const breaks = body.split('\n').length - 1;
        if (body.length + breaks * spaces > LARGEST) return TOO_LONG;
        return body.replace(/\n(?=[^\n])/g, `\n${' '.repeat(spaces)}`);
      },
    ),
    text(
      'quote',
      'quote text',
      1,
      1,
      'As one word for a POSIX shell, in single quotes where it needs them.',
      ([value]) =>
        value!.includes('\0') ? new Misuse('a shell word cannot hold a NUL character') : quote(value!),
    ),
    text('base64', 'base64 text', 1, 1, 'Its UTF-8 bytes in base64.', ([value]) =>
      Buffer.from(value!, 'utf8').toString('base64'),
    ),
    text('xml', 'xml text', 1, 1, 'Escaped for XML or HTML: & < > " and \'.', ([value]) =>
      value!.replace(/[&<>"']/g, (char) => `&${XML[char]};`),
    ),
  ].map((helper) => [helper.name, helper]),
);

const XML: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": '#39' };

/** The first of the arguments that is so, and so decides; undefined: none. */
function decided(args: readonly Argument[], verdict: boolean): boolean | Misuse | undefined {
  for (const arg of args) {
    const value = arg.get();
    if (isFalseWord(value)) return noWord(value);
    if (truthy(value) === verdict) return verdict;
  }
  return undefined;
}

function noWord(text: string): Misuse {
  return new Misuse(
    `a value is the text "${text}", and every text but "" counts as true`,
    'write false without quotes where it is set (no and off are texts in YAML), or compare it with (eq x "…")',
  );
}

function ordered(name: string, a: Json, b: Json, verdict: (order: number) => boolean): boolean | Misuse {
  if (typeof a === 'number' && typeof b === 'number') return verdict(a - b);
  if (typeof a === 'string' && typeof b === 'string') return verdict(a < b ? -1 : a > b ? 1 : 0);
  return new Misuse(`"${name}" compares two numbers or two texts, not ${kindOf(a)} and ${kindOf(b)}`);
}
