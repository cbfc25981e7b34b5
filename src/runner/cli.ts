import { Command, CommanderError, InvalidArgumentError } from 'commander';

/** What the command line asks for. */
export type Invocation =
  | { readonly kind: 'play'; readonly options: PlayOptions }
  | { readonly kind: 'inventory'; readonly options: InventoryOptions }
  | { readonly kind: 'doc'; readonly type: string | null }
  | { readonly kind: 'print'; readonly text: string }
  | { readonly kind: 'wrong'; readonly message: string };

export interface PlayOptions {
  readonly playbooks: readonly string[];
  readonly inventory: readonly string[];
  readonly limit: string | null;
  readonly tags: readonly string[];
  readonly skipTags: readonly string[];
  readonly extraVars: readonly string[];
  readonly check: boolean;
  readonly diff: boolean;
  readonly forks: number;
  readonly user: string | null;
  readonly privateKey: string | null;
  readonly connection: string | null;
  readonly become: boolean;
  readonly becomeUser: string | null;
  readonly askBecomePass: boolean;
  readonly askPass: boolean;
  readonly startAtTask: string | null;
  readonly list: 'hosts' | 'tasks' | 'tags' | null;
  readonly syntaxCheck: boolean;
  readonly output: 'tty' | 'plain' | 'json' | null;
  readonly verbosity: number;
  /** Seconds to connect; null: 10. */
  readonly timeout: number | null;
  readonly forceHandlers: boolean;
  readonly detailedExitcode: boolean;
  readonly batching: boolean;
}

export interface InventoryOptions {
  readonly inventory: readonly string[];
  readonly show:
    | { readonly kind: 'list' }
    | { readonly kind: 'graph' }
    | { readonly kind: 'host'; readonly host: string };
}

/** Read the command line (without node and script). Never exits and never writes. */
export function readCommandLine(argv: readonly string[]): Invocation {
  if (argv[0] === 'inventory') return readInventory(argv.slice(1));
  return argv[0] === 'doc' ? readDoc(argv.slice(1)) : readPlay(argv);
}

function readPlay(argv: readonly string[]): Invocation {
  const command = quiet(new Command('mama-play'))
    .usage('PLAYBOOK… -i INVENTORY [options]')
    .description(
      'Run YAML playbooks of typed tasks against the hosts of an inventory, over SSH, in parallel.',
    )
    .argument('[playbooks...]', 'playbooks, run in order')
    .option(
      '-i, --inventory <path>',
      'an inventory, or hosts separated by commas; may be given again',
      collect,
    )
    .option('-l, --limit <pattern>', 'only these hosts')
    .option('-t, --tags <tags>', 'only tasks with one of these tags', collectWords)
    .option('--skip-tags <tags>', 'no task with one of these tags', collectWords)
    .option(
      '-e, --extra-vars <vars>',
      'k=v, a YAML or JSON map, or @file; above all other variables',
      collect,
    )
    .option('-C, --check', 'change nothing, say what would change')
    .option('-D, --diff', 'show what differs')
    .option('-f, --forks <n>', 'hosts worked on side by side', count, 50)
    .option('-u, --user <name>', 'login user')
    .option('--private-key <file>', 'login key')
    .option('-c, --connection <kind>', 'ssh, openssh or local')
    .option('-b, --become', 'become another user for every task')
    .option('--become-user <name>', 'who to become (root)')
    .option('-K, --ask-become-pass', 'ask for the password of become')
    .option('-k, --ask-pass', 'ask for the login password')
    .option('--start-at-task <name>', 'begin with the task of this name')
    .option('--list-hosts', 'show the hosts of each play, and stop')
    .option('--list-tasks', 'show the tasks of each play, and stop')
    .option('--list-tags', 'show the tags of each play, and stop')
    .option('--syntax-check', 'check everything that can be checked without a host, and stop')
    .option(
      '--output <kind>',
      'tty, plain or json; by itself: tty on a terminal, else plain',
      oneOf('tty', 'plain', 'json'),
    )
    .option('-v, --verbose', 'say more; -vv and -vvv still more', (_, before: number) => before + 1, 0)
    .option('--timeout <seconds>', 'time to connect', count)
    .option('--force-handlers', 'run notified handlers of failed hosts too')
    .option('--detailed-exitcode', 'with --check: exit 3 where something would change')
    .option('--no-batching', 'one task per exchange: slow, and the reference for what a run does')
    .addHelpText('after', HELP);
  return parsed(command, argv, () => {
    const o = command.opts();
    const playbooks = command.args;
    if (playbooks.length === 0)
      return { kind: 'wrong', message: 'no playbook was given: mama-play PLAYBOOK -i INVENTORY' };
    const list = o['listHosts'] ? 'hosts' : o['listTasks'] ? 'tasks' : o['listTags'] ? 'tags' : null;
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
        user: o['user'] ?? null,
        privateKey: o['privateKey'] ?? null,
        connection: o['connection'] ?? null,
        become: o['become'] === true,
        becomeUser: o['becomeUser'] ?? null,
        askBecomePass: o['askBecomePass'] === true,
        askPass: o['askPass'] === true,
        startAtTask: o['startAtTask'] ?? null,
        list,
        syntaxCheck: o['syntaxCheck'] === true,
        output: o['output'] ?? null,
        verbosity: o['verbose'],
        timeout: o['timeout'] ?? null,
        forceHandlers: o['forceHandlers'] === true,
        detailedExitcode: o['detailedExitcode'] === true,
        batching: o['batching'],
      },
    };
  });
}

