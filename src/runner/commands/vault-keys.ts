import type { VaultPassword } from '../language/vaults.ts';
import type { Trouble, VaultDesk } from './vault.ts';
import { filePassword, identified, promptedPassword } from './vault-passwords.ts';

/** What to encrypt with; `label`: the vault id that is written into the vault. */
export interface VaultKey {
  readonly password: Uint8Array;
  readonly label: string | null;
}

/** The one password that was given, or the one that `--encrypt-vault-id` names. */
export async function encryptingKey(desk: VaultDesk): Promise<VaultKey | NonNullable<Trouble>> {
  const id = desk.options.encryptVaultId;
  const given = desk.passwords.filter(({ label }) => id === null || (label ?? 'default') === id);
  const labels = [...new Set(desk.passwords.map(({ label }) => label ?? 'default'))];
  if (!given[0])
    return {
      message: `no vault password was given for the id "${id}"`,
      hint: `there is: ${labels.join(', ')}`,
    };
  if (id === null && labels.length > 1) {
    const hint = `choose with --encrypt-vault-id: ${labels.join(', ')}`;
    return { message: 'several vault passwords were given', hint };
  }
  return keyOf(given[0]);
}

/** `--new-vault-id`, `--new-vault-password-file`, or asked for. */
export async function newKey({ options, terminal }: VaultDesk): Promise<VaultKey | NonNullable<Trouble>> {
  const { newVaultId, newVaultPasswordFile, encryptVaultId } = options;
  const password = newVaultId
    ? identified(newVaultId, terminal, true)
    : newVaultPasswordFile
      ? filePassword(newVaultPasswordFile, null, terminal)
      : promptedPassword(null, terminal, true);
  const key = await keyOf(password);
  return 'message' in key || encryptVaultId === null ? key : { ...key, label: encryptVaultId };
}

async function keyOf(password: VaultPassword): Promise<VaultKey | NonNullable<Trouble>> {
  if (password.read() === 'later') await password.ask?.();
  const bytes = password.read();
  if (bytes instanceof Uint8Array) return { password: bytes, label: password.label };
  return bytes === 'later' ? { message: `${password.from} was not given` } : bytes;
}
