import { Command, type OptionValues } from 'commander';
import {
  type Answer,
  collect,
  collectInventories,
  collectWords,
  count,
  oneOf,
  parse,
  quiet,
  withHelp,
} from './command-line.ts';
import type { SchemaKind } from './commands/schema.ts';
import type { VaultFlags } from './commands/vault-passwords.ts';
import { type ExecInvocation, execCommandLine, readExec } from './exec-command-line.ts';
import { type LintInvocation, lintCommandLine, readLint } from './lint-command-line.ts';
import { DEFAULT_FORKS, type LoginFlags, loginFlags, loginOptions } from './login-options.ts';
import { type ApplyInvocation, applyCommandLine, readApply } from './plans-command-line.ts';
import { type ResumeInvocation, readResume, resumeCommandLine } from './resume-command-line.ts';
import { RUNS_VERBS, type RunsInvocation, readRuns, runsCommandLine } from './runs-command-line.ts';
import {
  debtsCommandLine,
  locksCommandLine,
  readDebts,
  readLocks,
  type StateInvocation,
} from './state-command-line.ts';
import { readVault, VAULT_VERBS, type VaultInvocation, vaultCommandLine } from './vault-command-line.ts';
import { vaultFlags, vaultOptions } from './vault-options.ts';

/** What the command line asks for. */
export type Invocation =
  | { readonly kind: 'play'; readonly options: PlayOptions }
  | { readonly kind: 'plan'; readonly options: PlayOptions; readonly out: string }
  | { readonly kind: 'inventory'; readonly options: InventoryOptions }
  | { readonly kind: 'doc'; readonly type: string | null }
  | { readonly kind: 'schema'; readonly of: SchemaKind | null }
  | { readonly kind: 'init'; readonly dir: string }
  | { readonly kind: 'completion'; readonly shell: Shell }
  | ExecInvocation
  | LintInvocation
  | ApplyInvocation
  | ResumeInvocation
  | RunsInvocation
  | VaultInvocation
  | StateInvocation
  | Answer;

const SCHEMA_KINDS: readonly SchemaKind[] = ['playbook', 'inventory', 'role'];

const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

export interface PlayOptions extends LoginFlags {
  readonly playbooks: readonly string[];
  readonly inventory: readonly string[];
  readonly limit: string | null;
  readonly tags: readonly string[];
  readonly skipTags: readonly string[];
  readonly extraVars: readonly string[];
  readonly check: boolean;
  readonly diff: boolean;
  readonly forks: number;
  readonly startAtTask: string | null;
  readonly list: 'hosts' | 'tasks' | 'tags' | null;
  readonly syntaxCheck: boolean;
  readonly output: 'tty' | 'plain' | 'json' | null;
  readonly verbosity: number;
  /** Files that the results are written to as well; null: none. */
  readonly junit: string | null;
  readonly report: string | null;
  readonly forceHandlers: boolean;
  readonly detailedExitcode: boolean;
  readonly batching: boolean;
  /** Questions of the play (`pause`) are taken as answered. */
  readonly yes: boolean;
  readonly vault: VaultFlags;
}

export interface InventoryOptions {
  readonly inventory: readonly string[];
  readonly limit: string | null;
  readonly vault: VaultFlags;
  readonly show:
    | { readonly kind: 'list' }
    | { readonly kind: 'graph'; readonly group?: string; readonly vars: boolean }
    | { readonly kind: 'host'; readonly host: string };
}

/** Read the command line (without node and script). Never exits and never writes. */
export function readCommandLine(argv: readonly string[]): Invocation {
  const [first, ...rest] = argv;
  if (first === 'exec') return readExec(rest);
  if (first === 'lint') return readLint(rest);
  if (first === 'inventory') return readInventory(rest);
  if (first === 'plan') return readPlan(rest);
  if (first === 'apply') return readApply(rest);
  if (first === 'resume') return readResume(rest);
  if (first === 'locks') return readLocks(rest);
  if (first === 'debts') return readDebts(rest);
  if (first === 'runs') return readRuns(rest);
  if (first === 'doc') return readDoc(rest);
  if (first === 'schema') return readSchema(rest);
  if (first === 'init') return readInit(rest);
  if (first === 'completion') return readCompletion(rest);
  if (first === 'vault') return readVault(rest);
  return readPlay(first === 'help' ? ['--help'] : argv);
}

