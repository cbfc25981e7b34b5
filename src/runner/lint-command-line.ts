import { Command, type OptionValues } from 'commander';
import { type Answer, collect, collectInventories, oneOf, parse, quiet, withHelp } from './command-line.ts';
import type { VaultFlags } from './commands/vault-passwords.ts';
import { vaultFlags, vaultOptions } from './vault-options.ts';

/** What `mama-play lint` was asked to look at. */
export interface LintOptions {
  /** Playbooks, and directories of them. */
  readonly paths: readonly string[];
  /** None: what hangs on hosts is left out. */
  readonly inventory: readonly string[];
  readonly limit: string | null;
  readonly extraVars: readonly string[];
  readonly output: 'plain' | 'json';
  /** A file for SARIF; null: none. */
  readonly sarif: string | null;
  readonly vault: VaultFlags;
}

export type LintInvocation = { readonly kind: 'lint'; readonly options: LintOptions } | Answer;

/** The words behind `mama-play lint`. */
export function readLint(argv: readonly string[]): LintInvocation {
  const command = lintCommandLine();
  return parse(command, argv, () => invocation(command.args, command.opts()));
}

export function lintCommandLine(): Command {
  const command = quiet(new Command('mama-play lint'))
    .usage('PLAYBOOK… [-i INVENTORY] [options]')
    .description('Find what is wrong with playbooks, without a connection. Exits 1 on an error.')
    .argument('[playbooks...]', 'playbooks, and directories of them')
    .option('-i, --inventory <path>', 'check for its hosts too (may be repeated)', collectInventories)
    .option('-l, --limit <pattern>', 'with -i: only for these hosts')
    .option('-e, --extra-vars <vars>', 'with -i: k=v, a map, or @file', collect)
    .option('--output <kind>', 'plain or json (default: plain)', oneOf('plain', 'json'))
    .option('--sarif <file>', 'write SARIF 2.1.0 too, for code hosts');
  return withHelp(vaultOptions(command));
}

function invocation(paths: readonly string[], o: OptionValues): LintInvocation {
  if (paths.length === 0) return { kind: 'wrong', message: 'no playbook was given: mama-play lint PLAYBOOK' };
  const inventory = o['inventory'] ?? [];
  const alone = inventory.length === 0 && (o['limit'] ? '--limit' : o['extraVars'] ? '--extra-vars' : null);
  if (alone) return { kind: 'wrong', message: `${alone} goes with an inventory (-i) only` };
  return {
    kind: 'lint',
    options: {
      paths,
      inventory,
      limit: o['limit'] ?? null,
      extraVars: o['extraVars'] ?? [],
      output: o['output'] ?? 'plain',
      sarif: o['sarif'] ?? null,
      vault: vaultFlags(o),
    },
  };
}
