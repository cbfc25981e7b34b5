import { createHash } from 'node:crypto';
import type { Change, Delta } from '../contract/delta.ts';
import { type Json, sameJson } from '../contract/json.ts';

/** How long a value may be in a line for a person. */
const LONGEST = 40;

/**
 * What is not as the plan saw it: field by field, from what it saw to what is there now. Empty: nothing moved.
 * `found`: the change as it would be shown; `real`: as it is.
 */
export function movedSince(planned: Delta | null, found: Delta, real: Delta): Delta {
  const moved: Record<string, Change> = {};
  for (const [field, { from, to }] of Object.entries(found)) {
    const before = planned?.[field];
    // What the plan does not name was as declared.
    const saw = before ? before.from : to;
    if (!sameJson(saw, from) && !isHashOf(saw, real[field]?.from)) moved[field] = { from: saw, to: from };
  }
  for (const [field, { from, to }] of Object.entries(planned ?? {})) {
    if (!(field in found)) moved[field] = { from, to };
  }
  return moved;
}

/** Fields that are to become something else than the plan said. */
export function otherwiseDeclared(planned: Delta | null, found: Delta): string[] {
  return Object.entries(found).flatMap(([field, { to }]) => {
    const before = planned?.[field];
    return before && !sameJson(before.to, to) ? [field] : [];
  });
}

/** `mode from "0644" to "0600", content from 12 lines to 13 lines`: for one line. */
export function movedInWords(moved: Delta): string {
  return Object.entries(moved)
    .map(([field, { from, to }]) => {
      const [before, after] = [inWords(from), inWords(to)];
      return before === after ? `${field} (both ${after})` : `${field} from ${before} to ${after}`;
    })
    .join(', ');
}

/** Of a file that an earlier step was to write, a dry run may know only the hash. */
function isHashOf(saw: Json, now: Json | undefined): boolean {
  return typeof now === 'string' && saw === `sha256:${createHash('sha256').update(now).digest('hex')}`;
}

function inWords(value: Json): string {
  if (value === null) return 'absent';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  if (lines > 1) return `${lines} lines`;
  const line = JSON.stringify(value);
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
}
