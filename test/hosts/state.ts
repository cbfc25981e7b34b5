import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** Where the login key and the host keys are kept: git-ignored, for the owner only. */
export const STATE = join(import.meta.dirname, '.state');
export const KEY = join(STATE, 'id_ed25519');
export const KNOWN_HOSTS = join(STATE, 'known_hosts');
/** What images are built from, as `docker save` writes it, for hosts that have no engine yet to give it to. */
export const BASE_ARCHIVE = join(STATE, 'base.tar');

export function makeState(): void {
  mkdirSync(STATE, { recursive: true, mode: 0o700 });
  chmodSync(STATE, 0o700);
}
