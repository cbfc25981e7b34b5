import type { Diagnostic } from '../contract/diagnostic.ts';
import { makeReporter } from '../report/reporter.ts';
import type { Anew } from './kept-options.ts';
import type { Terminal } from './terminal.ts';

/** Tell what is in the way before anything is read; gives the exit code. */
export function refuseAll(
  diagnostics: readonly Diagnostic[],
  { output, diff, verbosity }: Pick<Anew, 'output' | 'diff' | 'verbosity'>,
  terminal: Terminal,
): number {
  const reporter = makeReporter({
    output: output ?? (terminal.isTty ? 'tty' : 'plain'),
    diff,
    verbosity,
    terminal,
  });
  for (const diagnostic of diagnostics) reporter.on({ event: 'error', diagnostic });
  reporter.close();
  return 1;
}
