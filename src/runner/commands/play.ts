import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import type { PlayOptions } from '../cli.ts';
import { type Diagnostic, isError } from '../contract/diagnostic.ts';
import type { RunEvent } from '../contract/event.ts';
import type { Target, Trouble } from '../contract/exchange.ts';
import { Secrets } from '../contract/secret.ts';
import { exitCode } from '../engine/exit-code.ts';
import type { Holder } from '../engine/lease.ts';
import { runPlays, type SelectedPlay, type Stop } from '../engine/run.ts';
import { findHost } from '../language/inventory.ts';
import { Vaults } from '../language/vaults.ts';
import { DEFAULT_FORKS, type LoginFlags } from '../login-options.ts';
import { hostScope } from '../plan/context.ts';
import { exampleVaults } from '../plan/plain-secrets.ts';
import { becomeDefaults, type ConnectionFlags, resolveTarget } from '../plan/target.ts';
import { fanOut } from '../report/fan-out.ts';
import { makeReporter, type Reporter } from '../report/reporter.ts';
import { taskTypes } from '../tasks/index.generated.ts';
import { type Bind, type Bound, journalled } from './binding.ts';
import { fileAccess, kindAt } from './files.ts';
import { listing } from './listing.ts';
import { playbookTroubles } from './playbook-paths.ts';
import { collectSecrets, inventoryDir, type Project, readProject } from './project.ts';
import { recordsOf, recordTroubles } from './records.ts';
import { discreet, withoutSecrets } from './secrecy.ts';
import { SeenFiles } from './seen-files.ts';
import type { Terminal } from './terminal.ts';
import { told } from './told.ts';
import { vaultPasswords } from './vault-passwords.ts';
import { withVaults } from './vault-reading.ts';
import { keepFile } from './write-whole.ts';

const NOBODY_TO_ASK: Diagnostic = {
  code: 'no-terminal',
  message: 'a password is to be asked for (-k, -K), but there is no terminal to ask on',
  hint: 'run it where stdin is a terminal',
};
const STOPPING = 'stopping: the running tasks are finished first; ^C again ends them at once';
const ENDING = 'stopping: the running tasks are ended';
const NO_INVENTORY = 'no inventory was given (-i): the only host is localhost';

/** What the command line says of how plays run. */
export type RunFlags = LoginFlags &
  Pick<PlayOptions, 'output' | 'forks' | 'batching' | 'forceHandlers' | 'detailedExitcode' | 'yes'>;

/** `mama-play PLAYBOOK… -i INVENTORY`: resolves to the exit code. */
export async function playCommand(
  options: PlayOptions,
  terminal: Terminal,
  version: string,
  bind: Bind = journalled,
): Promise<number> {
  const secrets: Secrets = new Secrets(() => vaults.fingerprintKey());
  const vaults = new Vaults(vaultPasswords(options.vault, terminal), secrets);
  const spoken = makeReporter({
    output: options.output ?? (terminal.isTty ? 'tty' : 'plain'),
    diff: options.diff,
    verbosity: options.verbosity,
    terminal,
  });
  const records = recordsOf(options, terminal, version, spoken);
  const reporter = discreet(fanOut([spoken, records]), secrets);
  try {
    return records.end(
      await play(options, terminal, version, reporter, secrets, vaults, bind, records.folder),
    );
  } catch (error) {
    records.end(70);
    throw withoutSecrets(error, secrets);
  }
}

async function play(
  options: PlayOptions,
  terminal: Terminal,
  version: string,
  reporter: Reporter,
  secrets: Secrets,
  vaults: Vaults,
  bind: Bind,
  folder: () => string | null,
): Promise<number> {
  const seen = new SeenFiles(fileAccess(terminal.cwd, terminal.home, vaults));
  const { files } = seen;
  const missing = [
    ...playbookTroubles(options.playbooks, terminal.cwd),
    ...recordTroubles(options, terminal.cwd),
  ];
  if (missing.length > 0) {
    tell(reporter, missing);
    reporter.close();
    return 1;
  }
  const project = await withVaults(vaults, () =>
    readProject(options, files, terminal.cwd, taskTypes, version),
  );
  collectSecrets(project.plays, project.context, secrets);
  const flags = connectionFlags(options, terminal, options.list === null && !options.syntaxCheck);
  const targets = targetsOf(project, flags);
  const diagnostics = told([...project.diagnostics, ...targets.diagnostics], files, terminal.cwd);
  tell(reporter, diagnostics);
  if (diagnostics.some(isError)) {
    reporter.close();
    return 1;
  }
  const notes = options.inventory.length > 0 ? project.notes : [NO_INVENTORY, ...project.notes];
  for (const msg of notes) reporter.on({ event: 'note', level: 'info', msg });
  if (options.list || options.syntaxCheck) {
    reporter.close();
    if (options.list) terminal.out(secrets.mask(listing(project, options.list)));
    else if (options.output !== 'json')
      terminal.out(options.playbooks.map((path) => `playbook: ${path}\n`).join(''));
    return 0;
  }
  const examples = exampleVaults(project.plays, project.context);
  tell(reporter, examples);
  if (examples.length === 0) {
    const note = (msg: string) => reporter.on({ event: 'note', level: 'info', msg });
    const bound = bind({ project, options, seen, vaults, secrets, terminal, folder, note });
    if (!('refused' in bound)) {
      const exit = await runProject(project, options, flags, terminal, reporter, secrets, bound, (path) =>
        seen.wrote(path),
      );
      return bound.ended?.(exit) ?? exit;
    }
    tell(reporter, bound.refused);
  }
  reporter.close();
  return 1;
}

