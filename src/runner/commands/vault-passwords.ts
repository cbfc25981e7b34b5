import { spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { basename, join, parse, resolve } from 'node:path';
import { fault, type VaultFault } from '../language/vault-format.ts';
import type { VaultPassword } from '../language/vaults.ts';
import type { Terminal } from './terminal.ts';

/** `--vault-id`, `--vault-password-file`, `--ask-vault-pass`, as they were given. */
export interface VaultFlags {
  readonly ids: readonly string[];
  readonly passwordFiles: readonly string[];
  readonly ask: boolean;
}

export const NO_VAULT_FLAGS: VaultFlags = { ids: [], passwordFiles: [], ask: false };

/** Ours first: it is the more particular one. */
const VARIABLES = ['MAMA_PLAY_VAULT_PASSWORD_FILE', 'ANSIBLE_VAULT_PASSWORD_FILE'] as const;

type Place = Pick<Terminal, 'cwd' | 'home' | 'env' | 'askSecret'>;

/** The passwords of the command line and then those of the environment, none of them read yet. */
export function vaultPasswords(flags: VaultFlags, place: Place, isNew = false): VaultPassword[] {
  const files = VARIABLES.flatMap((name) => place.env[name] || []);
  return [
    ...flags.ids.map((id) => identified(id, place, isNew)),
    ...flags.passwordFiles.map((path) => filePassword(path, null, place)),
    ...(flags.ask ? [promptedPassword(null, place, isNew)] : []),
    ...files.map((path) => filePassword(path, null, place)),
  ];
}

/** `label@source` or `source`; a source is a file, a script, or the word `prompt`. */
export function identified(id: string, place: Place, isNew = false): VaultPassword {
  const at = id.indexOf('@');
  const label = at > 0 ? id.slice(0, at) : null;
  const source = id.slice(at + 1);
  return source === 'prompt' ? promptedPassword(label, place, isNew) : filePassword(source, label, place);
}

// A password is bytes: as latin1 each of them is one character.

/** What the file holds without the white space around it; of an executable file, what it prints. */
export function filePassword(path: string, label: string | null, { cwd, home }: Place): VaultPassword {
  const full = resolve(cwd, path.startsWith('~/') ? join(home, path.slice(2)) : path);
  let known: Uint8Array | VaultFault | undefined;
  return {
    label,
    from: `the vault password file ${path}`,
    read() {
      known ??= readPassword(full, path, label);
      return known;
    },
  };
}

function readPassword(full: string, path: string, label: string | null): Uint8Array | VaultFault {
  const stat = statSync(full, { throwIfNoEntry: false });
  if (!stat) return fault('vault-password', `there is no vault password file ${path}`);
  if (stat.isDirectory()) return fault('vault-password', `the vault password file ${path} is a directory`);
  const text = readText(full, path);
  const said = typeof text === 'string' && isExecutable(full) ? runScript(full, path, label, text) : text;
  if (typeof said !== 'string') return said;
  return said === ''
    ? fault('vault-password', `the vault password file ${path} gives an empty password`)
    : Buffer.from(said, 'latin1');
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function readText(full: string, path: string): string | VaultFault {
  try {
    return readFileSync(full, 'latin1').replace(/^[ \t-\r]+|[ \t-\r]+$/g, '');
  } catch (error) {
    return fault('vault-password', `the vault password file ${path} can't be read (${codeOf(error)})`);
  }
}

/** Its stderr and stdin are ours, so that it may ask. One whose name ends in `-client` is told the vault id, as by Ansible. */
function runScript(full: string, path: string, label: string | null, text: string): string | VaultFault {
  // A shell would be tried on anything else, and would print the password as a command that it can't find.
  if (!text.startsWith('#!') && !text.includes('\0')) return noScript(path, 'has no #! line');
  const isClient = parse(basename(full)).name.endsWith('-client');
  const words = isClient && label !== null ? ['--vault-id', label] : [];
  const ran = spawnSync(full, words, { stdio: ['inherit', 'pipe', 'inherit'], encoding: 'latin1' });
  if (ran.error) return noScript(path, codeOf(ran.error));
  if (ran.status === 0) return ran.stdout.replace(/^[\r\n]+|[\r\n]+$/g, '');
  const end = ran.status === null ? `was ended by ${ran.signal}` : `ended with ${ran.status}`;
  return fault('vault-password', `the vault password script ${path} ${end}`);
}

function noScript(path: string, why: string): VaultFault {
  const hint = 'if it holds the password itself, it must not be executable: chmod a-x';
  return fault('vault-password', `the vault password script ${path} can't be run (${why})`, hint);
}

/** Asked at most once; a new one twice. */
export function promptedPassword(label: string | null, { askSecret }: Place, isNew = false): VaultPassword {
  const name = label ?? 'default';
  let known: Uint8Array | VaultFault | 'later' = 'later';
  return {
    label,
    from: label === null ? 'the password that was typed' : `the password that was typed for ${label}`,
    read: () => known,
    async ask() {
      const password = await askSecret(
        isNew ? `New vault password (${name}): ` : `Vault password (${name}): `,
      );
      known = password === null ? NOBODY : Buffer.from(password.trim());
      if (known instanceof Uint8Array && known.length === 0)
        known = fault('vault-password', 'an empty vault password opens nothing');
      if (!isNew || !(known instanceof Uint8Array)) return;
      const again = await askSecret(`Confirm new vault password (${name}): `);
      if (again?.trim() !== password?.trim())
        known = fault('vault-password', 'the two passwords are not the same');
    },
  };
}

const NOBODY = fault(
  'vault-password',
  'the vault password is to be asked for, but nobody answers',
  'run it where stdin is a terminal, or give the password with --vault-password-file FILE',
);

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown reason';
}