function readPlay(argv: readonly string[]): Invocation {
  const command = playCommandLine();
  return parse(command, argv, () => playInvocation(command.args, command.opts()), HELP);
}

function readPlan(argv: readonly string[]): Invocation {
  const command = planCommandLine();
  return parse(command, argv, (): Invocation => {
    const out: string | undefined = command.opts()['out'];
    if (out === undefined)
      return { kind: 'wrong', message: 'no file was given: mama-play plan PLAYBOOK -i INVENTORY -o FILE' };
    const play = playInvocation(command.args, { ...command.opts(), check: true, diff: true });
    return play.kind === 'play' ? { kind: 'plan', options: play.options, out } : play;
  });
}

function planCommandLine(): Command {
  const command = quiet(new Command('mama-play plan'))
    .usage('PLAYBOOK… -i INVENTORY -o FILE [options]')
    .description('A dry run (--check --diff) that is kept in a file, for mama-play apply.')
    .option('-o, --out <file>', 'where the plan is written (it holds no secret)');
  return withPlayOptions(command);
}

/** Ansible's options under Ansible's names, and a few of our own. */
function playCommandLine(): Command {
  const command = quiet(new Command('mama-play'))
    .usage('PLAYBOOK… -i INVENTORY [options]')
    .description('Run YAML playbooks of typed tasks on the hosts of an inventory, over SSH, in parallel.');
  return withPlayOptions(command);
}

function withPlayOptions(command: Command): Command {
  command
    .argument('[playbooks...]', 'run in order')
    .optionsGroup('What to run, and where:')
    .option('-i, --inventory <path>', 'an inventory, or host,host, … (may be repeated)', collectInventories)
    .option('-l, --limit <pattern>', 'only these hosts')
    .option('-t, --tags <tags>', 'only tasks with one of these tags', collectWords)
    .option('--skip-tags <tags>', 'no task with one of these tags', collectWords)
    .option('-e, --extra-vars <vars>', 'k=v, a map, or @file; above all other variables', collect)
    .option('--start-at-task <name>', 'begin with the task of this name')
    .option('-C, --check', 'change nothing, tell what would change')
    .option('--detailed-exitcode', 'with --check: exit 3 if anything would change')
    .option('-f, --forks <n>', 'hosts worked on side by side', count, DEFAULT_FORKS)
    .option('--force-handlers', 'run notified handlers of failed hosts too')
    .option('--no-batching', 'one task per exchange (slow; the result is the same)')
    .option('--yes', 'go on at every prompt of a pause, without asking');
  return withHelp(
    vaultOptions(loginOptions(command).optionsGroup('Secrets:'))
      .optionsGroup('What to show:')
      .option('-D, --diff', 'what differs')
      .option('-v, --verbose', 'more; -vv and -vvv still more', (_, before: number) => before + 1, 0)
      .option('--output <kind>', 'tty, plain or json (default: tty or plain)', oneOf('tty', 'plain', 'json'))
      .option('--junit <file>', 'write the results as JUnit XML too')
      .option('--report <file>', 'write them as a page for a browser too (HTML)')
      .option('--list-hosts', 'the hosts of each play, and run nothing')
      .option('--list-tasks', 'the tasks of each play, and run nothing')
      .option('--list-tags', 'the tags of each play, and run nothing')
      .option('--syntax-check', 'what can be found wrong without a host, and run nothing'),
  );
}

