import { randomBytes } from 'node:crypto';
import type { Vaults } from '../language/vaults.ts';

/**
 * The key under which a run's marks are made. With a vault it is made of the vault's password, and what is kept holds
 * nothing of it; without one it is random and kept beside the marks.
 */
export interface RunKey {
  readonly key: Uint8Array;
  /** Hex, for the file; null: it comes from the vault. */
  readonly kept: string | null;
}

export function newKey(vaults: Vaults): RunKey {
  const key = vaults.fingerprintKey();
  if (key) return { key, kept: null };
  const made = randomBytes(32);
  return { key: made, kept: made.toString('hex') };
}

/** null: it came from a vault, and none was opened now. */
export function sameKey(kept: string | null, vaults: Vaults): RunKey | null {
  if (kept !== null) return { key: Buffer.from(kept, 'hex'), kept };
  const key = vaults.fingerprintKey();
  return key && { key, kept };
}
