import type { Change } from '../../../contract/delta.ts';
import { type Json, sameJson } from '../../../contract/json.ts';

/** A delta that may be empty. */
export type Changes = Readonly<Record<string, Change>>;

/** A change, or nothing where both are the same. Missing and null are the same. */
export function change(field: string, from: Json | undefined, to: Json | undefined): Changes {
  const [a, b] = [from ?? null, to ?? null];
  return sameJson(a, b) ? {} : { [field]: { from: a, to: b } };
}

/** Changes of a map's entries, one field each; `only`: entries that were not declared do not count. */
export function changesOfMap(
  field: string,
  from: Readonly<Record<string, Json>>,
  to: Readonly<Record<string, Json>>,
  only: 'declared' | 'all' = 'all',
): Changes {
  const keys =
    only === 'declared' ? Object.keys(to) : [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
  return Object.assign({}, ...keys.map((key) => change(`${field}.${key}`, from[key], to[key])));
}

export function merged(...changes: readonly Changes[]): Changes {
  return Object.assign({}, ...changes);
}