function playInvocation(playbooks: readonly string[], o: OptionValues): Invocation {
  if (playbooks.length === 0)
    return { kind: 'wrong', message: 'no playbook was given: mama-play PLAYBOOK -i INVENTORY' };
  const list = o['listHosts'] ? 'hosts' : o['listTasks'] ? 'tasks' : o['listTags'] ? 'tags' : null;
  if (list && o['output'] === 'json')
    return { kind: 'wrong', message: `--list-${list} prints a text: it does not go with --output json` };
  return {
    kind: 'play',
    options: {
      playbooks,
      inventory: o['inventory'] ?? [],
      limit: o['limit'] ?? null,
      tags: o['tags'] ?? [],
      skipTags: o['skipTags'] ?? [],
      extraVars: o['extraVars'] ?? [],
      check: o['check'] === true,
      diff: o['diff'] === true,
      forks: o['forks'],
      startAtTask: o['startAtTask'] ?? null,
      list,
      syntaxCheck: o['syntaxCheck'] === true,
      output: o['output'] ?? null,
      verbosity: o['verbose'],
      junit: o['junit'] ?? null,
      report: o['report'] ?? null,
      forceHandlers: o['forceHandlers'] === true,
      detailedExitcode: o['detailedExitcode'] === true,
      batching: o['batching'],
      yes: o['yes'] === true,
      vault: vaultFlags(o),
      ...loginFlags(o),
    },
  };
}

function readInventory(argv: readonly string[]): Invocation {
  const command = inventoryCommandLine();
  return parse(command, argv, () => inventoryInvocation(command.args[0], command.opts()));
}

function inventoryCommandLine(): Command {
  return withHelp(
    vaultOptions(quiet(new Command('mama-play inventory')))
      .usage('-i INVENTORY --list | --graph [GROUP] | --host NAME')
      .description('Show what an inventory says; secrets are masked.')
      .argument('[group]', 'with --graph: from this group on')
      .option('-i, --inventory <path>', 'an inventory (may be repeated)', collectInventories)
      .option('-l, --limit <pattern>', 'only these hosts')
      .option('--list', 'everything, as JSON')
      .option('--graph', 'groups and hosts as a tree')
      .option('--vars', 'with --graph: the variables too')
      .option('--host <name>', 'the variables of one host, as JSON'),
  );
}

function inventoryInvocation(group: string | undefined, o: OptionValues): Invocation {
  const asked = [o['list'], o['graph'], o['host']].filter((one) => one !== undefined);
  if (asked.length !== 1) return { kind: 'wrong', message: 'give one of --list, --graph, --host NAME' };
  if (!o['inventory'])
    return { kind: 'wrong', message: 'no inventory was given: mama-play inventory -i INVENTORY --graph' };
  if (!o['graph'] && (group !== undefined || o['vars'])) {
    const what = group === undefined ? '--vars' : `a group ("${group}")`;
    return { kind: 'wrong', message: `${what} goes with --graph only` };
  }
  const shared = { inventory: o['inventory'], limit: o['limit'] ?? null, vault: vaultFlags(o) };
  if (o['list']) return { kind: 'inventory', options: { ...shared, show: { kind: 'list' } } };
  if (o['host'])
    return { kind: 'inventory', options: { ...shared, show: { kind: 'host', host: o['host'] } } };
  const graph = { kind: 'graph' as const, vars: o['vars'] === true };
  return { kind: 'inventory', options: { ...shared, show: group ? { ...graph, group } : graph } };
}

function readDoc(argv: readonly string[]): Invocation {
  const command = docCommandLine();
  return parse(command, argv, () => ({ kind: 'doc', type: command.args[0] ?? null }));
}

function docCommandLine(): Command {
  return withHelp(
    quiet(new Command('mama-play doc'))
      .usage('[TYPE]')
      .description('Explain a task type, or list them all.')
      .argument('[type]', 'a task type'),
  );
}

function readSchema(argv: readonly string[]): Invocation {
  const command = schemaCommandLine();
  return parse(command, argv, (): Invocation => {
    const [word] = command.args;
    const of = SCHEMA_KINDS.find((kind) => kind === word) ?? null;
    if (word === undefined || of) return { kind: 'schema', of };
    return { kind: 'wrong', message: `there is no schema "${word}": ${SCHEMA_KINDS.join(', ')}` };
  });
}

