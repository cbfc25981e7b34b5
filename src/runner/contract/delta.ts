import { type Json, type JsonObject, sameJson } from './json.ts';

/** One field that is not as declared. `from: null` means that it is absent on the host. */
export interface Change {
  readonly from: Json;
  readonly to: Json;
}

/** The universal change: what differs, field by field. Diff, check mode, JSON events and handlers read it. */
export type Delta = Readonly<Record<string, Change>>;

/**
 * Compare every field that `desired` names with `current`; fields of `current` that nobody declared do not count.
 * Returns null when nothing differs.
 */
export function compareFields(current: JsonObject, desired: JsonObject): Delta | null {
  const delta: Record<string, Change> = {};
  for (const [field, to] of Object.entries(desired)) {
    const from = current[field] ?? null;
    if (!sameJson(from, to)) delta[field] = { from, to };
  }
  return Object.keys(delta).length > 0 ? delta : null;
}
