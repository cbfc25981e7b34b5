import { Command, type OptionValues } from 'commander';
import { type Answer, collect, parse, quiet, withHelp } from './command-line.ts';
import type { VaultFlags } from './commands/vault-passwords.ts';
import { vaultFlags, vaultOptions } from './vault-options.ts';

/** What `mama-play vault` was asked to do. What a verb does not know is empty. */
export interface VaultOptions {
  readonly verb: 'encrypt' | 'decrypt' | 'view' | 'edit' | 'create' | 'rekey' | 'encrypt-string';
  /** `-` is stdin. */
  readonly files: readonly string[];
  readonly flags: VaultFlags;
  /** `-` is stdout; null: in place. */
  readonly output: string | null;
  readonly encryptVaultId: string | null;
  readonly newVaultId: string | null;
  readonly newVaultPasswordFile: string | null;
  /** What encrypt-string is given on the command line. */
  readonly strings: readonly string[];
  readonly names: readonly string[];
  readonly stdinName: string | null;
  readonly prompt: boolean;
}

export type VaultInvocation = { readonly kind: 'vault'; readonly options: VaultOptions } | Answer;

interface VerbText {
  readonly usage: string;
  readonly description: string;
  options?(command: Command): Command;
}

const output = (command: Command) => command.option('--output <file>', 'write there; - is stdout');
const encryptId = (command: Command) =>
  command.option('--encrypt-vault-id <id>', 'which of several vault ids to encrypt with');

const VERBS: Readonly<Record<VaultOptions['verb'], VerbText>> = {
  encrypt: {
    usage: '[FILE…]',
    description: 'Encrypt files in place, or stdin to stdout.',
    options: (command) => encryptId(output(command)),
  },
  decrypt: {
    usage: '[FILE…]',
    description: 'Decrypt files in place, or stdin to stdout.',
    options: output,
  },
  view: { usage: 'FILE…', description: 'Print what is inside.' },
  edit: { usage: 'FILE…', description: 'Change what is inside with $VISUAL, $EDITOR or vi.' },
  create: { usage: 'FILE', description: 'Write a new vault with the editor.', options: encryptId },
  rekey: {
    usage: 'FILE…',
    description: 'Give vaults another password.',
    options: (command) =>
      encryptId(command)
        .option('--new-vault-id <id>', '[label@]file, script or prompt of the new password')
        .option('--new-vault-password-file <file>', 'holds, or prints, the new password'),
  },
  'encrypt-string': {
    usage: '[TEXT…]',
    description: 'Make encrypted values for YAML files: of what is asked for, of stdin, or of TEXT.',
    options: (command) =>
      encryptId(output(command))
        .option('-n, --name <name>', 'the variable (one per TEXT)', collect)
        .option('--stdin-name <name>', 'the variable for what is read from stdin')
        .option('-p, --prompt', 'ask for the text, without showing it'),
  },
};

export const VAULT_VERBS: readonly string[] = Object.keys(VERBS);

/** The words behind `mama-play vault`. */
export function readVault([first = '--help', ...rest]: readonly string[]): VaultInvocation {
  const verb = first === 'encrypt_string' ? 'encrypt-string' : first;
  if (Object.hasOwn(VERBS, verb)) return readVerb(verb as VaultOptions['verb'], rest);
  const command = vaultCommandLine();
  const wrong = (): VaultInvocation => {
    return {
      kind: 'wrong',
      message: `mama-play vault has no verb "${first}": ${Object.keys(VERBS).join(', ')}`,
    };
  };
  return first.startsWith('-') ? parse(command, [first], wrong, HELP) : wrong();
}

/** Of `mama-play vault` without a verb. */
export function vaultCommandLine(): Command {
  return withHelp(
    quiet(new Command('mama-play vault'))
      .usage('VERB [FILE…] [options]')
      .description('Make and change encrypted files and values, as ansible-vault does.'),
  );
}

const HELP = `
Verbs (mama-play vault VERB --help tells more):
${Object.entries(VERBS)
  .map(([verb, { description }]) => `  ${verb.padEnd(16)}${description}`)
  .join('\n')}
`;

function readVerb(verb: VaultOptions['verb'], argv: readonly string[]): VaultInvocation {
  const { usage, description, options = (command) => command } = VERBS[verb];
  const command = quiet(new Command(`mama-play vault ${verb}`))
    .usage(`${usage} [options]`)
    .description(description)
    .argument('[words...]');
  const whole = withHelp(vaultOptions(options(command)));
  return parse(whole, argv, () => invocation(verb, whole.args, whole.opts()));
}

function invocation(verb: VaultOptions['verb'], words: readonly string[], o: OptionValues): VaultInvocation {
  const strings = verb === 'encrypt-string' ? words : [];
  const pipes = verb === 'encrypt' || verb === 'decrypt';
  const files = verb === 'encrypt-string' ? [] : words.length === 0 && pipes ? ['-'] : words;
  const wrong = mistake(verb, files, o);
  if (wrong) return { kind: 'wrong', message: wrong };
  return {
    kind: 'vault',
    options: {
      verb,
      files,
      flags: vaultFlags(o),
      output: o['output'] ?? null,
      encryptVaultId: o['encryptVaultId'] ?? null,
      newVaultId: o['newVaultId'] ?? null,
      newVaultPasswordFile: o['newVaultPasswordFile'] ?? null,
      strings,
      names: o['name'] ?? [],
      stdinName: o['stdinName'] ?? null,
      prompt: o['prompt'] === true,
    },
  };
}

function mistake(verb: VaultOptions['verb'], files: readonly string[], o: OptionValues): string | null {
  if (verb !== 'encrypt-string' && files.length === 0) return `mama-play vault ${verb} needs a file`;
  if (verb === 'create' && files.length > 1) return 'mama-play vault create makes one file';
  if (['edit', 'create', 'rekey'].includes(verb) && files.includes('-'))
    return `mama-play vault ${verb} needs a file, not stdin`;
  if (o['output'] !== undefined && files.length > 1) return '--output goes with one file only';
  if (o['newVaultId'] !== undefined && o['newVaultPasswordFile'] !== undefined)
    return 'give one of --new-vault-id and --new-vault-password-file';
  return null;
}