function readInventory(argv: readonly string[]): Invocation {
  const command = quiet(new Command('mama-play inventory'))
    .usage('-i INVENTORY --list | --graph | --host NAME')
    .description('Show what an inventory says.')
    .option('-i, --inventory <path>', 'an inventory; may be given again', collect)
    .option('--list', 'everything, as JSON')
    .option('--graph', 'groups and hosts as a tree')
    .option('--host <name>', 'the variables of one host');
  return parsed(command, argv, () => {
    const o = command.opts();
    const asked = [o['list'], o['graph'], o['host']].filter((one) => one !== undefined);
    if (asked.length !== 1) return { kind: 'wrong', message: 'give one of --list, --graph, --host NAME' };
    const show = o['list']
      ? { kind: 'list' as const }
      : o['graph']
        ? { kind: 'graph' as const }
        : { kind: 'host' as const, host: o['host'] };
    return { kind: 'inventory', options: { inventory: o['inventory'] ?? [], show } };
  });
}

function readDoc(argv: readonly string[]): Invocation {
  const command = quiet(new Command('mama-play doc'))
    .usage('[TYPE]')
    .description('Explain a task type, or list them all.')
    .argument('[type]', 'a task type');
  return parsed(command, argv, () => ({ kind: 'doc', type: command.args[0] ?? null }));
}

const HELP = `
Other commands:
  mama-play inventory -i INVENTORY --list | --graph | --host NAME
  mama-play doc [TYPE]

Exit codes:
  0 well · 1 the text or usage is wrong, nothing was touched · 2 a host failed · 3 --check --detailed-exitcode
  found changes · 4 a host was unreachable and none failed · 130 interrupted · 70 a bug of ours`;

function quiet(command: Command): Command {
  return command
    .exitOverride()
    .configureOutput({ writeOut: () => {}, writeErr: () => {} })
    .version('', '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .showSuggestionAfterError(true);
}

function parsed(command: Command, argv: readonly string[], then: () => Invocation): Invocation {
  try {
    command.parse(argv as string[], { from: 'user' });
    return then();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed')
      return {
        kind: 'print',
        text: command.helpInformation() + (command.name() === 'mama-play' ? HELP : '') + '\n',
      };
    return { kind: 'wrong', message: error.message.replace(/^error: /, '') };
  }
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

function collectWords(value: string, before: readonly string[] = []): string[] {
  return [
    ...before,
    ...value
      .split(',')
      .map((word) => word.trim())
      .filter((word) => word !== ''),
  ];
}

function count(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1)
    throw new InvalidArgumentError('it must be a whole number above 0.');
  return number;
}

function oneOf(...words: string[]) {
  return (value: string) => {
    if (!words.includes(value)) throw new InvalidArgumentError(`it must be one of ${words.join(', ')}.`);
    return value;
  };
}
