import { createHash } from 'node:crypto';

/** A short hash of a definition: equal for equal values. */
export function fingerprint(...parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}
