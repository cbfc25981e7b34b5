import { Command } from 'commander';
import { anewFlags, anewOptions } from './anew-options.ts';
import { type Answer, parse, quiet, withHelp } from './command-line.ts';
import type { Anew } from './commands/kept-options.ts';

/** What `mama-play resume` was asked to do. */
export interface ResumeOptions extends Anew {
  /** An id, a part of one, or `last`. */
  readonly run: string;
  readonly again: boolean;
}

export type ResumeInvocation = { readonly kind: 'resume'; readonly options: ResumeOptions } | Answer;

/** The words behind `mama-play resume`. */
export function readResume(argv: readonly string[]): ResumeInvocation {
  const command = resumeCommandLine();
  return parse(command, argv, (): ResumeInvocation => {
    const o = command.opts();
    const [run] = command.args;
    if (run === undefined) return { kind: 'wrong', message: 'no run was given: mama-play resume RUN | last' };
    return { kind: 'resume', options: { run, again: o['again'] === true, ...anewFlags(o) } };
  });
}

export function resumeCommandLine(): Command {
  const command = quiet(new Command('mama-play resume'))
    .usage('RUN | last [options]')
    .description(
      'Go on with a run that failed, was interrupted or was killed. What it finished is looked at again; actions that it finished are not performed again, and what they registered is restored. Refused where anything that it read was changed since. Options are those of that run, unless given again.',
    )
    .argument('[run]', 'its id, a part of it, or last')
    .option('--again', 'perform again actions whose outcome or result is not known');
  return withHelp(anewOptions(command));
}
