import { type Command, InvalidArgumentError, Option, type OptionValues } from 'commander';
import { collect } from './command-line.ts';
import type { VaultFlags } from './commands/vault-passwords.ts';

/** Ansible's options for vault passwords. */
export function vaultOptions(command: Command): Command {
  return command
    .option('--vault-id <id>', '[label@]file, script or prompt (may be repeated)', vaultId)
    .option('--vault-password-file <file>', 'holds, or prints, the password', collect)
    .addOption(new Option('--vault-pass-file <file>').argParser(collect).hideHelp())
    .option('-J, --ask-vault-pass', 'ask for the password of vaults')
    .addOption(new Option('--ask-vault-password').hideHelp());
}

/** The label is written between semicolons into the vault. */
function vaultId(value: string, before: readonly string[] = []): string[] {
  if (/[;\s]/.test(value.slice(0, Math.max(0, value.indexOf('@')))))
    throw new InvalidArgumentError('A label holds no semicolon and no blank.');
  return collect(value, before);
}

export function vaultFlags(o: OptionValues): VaultFlags {
  return {
    ids: o['vaultId'] ?? [],
    passwordFiles: [...(o['vaultPasswordFile'] ?? []), ...(o['vaultPassFile'] ?? [])],
    ask: o['askVaultPass'] === true || o['askVaultPassword'] === true,
  };
}
