import { Command, type OptionValues } from 'commander';
import {
  type Answer,
  collect,
  collectInventories,
  count,
  oneOf,
  parse,
  quiet,
  withHelp,
} from './command-line.ts';
import type { VaultFlags } from './commands/vault-passwords.ts';
import { DEFAULT_FORKS, type LoginFlags, loginFlags, loginOptions } from './login-options.ts';
import { vaultFlags, vaultOptions } from './vault-options.ts';

/** What `mama-play exec` was asked to do. */
export interface ExecOptions extends LoginFlags {
  /** Which hosts. */
  readonly pattern: string;
  /** One word is shell code; several are a program and its arguments, taken as they are. */
  readonly words: readonly string[];
  readonly inventory: readonly string[];
  readonly limit: string | null;
  readonly extraVars: readonly string[];
  readonly forks: number;
  readonly output: 'plain' | 'json';
  readonly verbosity: number;
  readonly vault: VaultFlags;
}

export type ExecInvocation = { readonly kind: 'exec'; readonly options: ExecOptions } | Answer;

/** The words behind `mama-play exec`. */
export function readExec(argv: readonly string[]): ExecInvocation {
  const command = execCommandLine();
  return parse(command, argv, () => invocation(command.args, command.opts()), HELP);
}

export function execCommandLine(): Command {
  const command = quiet(new Command('mama-play exec'))
    .usage('PATTERN -i INVENTORY [options] -- COMMAND…')
    .description('Run one command on several hosts; what reads the same is told once.')
    .argument('[pattern]', 'which hosts: a group, a host, a:b, a:!b, web*, all')
    .argument('[command...]', 'one word: shell code; several: a program, its arguments')
    .option('-i, --inventory <path>', 'an inventory, or host,host, … (may be repeated)', collectInventories)
    .option('-l, --limit <pattern>', 'only these hosts')
    .option('-e, --extra-vars <vars>', 'k=v, a map, or @file; above all other variables', collect)
    .option('-f, --forks <n>', 'hosts worked on side by side', count, DEFAULT_FORKS)
    .option('-v, --verbose', 'output as it comes too', (_, before: number) => before + 1, 0)
    .option('--output <kind>', 'plain or json (default: plain)', oneOf('plain', 'json'));
  return withHelp(vaultOptions(loginOptions(command).optionsGroup('Secrets:')).optionsGroup('Help:'));
}

function invocation([pattern, ...words]: readonly string[], o: OptionValues): ExecInvocation {
  if (pattern === undefined || words.length === 0) {
    const what = pattern === undefined ? 'hosts were' : 'command was';
    return { kind: 'wrong', message: `no ${what} given: mama-play exec PATTERN -i INVENTORY -- COMMAND` };
  }
  if (words.every((word) => word.trim() === ''))
    return { kind: 'wrong', message: 'the command is empty: mama-play exec PATTERN -i INVENTORY -- COMMAND' };
  return {
    kind: 'exec',
    options: {
      pattern,
      words,
      inventory: o['inventory'] ?? [],
      limit: o['limit'] ?? null,
      extraVars: o['extraVars'] ?? [],
      forks: o['forks'],
      output: o['output'] ?? 'plain',
      verbosity: o['verbose'],
      vault: vaultFlags(o),
      ...loginFlags(o),
    },
  };
}

const HELP = `
Examples:
  mama-play exec all -i inventory/local.yaml -- uptime
  mama-play exec 'app:!app-3' -i inventory/prod.yaml -b -- 'df -h | tail -n +2'

Exit codes: as of plays (2: it failed on a host, 4: a host was unreachable).
`;
