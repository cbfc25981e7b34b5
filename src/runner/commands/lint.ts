import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Diagnostic, formatPosition, isError } from '../contract/diagnostic.ts';
import { maskDiagnostic } from '../contract/mask-event.ts';
import { Secrets } from '../contract/secret.ts';
import { loadPlaybook } from '../language/playbook.ts';
import { Vaults } from '../language/vaults.ts';
import type { LintOptions } from '../lint-command-line.ts';
import { DEFAULT_FORKS, loginFlags } from '../login-options.ts';
import { formatDiagnostic } from '../report/diagnostic.ts';
import { paintFor } from '../report/paint.ts';
import { sarif } from '../report/sarif.ts';
import { amount } from '../report/text.ts';
import { taskTypes } from '../tasks/index.generated.ts';
import { fileAccess } from './files.ts';
import { playbooksIn } from './lint-files.ts';
import { connectionFlags, targetsOf } from './play.ts';
import { playbookTroubles } from './playbook-paths.ts';
import { readInventory, readProject } from './project.ts';
import { withoutSecrets } from './secrecy.ts';
import type { Terminal } from './terminal.ts';
import { told as inOrder } from './told.ts';
import { vaultPasswords } from './vault-passwords.ts';
import { withVaults } from './vault-reading.ts';

const NO_HOSTS = 'without an inventory (-i), what hangs on hosts and their variables is not checked';

type Files = ReturnType<typeof fileAccess>;

/** `mama-play lint PLAYBOOK… [-i INVENTORY]`: resolves to the exit code. */
export async function runLint(options: LintOptions, terminal: Terminal, version: string): Promise<number> {
  const secrets: Secrets = new Secrets(() => vaults.fingerprintKey());
  const vaults = new Vaults(vaultPasswords(options.vault, terminal), secrets);
  try {
    const files = fileAccess(terminal.cwd, terminal.home, vaults);
    const { playbooks, troubles } = choose(options, terminal.cwd);
    const read = () => checkAll(playbooks, options, files, terminal, version);
    const found = inOrder([...troubles, ...(await withVaults(vaults, read))], files, terminal.cwd);
    const told = found.map((diagnostic) => maskDiagnostic(diagnostic, secrets));
    tell(told, playbooks.length, options, terminal);
    const unwritten =
      options.sarif === null ? null : write(options.sarif, sarif(told, version), terminal.cwd);
    if (unwritten !== null) terminal.err(`error: ${options.sarif} can't be written: ${unwritten}\n`);
    return told.some(isError) || unwritten !== null ? 1 : 0;
  } catch (error) {
    throw withoutSecrets(error, secrets);
  }
}

function choose({ paths }: LintOptions, cwd: string) {
  const troubles: Diagnostic[] = [];
  const playbooks = paths.flatMap((path) => {
    const inside = playbooksIn(path, cwd);
    if (inside.length === 0)
      troubles.push({ code: 'missing-file', message: `there is no playbook in ${path}` });
    const wrong = playbookTroubles(inside, cwd);
    troubles.push(...wrong);
    return wrong.length > 0 ? [] : inside;
  });
  return { playbooks: [...new Set(playbooks)], troubles };
}

/** Each playbook by itself: what one registers is not there in the next. */
function checkAll(
  playbooks: readonly string[],
  options: LintOptions,
  files: Files,
  terminal: Terminal,
  version: string,
): readonly Diagnostic[] {
  const { cwd } = terminal;
  if (options.inventory.length === 0) {
    return playbooks.flatMap(
      (playbook) => loadPlaybook(resolve(cwd, playbook), { taskTypes, io: files }).diagnostics,
    );
  }
  const inventory = readInventory(options.inventory, files, cwd);
  return playbooks.flatMap((playbook) => check(playbook, inventory, options, files, terminal, version));
}

function check(
  playbook: string,
  inventory: ReturnType<typeof readInventory>,
  options: LintOptions,
  files: Files,
  terminal: Terminal,
  version: string,
): readonly Diagnostic[] {
  const asPlayed = {
    ...options,
    ...loginFlags({}),
    playbooks: [playbook],
    tags: [],
    skipTags: [],
    startAtTask: null,
    check: false,
    diff: false,
    forks: DEFAULT_FORKS,
    verbosity: 0,
  };
  const project = readProject(asPlayed, files, terminal.cwd, taskTypes, version, inventory);
  return [
    ...project.diagnostics,
    ...targetsOf(project, connectionFlags(asPlayed, terminal, false)).diagnostics,
  ];
}

function tell(
  diagnostics: readonly Diagnostic[],
  playbooks: number,
  { output, inventory }: LintOptions,
  terminal: Terminal,
): void {
  if (inventory.length === 0) terminal.err(`note: ${NO_HOSTS}\n`);
  if (output === 'json') {
    terminal.out(diagnostics.map((diagnostic) => `${JSON.stringify(event(diagnostic))}\n`).join(''));
    return;
  }
  const paint = paintFor(terminal.colour);
  terminal.out(diagnostics.map((diagnostic) => formatDiagnostic(diagnostic, paint)).join(''));
  const errors = diagnostics.filter(isError).length;
  const counts = [amount(errors, 'error'), amount(diagnostics.length - errors, 'warning')].join(', ');
  terminal.out(
    `${amount(playbooks, 'playbook')}: ${diagnostics.length === 0 ? 'nothing is wrong' : counts}\n`,
  );
}

/** As a run would tell it (DESIGN section 10); a warning is an event of its own. */
function event(diagnostic: Diagnostic): object {
  const { code, at, message: msg, hint } = diagnostic;
  const kind = isError(diagnostic) ? 'error' : 'warning';
  return { event: kind, code, at: at && formatPosition(at), msg, hint };
}

/** Why it could not be written, or null. */
function write(path: string, content: object, cwd: string): string | null {
  try {
    writeFileSync(resolve(cwd, path), `${JSON.stringify(content, null, 2)}\n`);
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}