function schemaCommandLine(): Command {
  return withHelp(
    quiet(new Command('mama-play schema'))
      .usage('[playbook | inventory | role]')
      .description('Print a JSON Schema for editors; without a word all of them, by name.')
      .argument('[kind]', "playbooks, inventories, or a role's variables.yaml"),
  );
}

function readInit(argv: readonly string[]): Invocation {
  const command = initCommandLine();
  return parse(command, argv, (): Invocation => {
    const [dir] = command.args;
    return dir
      ? { kind: 'init', dir }
      : { kind: 'wrong', message: 'no directory was given: mama-play init DIR' };
  });
}

function initCommandLine(): Command {
  return withHelp(
    quiet(new Command('mama-play init'))
      .usage('DIR')
      .description('Begin a project: an inventory, a playbook and a role that run at once.')
      .argument('[dir]', 'a new or empty directory'),
  );
}

function readCompletion(argv: readonly string[]): Invocation {
  const command = completionCommandLine();
  return parse(command, argv, (): Invocation => {
    const shell = SHELLS.find((one) => one === command.args[0]);
    return shell
      ? { kind: 'completion', shell }
      : { kind: 'wrong', message: `give a shell: mama-play completion ${SHELLS.join('|')}` };
  });
}

function completionCommandLine(): Command {
  return withHelp(
    quiet(new Command('mama-play completion'))
      .usage(SHELLS.join(' | '))
      .description('Print a script that completes commands and options in a shell.')
      .argument('[shell]', SHELLS.join(', ')),
  );
}

interface CommandLine {
  readonly command: Command;
  /** What may stand behind its name. */
  readonly words?: readonly string[];
}

/** Every subcommand by its name; '' is the run of playbooks. */
export function commandLines(): ReadonlyMap<string, CommandLine> {
  return new Map<string, CommandLine>([
    ['', { command: playCommandLine() }],
    ['exec', { command: execCommandLine() }],
    ['lint', { command: lintCommandLine() }],
    ['inventory', { command: inventoryCommandLine() }],
    ['plan', { command: planCommandLine() }],
    ['apply', { command: applyCommandLine() }],
    ['resume', { command: resumeCommandLine() }],
    ['locks', { command: locksCommandLine() }],
    ['debts', { command: debtsCommandLine() }],
    ['runs', { command: runsCommandLine(), words: RUNS_VERBS }],
    ['doc', { command: docCommandLine() }],
    ['schema', { command: schemaCommandLine(), words: SCHEMA_KINDS }],
    ['init', { command: initCommandLine() }],
    ['completion', { command: completionCommandLine(), words: SHELLS }],
    ['vault', { command: vaultCommandLine(), words: VAULT_VERBS }],
  ]);
}

const HELP = `
Other commands:
  mama-play exec PATTERN -i INVENTORY -- COMMAND…
  mama-play lint PLAYBOOK… [-i INVENTORY] [--sarif FILE]
  mama-play inventory -i INVENTORY --list | --graph [GROUP] | --host NAME
  mama-play plan PLAYBOOK… -i INVENTORY -o FILE
  mama-play apply FILE
  mama-play resume RUN | last
  mama-play locks -i INVENTORY
  mama-play debts -i INVENTORY [--forgive HANDLER --reason TEXT]
  mama-play runs list | show [ID]
  mama-play doc [TYPE]
  mama-play schema [playbook|inventory|role]
  mama-play init DIR
  mama-play completion bash|zsh|fish
  mama-play vault encrypt|decrypt|view|edit|create|rekey|encrypt-string

Exit codes:
    0  well
    1  the text or the usage is wrong, nothing was touched
    2  a host failed
    3  --check --detailed-exitcode found changes
    4  a host was unreachable, and none failed
    5  a host is locked by another run
  130  interrupted (143 by SIGTERM)
   70  a bug of mama-play itself
`;
