import type { Json } from '../contract/json.ts';
import type { Evaluated } from './model.ts';
import { openIn } from './values.ts';
import { MOST_ITEMS, TOO_LARGE } from './weight.ts';

/**
 * Plain data as CEL sees it: whole numbers are `int` (BigInt), other numbers `double`, maps are Maps (a plain object
 * with a key called "constructor" would be taken for a class). Whole numbers beyond 2^53 stay doubles.
 */
export function toCel(value: Json, meet: (unknown: Unknown) => never): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item) => toCel(item, meet));
  const map = new Map(Object.entries(value).map(([key, item]) => [key, toCel(item, meet)]));
  return leavingOpen(map, openIn(value), meet);
}

type Unknown = Extract<Evaluated, { readonly kind: 'unknown' }>;

/** Whoever asks for a field that is not known, or goes through them all, is told that. */
function leavingOpen(
  map: Map<string, unknown>,
  open: ReadonlyMap<string, Unknown> | undefined,
  meet: (unknown: Unknown) => never,
): Map<string, unknown> {
  if (!open) return map;
  const [first] = open.values();
  const has = (key: string) => Map.prototype.has.call(map, key);
  map.get = (key) => {
    const unknown = has(key) ? undefined : open.get(key);
    return unknown ? meet(unknown) : Map.prototype.get.call(map, key);
  };
  map.has = (key) => {
    const unknown = has(key) ? undefined : open.get(key);
    return unknown ? meet(unknown) : has(key);
  };
  map.entries = () => meet(first!);
  map.keys = () => meet(first!);
  map[Symbol.iterator] = () => meet(first!);
  return map;
}

/** Why a value can't leave an expression. */
export class NoJson {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

/** How many lists, maps and single values may still come. */
interface Room {
  left: number;
}

/** The way back. Bytes, times and types have no form in plain data. What stands in it twice is there twice. */
export function fromCel(value: unknown, room: Room = { left: MOST_ITEMS }): Json | NoJson {
  room.left -= 1;
  if (room.left < 0) return new NoJson(TOO_LARGE.message);
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return whole(value);
  if (typeof value === 'number') {
    return Number.isFinite(value) ? value : new NoJson('the result is not a finite number');
  }
  if (Array.isArray(value)) return list(value, room);
  if (value instanceof Map) return map([...value], room);
  if (value !== undefined && typeof value === 'object') {
    if (Object.getPrototypeOf(value) === Object.prototype) return map(Object.entries(value), room);
    const inner: unknown = value.valueOf();
    if (typeof inner === 'bigint') return whole(inner);
  }
  return new NoJson(
    'the result is neither text, number, true, false, list nor map; write string(…) around it',
  );
}

function whole(value: bigint): number | NoJson {
  const number = Number(value);
  return Number.isSafeInteger(number)
    ? number
    : new NoJson(`the number ${value} is too large; write it as text`);
}

function list(items: readonly unknown[], room: Room): Json | NoJson {
  const values: Json[] = [];
  for (const item of items) {
    const value = fromCel(item, room);
    if (value instanceof NoJson) return value;
    values.push(value);
  }
  return values;
}

function map(entries: readonly [unknown, unknown][], room: Room): Json | NoJson {
  const values: [string, Json][] = [];
  for (const [key, item] of entries) {
    const value = fromCel(item, room);
    if (value instanceof NoJson) return value;
    values.push([String(key), value]);
  }
  return Object.fromEntries(values);
}
