import { Command } from 'commander';
import { anewFlags, anewOptions } from './anew-options.ts';
import { type Answer, count, parse, quiet, withHelp } from './command-line.ts';
import type { Anew } from './commands/kept-options.ts';

/** What `mama-play apply` was asked to do. */
export interface ApplyOptions extends Anew {
  readonly file: string;
  readonly onlyShown: boolean;
  /** Minutes; null: it may be of any age. */
  readonly maxAge: number | null;
}

export type ApplyInvocation = { readonly kind: 'apply'; readonly options: ApplyOptions } | Answer;

/** The words behind `mama-play apply`. */
export function readApply(argv: readonly string[]): ApplyInvocation {
  const command = applyCommandLine();
  return parse(command, argv, (): ApplyInvocation => {
    const o = command.opts();
    const [file] = command.args;
    if (file === undefined) return { kind: 'wrong', message: 'no plan was given: mama-play apply FILE' };
    const { onlyShown, maxAge } = o;
    return {
      kind: 'apply',
      options: { file, onlyShown: onlyShown === true, maxAge: maxAge ?? null, ...anewFlags(o) },
    };
  });
}

export function applyCommandLine(): Command {
  const command = quiet(new Command('mama-play apply'))
    .usage('FILE [options]')
    .description(
      'Do what a saved plan shows. A step whose host moved since is held back and told, the rest is done, and the exit code is 2. Refused where anything that the plan was made of was changed. Options are those of the plan, unless given again.',
    )
    .argument('[file]', 'what mama-play plan wrote')
    .option('--only-shown', 'hold back too what the plan showed as depending on the run')
    .option('--max-age <minutes>', 'refuse an older plan', count);
  return withHelp(anewOptions(command));
}
