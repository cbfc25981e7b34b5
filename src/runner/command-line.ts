import { type Command, CommanderError, Help, InvalidArgumentError } from 'commander';

/** What a command line comes to that asks for no work. */
export type Answer =
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'version' }
  | { readonly kind: 'wrong'; readonly message: string };

const HELP_COLUMNS = 80;
/** An option's flags that are wider than this have their description below them. */
const FLAGS_COLUMNS = 23;

/** A command that never exits, never writes, and knows --help and --version. */
export function quiet(command: Command): Command {
  return command
    .exitOverride()
    .configureOutput({ writeOut: () => {}, writeErr: () => {}, getOutHelpWidth: () => HELP_COLUMNS })
    .configureHelp({ padWidth: () => FLAGS_COLUMNS, formatItem })
    .showSuggestionAfterError(true);
}

function formatItem(term: string, columns: number, description: string, help: Help): string {
  const format = (text: string) => Help.prototype.formatItem.call(help, text, columns, description, help);
  return help.displayWidth(term) <= columns ? format(term) : `  ${term}\n${format('')}`;
}

/** Adds --help and --version, which stand last in the help. */
export function withHelp(command: Command): Command {
  return command.version(' ', '--version', 'print the version').helpOption('-h, --help', 'print this help');
}

/** Reads the words; `after` stands below the help. */
export function parse<T>(command: Command, argv: readonly string[], then: () => T, after = ''): T | Answer {
  try {
    command.parse(argv, { from: 'user' });
    return then();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.version') return { kind: 'version' };
    if (error.code === 'commander.helpDisplayed')
      return { kind: 'help', text: command.helpInformation() + after };
    return { kind: 'wrong', message: onOneLine(error.message) };
  }
}

/** `error: unknown option '--chek'`, and a second line `(Did you mean --check?)`, as one line. */
function onOneLine(message: string): string {
  const said = message.replace(/^error: /, '').replace(/\n\(Did (.*)\)$/, ': did $1');
  const [, option] = /^unknown option '(-[\w-]+)/.exec(said) ?? [];
  return option && Object.hasOwn(FOREIGN, option) ? `unknown option '${option}': ${FOREIGN[option]}` : said;
}

const SUDO = 'sudo is the only way to become another user';
const NO_MODULES = 'task types are part of the program';

/** Ansible's options that are not here, and what to do instead. */
const FOREIGN: Readonly<Record<string, string>> = {
  '--become-method': SUDO,
  '--sudo': 'it is called --become',
  '-s': 'it is called -b',
  '--become-password-file': 'give ansible_become_password in a vault of the inventory, or use -K',
  '--connection-password-file': 'give ansible_password in a vault of the inventory, or use -k',
  '--inventory-file': 'it is called --inventory',
  '--key-file': 'it is called --private-key',
  '--ssh-extra-args': 'it is called --ssh-common-args here',
  '--scp-extra-args': 'files go over the same line: use --ssh-common-args',
  '--sftp-extra-args': 'files go over the same line: use --ssh-common-args',
  '--step': 'look at it first with --check --diff, and begin in the middle with --start-at-task',
  '--flush-cache': 'nothing is kept of a host between runs',
  '-M': NO_MODULES,
  '--module-path': NO_MODULES,
};

/** For an option that may be given again: all of its values. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** `--tags a,b --tags c` → a, b, c */
export function collectWords(value: string, before: readonly string[] = []): string[] {
  const words = value.split(',').map((word) => word.trim());
  return [...before, ...words.filter((word) => word !== '')];
}

/** An empty one, as of a variable that is not set, would name the working directory. */
export function collectInventories(value: string, before: readonly string[] = []): string[] {
  if (value.trim() !== '') return [...before, value];
  throw new InvalidArgumentError('It must name a file, a directory or hosts.');
}

export function count(value: string): number {
  const number = Number(value);
  if (Number.isSafeInteger(number) && number >= 1 && /^\d+$/.test(value)) return number;
  throw new InvalidArgumentError('It must be a whole number above 0.');
}

/** For an option with a closed set of values, which stays readable in `words`. */
export function oneOf(...words: string[]) {
  const read = (value: string): string => {
    if (words.includes(value)) return value;
    throw new InvalidArgumentError(`It must be one of ${words.join(', ')}.`);
  };
  return Object.assign(read, { words });
}
