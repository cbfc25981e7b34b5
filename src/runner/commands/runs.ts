import { resolve } from 'node:path';
import { paintFor } from '../report/paint.ts';
import { makeReporter } from '../report/reporter.ts';
import type { RunHead } from '../report/run-head.ts';
import { runLines, runTable } from '../report/runs.ts';
import type { RunsOptions } from '../runs-command-line.ts';
import { readEvents, readHead } from './read-run.ts';
import { findRun, projectWithRuns, type RunFolder, runIds } from './run-folder.ts';
import type { Terminal } from './terminal.ts';

type Show = Extract<RunsOptions, { verb: 'show' }>;

const ELSEWHERE = 'they lie in .mama-play/runs/ of a project: go there, or give --project DIR';

/** `mama-play runs list|show`: returns the exit code. */
export function runRuns(options: RunsOptions, terminal: Terminal): number {
  const { cwd } = terminal;
  const root = projectWithRuns(resolve(cwd, options.project ?? '.'));
  if (root === null)
    return refuse(
      `no runs are kept ${options.project ? `in ${options.project}` : 'here'}`,
      ELSEWHERE,
      terminal,
    );
  if (options.verb === 'list') {
    list(root, options.output, terminal);
    return 0;
  }
  const id = options.run ?? runIds(root)[0] ?? '';
  const folder = findRun(root, id);
  const head = folder && readHead(folder);
  if (!folder || !head) return refuse(`there is no run "${id}"`, 'mama-play runs list shows them', terminal);
  show(folder, head, options, terminal);
  return 0;
}

function list(root: string, output: 'plain' | 'json', terminal: Terminal): void {
  const runs = runIds(root)
    .map((id) => findRun(root, id))
    .map((folder) => folder && readHead(folder))
    .filter((head): head is RunHead => head !== null);
  const lines = output === 'json' ? runs.map(headLine) : runTable(runs, paintFor(terminal.colour));
  terminal.out(lines.map((line) => `${line}\n`).join(''));
}

/** The run's events once more, as it told them. */
function show(folder: RunFolder, head: RunHead, options: Show, terminal: Terminal): void {
  const output = options.output ?? (terminal.isTty ? 'tty' : 'plain');
  const lines = output === 'json' ? [headLine(head)] : runLines(head, paintFor(terminal.colour));
  terminal.out(lines.map((line) => `${line}\n`).join(''));
  const reporter = makeReporter({ output, diff: options.diff, verbosity: options.verbosity, terminal });
  for (const event of readEvents(folder)) reporter.on(event);
  reporter.close();
}

function headLine(head: RunHead): string {
  return JSON.stringify({ event: 'run', ...head });
}

function refuse(message: string, hint: string, terminal: Terminal): number {
  terminal.err(`error: ${message}\n  ${hint}\n`);
  return 1;
}
