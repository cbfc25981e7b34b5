import { resolve } from 'node:path';
import { type VaultPassword, Vaults } from '../language/vaults.ts';
import type { VaultOptions } from '../vault-command-line.ts';
import type { Terminal } from './terminal.ts';
import { create, edit } from './vault-edit.ts';
import { encryptStrings } from './vault-encrypt-string.ts';
import { promptedPassword, vaultPasswords } from './vault-passwords.ts';
import { decrypt, encrypt, rekey, view } from './vault-verbs.ts';

/** What a verb came to: null is well. `file`: the one that it was about. */
export type Trouble = { readonly file?: string; readonly message: string; readonly hint?: string } | null;

/** What the verbs share. */
export interface VaultDesk {
  readonly terminal: Terminal;
  readonly options: VaultOptions;
  /** Opens what is encrypted. */
  readonly vaults: Vaults;
  /** What may be encrypted with, best first. */
  readonly passwords: readonly VaultPassword[];
  path(file: string): string;
  /** Tells the person what was done; stdout is for texts. */
  say(message: string): void;
}

type Verb = (desk: VaultDesk) => Promise<Trouble>;

const VERBS: Readonly<Record<VaultOptions['verb'], Verb>> = {
  encrypt,
  decrypt,
  view,
  edit,
  create,
  rekey,
  'encrypt-string': encryptStrings,
};

/** `mama-play vault …`: resolves to the exit code. */
export async function runVault(options: VaultOptions, terminal: Terminal): Promise<number> {
  const trouble = await VERBS[options.verb](desk(options, terminal));
  if (!trouble) return 0;
  const { file, message, hint } = trouble;
  terminal.err(`mama-play: ${file === undefined ? '' : `${file}: `}${message}\n${hint ? `  ${hint}\n` : ''}`);
  return 1;
}

function desk(options: VaultOptions, terminal: Terminal): VaultDesk {
  const isNew = ['encrypt', 'create', 'encrypt-string'].includes(options.verb);
  const given = vaultPasswords(options.flags, terminal, isNew);
  // Without any, a person is asked, as by ansible-vault.
  const passwords = given.length > 0 ? given : [promptedPassword(null, terminal, isNew)];
  return {
    terminal,
    options,
    vaults: new Vaults(passwords, { add: () => {}, addInside: () => {} }),
    passwords,
    path: (file) => resolve(terminal.cwd, file),
    say: (message) => terminal.err(`${message}\n`),
  };
}
