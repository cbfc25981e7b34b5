import { Command, type OptionValues } from 'commander';
import { type Answer, oneOf, parse, quiet, withHelp } from './command-line.ts';

/** What `mama-play runs` was asked to show. */
export type RunsOptions =
  | { readonly verb: 'list'; readonly output: 'plain' | 'json'; readonly project: string | null }
  | {
      readonly verb: 'show';
      /** An id, or its beginning or end; null: the latest. */
      readonly run: string | null;
      readonly output: 'tty' | 'plain' | 'json' | null;
      readonly diff: boolean;
      readonly verbosity: number;
      readonly project: string | null;
    };

export type RunsInvocation = { readonly kind: 'runs'; readonly options: RunsOptions } | Answer;

export const RUNS_VERBS = ['list', 'show'] as const;

/** The words behind `mama-play runs`. */
export function readRuns(argv: readonly string[]): RunsInvocation {
  const command = runsCommandLine();
  return parse(command, argv, () => invocation(command.args, command.opts()));
}

export function runsCommandLine(): Command {
  return withHelp(
    quiet(new Command('mama-play runs'))
      .usage('list | show [ID] [options]')
      .description('The last 50 runs of a project, which are kept in its .mama-play/runs/.')
      .argument('[verb]', 'list them, or show one again')
      .argument('[id]', 'with show: its id, or how it begins or ends (default: the latest)')
      .option('--project <dir>', 'the project (default: the one around this directory)')
      .option('-D, --diff', 'with show: what differed')
      .option('-v, --verbose', 'with show: more; -vv still more', (_, before: number) => before + 1, 0)
      .option('--output <kind>', 'tty (show only), plain or json', oneOf('tty', 'plain', 'json')),
  );
}

function invocation([verb, run]: readonly string[], o: OptionValues): RunsInvocation {
  const project = o['project'] ?? null;
  const diff = o['diff'] === true;
  if (verb === 'show')
    return {
      kind: 'runs',
      options: {
        verb,
        run: run ?? null,
        output: o['output'] ?? null,
        diff,
        verbosity: o['verbose'],
        project,
      },
    };
  const wrong = listMistake(verb, run, o);
  if (wrong !== null) return { kind: 'wrong', message: wrong };
  return { kind: 'runs', options: { verb: 'list', output: o['output'] ?? 'plain', project } };
}

function listMistake(verb: string | undefined, run: string | undefined, o: OptionValues): string | null {
  if (verb !== 'list') return `give list or show${verb === undefined ? '' : `, not "${verb}"`}`;
  if (run !== undefined) return 'mama-play runs list takes no id: mama-play runs show ID';
  const alone = o['diff'] ? '--diff' : o['verbose'] > 0 ? '--verbose' : null;
  if (alone !== null) return `${alone} goes with mama-play runs show only`;
  return o['output'] === 'tty' ? '--output tty goes with mama-play runs show only' : null;
}
