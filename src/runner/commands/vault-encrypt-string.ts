import { encryptVault } from '../language/vault.ts';
import type { Trouble, VaultDesk } from './vault.ts';
import { replaceFile } from './vault-files.ts';
import { encryptingKey } from './vault-keys.ts';

interface Plain {
  readonly name: string | null;
  readonly text: Uint8Array;
}

/** Columns before the lines of a vault, as ansible-vault writes them. */
const INDENT = 10;

/** Texts as YAML values, to be put into a file of variables. */
export async function encryptStrings(desk: VaultDesk): Promise<Trouble> {
  const plain = await gather(desk);
  if ('message' in plain) return plain;
  const empty = plain.find(({ text }) => text.length === 0);
  if (empty) return { message: 'there is nothing to encrypt: the text is empty' };
  const key = await encryptingKey(desk);
  if ('message' in key) return key;
  const values = plain.map(({ name, text }) => asYaml(name, encryptVault(text, key.password, key.label)));
  const { output } = desk.options;
  if (output !== null && output !== '-')
    return replaceFile(desk.path(output), Buffer.from(values.join('')), output);
  desk.terminal.out(values.join(''));
  return null;
}

async function gather(desk: VaultDesk): Promise<Plain[] | NonNullable<Trouble>> {
  const { strings, names, stdinName, prompt } = desk.options;
  const words = strings.filter((word) => word !== '-');
  const wantsStdin = strings.includes('-') || stdinName !== null;
  if (words.length > 0) {
    desk.say(
      "a text on the command line can be seen in the list of processes and in the shell's history: --prompt hides it",
    );
  }
  const plain = words.map((word, i): Plain => ({ name: names[i] ?? null, text: Buffer.from(word) }));
  if (prompt || (words.length === 0 && !wantsStdin && desk.terminal.hasKeyboard)) {
    const answer = await desk.terminal.askSecret('Text to encrypt: ');
    if (answer === null)
      return { message: 'the text is to be asked for, but there is no terminal to ask on' };
    plain.push({ name: names[words.length] ?? null, text: Buffer.from(answer) });
  } else if (wantsStdin || words.length === 0) {
    const text = await desk.terminal.input();
    if (text.at(-1) === 10)
      desk.say('the text ends with a line break, which is encrypted too (printf %s leaves it out)');
    plain.push({ name: stdinName ?? names[words.length] ?? null, text });
  }
  return plain;
}

function asYaml(name: string | null, vault: string): string {
  const head = `${name === null ? '' : `${name}: `}!vault |`;
  const lines = vault
    .trimEnd()
    .split('\n')
    .map((line) => `${' '.repeat(INDENT)}${line}`);
  return `${[head, ...lines].join('\n')}\n`;
}