/** Connects to the hosts, runs the plays, and closes the reporter: resolves to the exit code. */
export async function runProject(
  project: Project,
  options: RunFlags,
  given: ConnectionFlags,
  terminal: Terminal,
  reporter: Reporter,
  secrets: Secrets,
  bound: Bound = {},
  wrote: (path: string) => void = () => {},
): Promise<number> {
  const passwords = await askPasswords(options, terminal);
  if (passwords === null) {
    tell(reporter, [NOBODY_TO_ASK]);
    reporter.close();
    return 1;
  }
  const flags = { ...given, ...passwords };
  for (const password of Object.values(passwords)) secrets.add(password);
  const { connector } = await import('../connection/connect.ts');
  const connect = connector({
    env: terminal.env,
    askPassphrase: (prompt) => terminal.askSecret(prompt),
    atOnce: Math.max(DEFAULT_FORKS, options.forks),
    warn: (msg) => reporter.on({ event: 'note', level: 'warning', msg: secrets.mask(msg) }),
  });
  let interrupted: number | null = null;
  const resolve = resolver(project, flags, secrets);
  const recap = await runPlays({
    plays: project.plays,
    context: project.context,
    connect,
    resolve,
    emit: (event: RunEvent) => reporter.on(event),
    keep(path, bytes) {
      const trouble = keepFile(path, bytes);
      if (trouble === null) wrote(path);
      return trouble;
    },
    ask: options.yes ? 'agreed' : terminal.hasKeyboard && options.output !== 'json' ? terminal.ask : null,
    secrets,
    holder: holderOf(terminal),
    forks: options.forks,
    batching: options.batching,
    forceHandlers: options.forceHandlers,
    journal: bound.journal ?? null,
    past: bound.past ?? null,
    gate: bound.gate ?? null,
    onStart: (stop: Stop) =>
      terminal.onInterrupt((signal, count) => {
        interrupted = signal === 'SIGINT' ? 130 : signal === 'SIGTERM' ? 143 : 129;
        stop.gently();
        const isGentle = signal === 'SIGINT' && count === 1;
        if (!isGentle) void stop.now();
        reporter.on({ event: 'note', level: 'warning', msg: isGentle ? STOPPING : ENDING });
      }),
  });
  reporter.close();
  return interrupted ?? exitCode(recap, { interrupted: false, detailed: options.detailedExitcode });
}

export function holderOf(terminal: Terminal): Holder {
  const since = new Date().toISOString().slice(0, 19);
  return { run: randomBytes(8).toString('hex'), who: `${terminal.identity}, since ${since}Z` };
}

export function tell(reporter: Reporter, diagnostics: readonly Diagnostic[]): void {
  for (const diagnostic of diagnostics) reporter.on({ event: 'error', diagnostic });
}

/** `connects`: key files and the like must be there. Whoever only reads a project may not have them. */
export function connectionFlags(
  options: LoginFlags & Pick<PlayOptions, 'inventory'>,
  terminal: Terminal,
  connects = true,
): ConnectionFlags {
  const { privateKey } = options;
  const fromHere = (path: string) => (path.startsWith('~') ? path : resolve(terminal.cwd, path));
  return {
    user: options.user ?? undefined,
    privateKeyFile: privateKey === null ? undefined : fromHere(privateKey),
    connection: options.connection ?? undefined,
    sshArgs: options.sshArgs ?? undefined,
    timeout: options.timeout ?? undefined,
    become: options.become,
    becomeUser: options.becomeUser ?? undefined,
    inventoryDir: inventoryDir(options, terminal.cwd),
    home: terminal.home,
    ...(connects ? { kindAt } : {}),
  };
}

export async function askPasswords(
  options: LoginFlags,
  terminal: Terminal,
): Promise<{ password?: string; becomePassword?: string } | null> {
  const asked: { password?: string; becomePassword?: string } = {};
  if (options.askPass) {
    const password = await terminal.askSecret('SSH password: ');
    if (password === null) return null;
    asked.password = password;
  }
  if (options.askBecomePass) {
    const prompt = options.askPass ? 'become password (empty: the SSH password): ' : 'become password: ';
    const password = await terminal.askSecret(prompt);
    if (password === null) return null;
    asked.becomePassword = password === '' && asked.password !== undefined ? asked.password : password;
  }
  return asked;
}

/** What is wrong with the connection settings of any host of the run. */
export function targetsOf(
  project: Pick<Project, 'context'> & { readonly plays: readonly Pick<SelectedPlay, 'hosts'>[] },
  flags: ConnectionFlags,
): { readonly diagnostics: readonly Diagnostic[] } {
  const hosts = new Set(project.plays.flatMap(({ hosts: members }) => members));
  const diagnostics = [...hosts].flatMap((host) => {
    const scope = hostScope(project.context, host);
    return [resolveTarget(host.name, scope, flags), becomeDefaults(scope, flags)].flatMap((resolved) =>
      'diagnostics' in resolved ? resolved.diagnostics : [],
    );
  });
  return { diagnostics };
}

export function resolver(
  project: Pick<Project, 'inventory' | 'context'>,
  flags: ConnectionFlags,
  secrets: Secrets,
) {
  return (name: string): Target | Trouble => {
    const host = findHost(project.inventory, name);
    if (!host) {
      const message = `there is no host "${name}" in the inventory`;
      return {
        kind: 'trouble',
        trouble: 'unreachable',
        message,
        hint: 'delegate_to takes a host of the inventory, or localhost',
      };
    }
    const resolved = resolveTarget(name, hostScope(project.context, host), flags);
    if ('diagnostics' in resolved) {
      return { kind: 'trouble', trouble: 'unreachable', message: resolved.diagnostics[0]!.message };
    }
    const { target } = resolved;
    for (const secret of [target.password, target.becomePassword, target.passphrase]) secrets.add(secret);
    return target;
  };
}
