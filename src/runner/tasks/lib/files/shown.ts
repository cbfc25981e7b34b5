import type { Change, Delta } from '../../../contract/delta.ts';

/** A delta of many paths shows this many of them. */
export const SHOWN_PATHS = 100;

/** The first changes of many, and how many there are beyond. */
export function capped(changes: Readonly<Record<string, Change>>): Delta {
  const all = Object.entries(changes);
  if (all.length <= SHOWN_PATHS) return changes;
  const more = all.length - SHOWN_PATHS;
  return { ...Object.fromEntries(all.slice(0, SHOWN_PATHS)), '…': { from: null, to: `and ${more} more` } };
}
