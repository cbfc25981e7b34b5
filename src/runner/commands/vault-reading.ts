import type { Vaults } from '../language/vaults.ts';

/** Reads what may hold vaults; where a password must be asked for first, it is, and all is read again. */
export async function withVaults<T>(vaults: Vaults, read: () => T): Promise<T> {
  for (;;) {
    const value = read();
    const [first] = vaults.pending;
    if (!first?.ask) return value;
    await first.ask();
    vaults.pending.clear();
  }
}
