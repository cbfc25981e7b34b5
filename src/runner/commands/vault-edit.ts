import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { encryptVault } from '../language/vault.ts';
import { edit as editText } from './editor.ts';
import type { Trouble, VaultDesk } from './vault.ts';
import { readInput, replaceFile } from './vault-files.ts';
import { encryptingKey, type VaultKey } from './vault-keys.ts';
import { openVault } from './vault-verbs.ts';

export async function edit(desk: VaultDesk): Promise<Trouble> {
  for (const file of desk.options.files) {
    const trouble = await editOne(desk, file);
    if (trouble) return trouble;
  }
  return null;
}

export async function create(desk: VaultDesk): Promise<Trouble> {
  const [file = ''] = desk.options.files;
  const path = desk.path(file);
  if (existsSync(path))
    return { file, message: 'it is there already', hint: 'mama-play vault edit changes it' };
  const folder = statSync(dirname(path), { throwIfNoEntry: false });
  if (!folder?.isDirectory()) return { file, message: 'there is no such directory' };
  const key = await encryptingKey(desk);
  if ('message' in key) return key;
  const text = await editText(Buffer.alloc(0), file, desk.terminal);
  if ('message' in text) return { file, ...text };
  if (text.length === 0) {
    desk.say(`nothing was written: ${file} was not made`);
    return null;
  }
  return seal(desk, file, text, key, file) ?? said(desk, `created ${file}`);
}

async function editOne(desk: VaultDesk, file: string): Promise<Trouble> {
  const before = await readInput(desk.path(file), file, desk.terminal.input);
  if ('message' in before) return before;
  const opened = await openVault(desk, file, before);
  if ('message' in opened) return opened;
  const text = await editText(opened.bytes, file, desk.terminal);
  if ('message' in text) return { file, ...text };
  if (Buffer.from(text).equals(opened.bytes)) return said(desk, `${file} is unchanged`);
  const password = opened.with.read();
  if (!(password instanceof Uint8Array)) return { file, message: 'its password is gone' };
  const key = { password, label: opened.label };
  const now = await readInput(desk.path(file), file, desk.terminal.input);
  if (!('message' in now) && Buffer.from(now).equals(before))
    return seal(desk, file, text, key, file) ?? said(desk, `changed ${file}`);
  const aside = `${file}.edited`;
  const hint = `your text is, encrypted, in ${aside}`;
  return seal(desk, file, text, key, aside) ?? { file, message: 'somebody else changed it meanwhile', hint };
}

function seal(desk: VaultDesk, file: string, text: Uint8Array, key: VaultKey, target: string): Trouble {
  const trouble = replaceFile(
    desk.path(target),
    Buffer.from(encryptVault(text, key.password, key.label)),
    target,
  );
  return trouble && { file, ...trouble };
}

function said(desk: VaultDesk, message: string): null {
  desk.say(message);
  return null;
}
