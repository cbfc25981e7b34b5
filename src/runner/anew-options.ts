import type { Command, OptionValues } from 'commander';
import { collect, count, oneOf } from './command-line.ts';
import type { Anew } from './commands/kept-options.ts';
import { loginFlags, loginOptions } from './login-options.ts';
import { vaultFlags, vaultOptions } from './vault-options.ts';

/** Options of a command that takes up an earlier one. */
export function anewOptions(command: Command): Command {
  command
    .option('-e, --extra-vars <vars>', 'the same again, where they hold a secret', collect)
    .option('-f, --forks <n>', 'hosts worked on side by side', count)
    .option('--yes', 'go on at every prompt of a pause, without asking');
  return vaultOptions(loginOptions(command).optionsGroup('Secrets:'))
    .optionsGroup('What to show:')
    .option('-D, --diff', 'what differs')
    .option('-v, --verbose', 'more; -vv and -vvv still more', (_, before: number) => before + 1, 0)
    .option('--output <kind>', 'tty, plain or json (default: tty or plain)', oneOf('tty', 'plain', 'json'))
    .option('--junit <file>', 'write the results as JUnit XML too')
    .option('--report <file>', 'write them as a page for a browser too (HTML)');
}

export function anewFlags(o: OptionValues): Anew {
  return {
    extraVars: o['extraVars'] ?? [],
    forks: o['forks'] ?? null,
    yes: o['yes'] === true,
    diff: o['diff'] === true,
    output: o['output'] ?? null,
    junit: o['junit'] ?? null,
    report: o['report'] ?? null,
    verbosity: o['verbose'],
    vault: vaultFlags(o),
    ...loginFlags(o),
  };
}
