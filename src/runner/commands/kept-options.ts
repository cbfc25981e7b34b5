import type { PlayOptions } from '../cli.ts';
import type { Secrets } from '../contract/secret.ts';
import type { LoginFlags } from '../login-options.ts';
import type { VaultFlags } from './vault-passwords.ts';

/** What a command that takes up an earlier one may say anew; what it leaves out is as it was. */
export interface Anew extends LoginFlags {
  readonly extraVars: readonly string[];
  readonly forks: number | null;
  readonly yes: boolean;
  readonly vault: VaultFlags;
  readonly diff: boolean;
  readonly output: PlayOptions['output'];
  readonly junit: string | null;
  readonly report: string | null;
  readonly verbosity: number;
}

/** What is shown of a run, and agreed to in it, is of that run only. */
const ONCE = [
  'diff',
  'output',
  'verbosity',
  'junit',
  'report',
  'list',
  'syntaxCheck',
  'detailedExitcode',
  'yes',
] as const;

/** Options of a run as they are kept. `-e` is left out where it holds a secret. */
export type KeptOptions = Omit<PlayOptions, 'extraVars' | (typeof ONCE)[number]> & {
  readonly extraVars: readonly string[] | null;
};

export function keptOptions(options: PlayOptions, secrets: Secrets): KeptOptions {
  const kept = Object.entries(options).filter(([name]) => !(ONCE as readonly string[]).includes(name));
  const isOpen = options.extraVars.every((text) => !secrets.isIn(text));
  return {
    ...(Object.fromEntries(kept) as unknown as KeptOptions),
    extraVars: isOpen ? options.extraVars : null,
  };
}

/** null: `-e` held a secret, and has to be given again. */
export function optionsAgain(kept: KeptOptions, anew: Anew, check: boolean): PlayOptions | null {
  const extraVars = anew.extraVars.length > 0 ? anew.extraVars : kept.extraVars;
  if (!extraVars) return null;
  const { vault } = anew;
  const hasVault = vault.ids.length + vault.passwordFiles.length > 0 || vault.ask;
  return {
    ...kept,
    user: anew.user ?? kept.user,
    privateKey: anew.privateKey ?? kept.privateKey,
    connection: anew.connection ?? kept.connection,
    sshArgs: anew.sshArgs ?? kept.sshArgs,
    timeout: anew.timeout ?? kept.timeout,
    become: anew.become || kept.become,
    becomeUser: anew.becomeUser ?? kept.becomeUser,
    askPass: anew.askPass || kept.askPass,
    askBecomePass: anew.askBecomePass || kept.askBecomePass,
    forks: anew.forks ?? kept.forks,
    vault: hasVault ? vault : kept.vault,
    yes: anew.yes,
    diff: anew.diff,
    extraVars,
    check,
    detailedExitcode: false,
    list: null,
    syntaxCheck: false,
    output: anew.output,
    junit: anew.junit,
    report: anew.report,
    verbosity: anew.verbosity,
  };
}
