import { Command, type OptionValues } from 'commander';
import { type Answer, collectInventories, oneOf, parse, quiet, withHelp } from './command-line.ts';
import type { VaultFlags } from './commands/vault-passwords.ts';
import { type LoginFlags, loginFlags, loginOptions } from './login-options.ts';
import { vaultFlags, vaultOptions } from './vault-options.ts';

/** Which hosts are asked for what mama-play keeps there, and how. */
export interface StateOptions extends LoginFlags {
  readonly inventory: readonly string[];
  readonly limit: string | null;
  readonly output: 'plain' | 'json';
  readonly vault: VaultFlags;
}

export interface DebtsOptions extends StateOptions {
  /** A handler that is to be owed no more, and why; null: they are shown. */
  readonly forgive: { readonly handler: string; readonly reason: string } | null;
}

export type StateInvocation =
  | { readonly kind: 'locks'; readonly options: StateOptions }
  | { readonly kind: 'debts'; readonly options: DebtsOptions }
  | Answer;

export function readLocks(argv: readonly string[]): StateInvocation {
  const command = locksCommandLine();
  return parse(command, argv, () => {
    const options = stateOptions('locks', command.opts());
    return 'kind' in options ? options : { kind: 'locks', options };
  });
}

export function readDebts(argv: readonly string[]): StateInvocation {
  const command = debtsCommandLine();
  return parse(command, argv, () => debts(command.opts()));
}

export function locksCommandLine(): Command {
  return shared(
    quiet(new Command('mama-play locks'))
      .usage('-i INVENTORY [options]')
      .description('Show which machines a run holds, and whose it is. Changes nothing and needs no lease.'),
  );
}

export function debtsCommandLine(): Command {
  return shared(
    quiet(new Command('mama-play debts'))
      .usage('-i INVENTORY [options] | --forgive HANDLER --reason TEXT -i INVENTORY')
      .description('Show the handlers that hosts are owed: notified, and not run. The next run pays them.')
      .option('--forgive <handler>', 'take it off; a log on the host says who did so, and why')
      .option('--reason <text>', 'with --forgive: why'),
  );
}

function shared(command: Command): Command {
  const chosen = command
    .option('-i, --inventory <path>', 'an inventory, or host,host, … (may be repeated)', collectInventories)
    .option('-l, --limit <pattern>', 'only these hosts')
    .option('--output <kind>', 'plain or json (default: plain)', oneOf('plain', 'json'));
  return withHelp(vaultOptions(loginOptions(chosen).optionsGroup('Secrets:')).optionsGroup('Help:'));
}

function stateOptions(name: string, o: OptionValues): StateOptions | Answer {
  if (!o['inventory'])
    return { kind: 'wrong', message: `no inventory was given: mama-play ${name} -i INVENTORY` };
  return {
    inventory: o['inventory'],
    limit: o['limit'] ?? null,
    output: o['output'] ?? 'plain',
    vault: vaultFlags(o),
    ...loginFlags(o),
  };
}

function debts(o: OptionValues): StateInvocation {
  const options = stateOptions('debts', o);
  if ('kind' in options) return options;
  const handler: string | undefined = o['forgive'];
  const reason = String(o['reason'] ?? '').trim();
  if (handler === undefined)
    return o['reason'] === undefined
      ? { kind: 'debts', options: { ...options, forgive: null } }
      : { kind: 'wrong', message: '--reason goes with --forgive only' };
  if (reason === '')
    return { kind: 'wrong', message: `why? mama-play debts --forgive "${handler}" --reason "…"` };
  return { kind: 'debts', options: { ...options, forgive: { handler, reason } } };
}
