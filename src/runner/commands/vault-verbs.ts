import { encryptVault } from '../language/vault.ts';
import { isVault } from '../language/vault-format.ts';
import type { Opened } from '../language/vaults.ts';
import type { Trouble, VaultDesk } from './vault.ts';
import { readInput, replaceFile } from './vault-files.ts';
import { encryptingKey, newKey } from './vault-keys.ts';
import { withVaults } from './vault-reading.ts';

/** What was read, before anything is written: one bad file leaves all of them as they are. */
interface Read<T> {
  readonly file: string;
  readonly content: T;
}

export async function encrypt(desk: VaultDesk): Promise<Trouble> {
  const read = await readAll<Uint8Array>(desk, async (file, bytes) => {
    const already = isVault(Buffer.from(bytes).toString('latin1', 0, 32));
    return already
      ? { file, message: 'it is encrypted already', hint: 'mama-play vault rekey gives it another password' }
      : bytes;
  });
  if (!Array.isArray(read)) return read;
  const key = await encryptingKey(desk);
  if ('message' in key) return key;
  return writeAll(desk, read, 'encrypted', (bytes) =>
    Buffer.from(encryptVault(bytes, key.password, key.label)),
  );
}

export async function decrypt(desk: VaultDesk): Promise<Trouble> {
  const read = await openAll(desk);
  return Array.isArray(read) ? writeAll(desk, read, 'decrypted', ({ bytes }) => bytes) : read;
}

export async function view(desk: VaultDesk): Promise<Trouble> {
  const read = await openAll(desk);
  if (!Array.isArray(read)) return read;
  for (const { file, content } of read) {
    const trouble = print(desk, content.bytes, file);
    if (trouble) return trouble;
  }
  return null;
}

export async function rekey(desk: VaultDesk): Promise<Trouble> {
  const read = await openAll(desk);
  if (!Array.isArray(read)) return read;
  const key = await newKey(desk);
  if ('message' in key) return key;
  return writeAll(desk, read, 'rekeyed', ({ bytes }) =>
    Buffer.from(encryptVault(bytes, key.password, key.label)),
  );
}

/** What one vault holds; a password is asked for where that is needed. */
export async function openVault(
  desk: VaultDesk,
  file: string,
  bytes: Uint8Array,
): Promise<Opened | NonNullable<Trouble>> {
  const text = Buffer.from(bytes).toString('latin1');
  const opened = await withVaults(desk.vaults, () => desk.vaults.openWith(text));
  if ('bytes' in opened) return opened;
  const { message, hint } = opened;
  return { file, message, ...(hint === undefined ? {} : { hint }) };
}

function openAll(desk: VaultDesk) {
  return readAll(desk, (file, bytes) => openVault(desk, file, bytes));
}

async function readAll<T extends object>(
  desk: VaultDesk,
  use: (file: string, bytes: Uint8Array) => Promise<T | NonNullable<Trouble>>,
): Promise<Read<T>[] | NonNullable<Trouble>> {
  const all: Read<T>[] = [];
  for (const file of desk.options.files) {
    const bytes = await readInput(desk.path(file), file, desk.terminal.input);
    if ('message' in bytes) return bytes;
    const content = await use(file, bytes);
    if ('message' in content) return content as NonNullable<Trouble>;
    all.push({ file, content: content as T });
  }
  return all;
}

/** In place, to `--output`, or to stdout what came from stdin. */
function writeAll<T>(
  desk: VaultDesk,
  all: readonly Read<T>[],
  done: string,
  make: (content: T) => Uint8Array,
): Trouble {
  for (const { file, content } of all) {
    const target = desk.options.output ?? file;
    const trouble =
      target === '-'
        ? print(desk, make(content), file)
        : replaceFile(desk.path(target), make(content), target);
    if (trouble) return trouble;
    if (target !== '-') desk.say(`${done} ${target}`);
  }
  return null;
}

function print({ terminal }: VaultDesk, bytes: Uint8Array, file: string): Trouble {
  const text = Buffer.from(bytes).toString('utf8');
  if (!Buffer.from(text).equals(bytes)) {
    return {
      file,
      message: 'what is inside is no text',
      hint: 'mama-play vault decrypt --output FILE writes it to a file',
    };
  }
  terminal.out(text);
  return null;
}
