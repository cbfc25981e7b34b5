import { resolve } from 'node:path';
import type { Diagnostic } from '../contract/diagnostic.ts';
import { isError } from '../contract/diagnostic.ts';
import { Secrets } from '../contract/secret.ts';
import type { ExecOptions } from '../exec-command-line.ts';
import { bareTask } from '../language/bare-task.ts';
import { parseExtraVars } from '../language/extra-vars.ts';
import { findHost } from '../language/inventory.ts';
import type { InventoryHost, Pattern, Play, Task } from '../language/model.ts';
import { selectHosts } from '../language/pattern.ts';
import { constantTemplate } from '../language/template.ts';
import { Vaults } from '../language/vaults.ts';
import type { RunContext } from '../plan/context.ts';
import { pathMagic } from '../plan/magic.ts';
import { exampleVaults } from '../plan/plain-secrets.ts';
import { Sources } from '../plan/sources.ts';
import { execReporter } from '../report/exec.ts';
import { makeReporter } from '../report/reporter.ts';
import { taskTypes } from '../tasks/index.generated.ts';
import { fileAccess } from './files.ts';
import { connectionFlags, runProject, targetsOf, tell } from './play.ts';
import { checkPlays, limitOf, type Project, pathsOf, readInventory } from './project.ts';
import { discreet, withoutSecrets } from './secrecy.ts';
import type { Terminal } from './terminal.ts';
import { told } from './told.ts';
import { vaultPasswords } from './vault-passwords.ts';
import { withVaults } from './vault-reading.ts';

const AT = { file: 'exec', line: 1, column: 1 };

/** `mama-play exec PATTERN -i INVENTORY -- COMMAND`: a play of one task. Resolves to the exit code. */
export async function runExec(options: ExecOptions, terminal: Terminal): Promise<number> {
  const secrets: Secrets = new Secrets(() => vaults.fingerprintKey());
  const vaults = new Vaults(vaultPasswords(options.vault, terminal), secrets);
  const { output, verbosity } = options;
  const reporter = discreet(
    output === 'json'
      ? // The result is what was asked for.
        makeReporter({ output, diff: false, verbosity: Math.max(1, verbosity), terminal })
      : execReporter(terminal, verbosity),
    secrets,
  );
  try {
    const files = fileAccess(terminal.cwd, terminal.home, vaults);
    const project = await withVaults(vaults, () => execProject(options, files, terminal.cwd));
    const flags = connectionFlags(options, terminal);
    const wrong = told(
      [...project.diagnostics, ...targetsOf(project, flags).diagnostics],
      files,
      terminal.cwd,
    );
    tell(reporter, wrong);
    if (wrong.some(isError)) {
      reporter.close();
      return 1;
    }
    const run = { ...options, batching: true, forceHandlers: false, detailedExitcode: false, yes: false };
    return await runProject(project, run, flags, terminal, reporter, secrets);
  } catch (error) {
    throw withoutSecrets(error, secrets);
  }
}

function execProject(options: ExecOptions, files: ReturnType<typeof fileAccess>, cwd: string): Project {
  const diagnostics: Diagnostic[] = [];
  const take = <T>({ value, diagnostics: found }: { value: T; diagnostics: readonly Diagnostic[] }): T => {
    diagnostics.push(...found);
    return value;
  };
  const inventory = take(readInventory(options.inventory, files, cwd));
  const extra = take(
    parseExtraVars(options.extraVars, (path) => files.read(resolve(cwd, path)), files.vaults),
  );
  const limit = limitOf(options, cwd, files, take);
  const play = playOf(options, cwd);
  const context: RunContext = {
    inventory,
    extra,
    check: false,
    sources: new Sources(files),
    become: { active: options.become, user: options.becomeUser },
    given: pathMagic(pathsOf(options, inventory, cwd)),
  };
  const { hosts: names, note } = take(selectHosts(play.hosts, inventory, limit ?? undefined));
  const hosts = names
    .map((name) => findHost(inventory, name))
    .filter((host): host is InventoryHost => host !== undefined);
  if (hosts.length === 0 && !diagnostics.some(isError))
    diagnostics.push({ code: 'no-hosts', message: note ?? `"${options.pattern}" leaves no host` });
  const plays = [{ play, hosts, playbook: null, debtPlace: null }];
  if (!diagnostics.some(isError))
    diagnostics.push(...checkPlays(plays, context), ...exampleVaults(plays, context));
  return { playbooks: [], inventory, plays, context, diagnostics, notes: [] };
}

function playOf({ pattern, words }: ExecOptions, dir: string): Play {
  const hosts: Pattern = { source: pattern, at: { ...AT, file: 'PATTERN' } };
  return {
    at: AT,
    name: 'exec',
    dir,
    hosts,
    order: 'inventory',
    layers: [],
    nodes: [taskOf(words)],
    handlers: [],
    serial: [],
    strategy: 'free',
    maxFailPercentage: null,
    anyErrorsFatal: false,
    forceHandlers: false,
    gatherFacts: false,
    facts: null,
  };
}

/** One word is code for a shell, several are run as they are; braces in them mean nothing. */
function taskOf(words: readonly string[]): Task {
  const isCode = words.length === 1;
  const type = taskTypes.get(isCode ? 'shell' : 'command')!;
  const params = constantTemplate(isCode ? { cmd: words[0]! } : { argv: [...words] }, AT);
  return { ...bareTask(1, type, AT, words.join(' ')), params };
}
