import type { Paint } from './paint.ts';
import { COUNTS } from './recap.ts';
import { commandWords, type RunHead } from './run-head.ts';
import { oneLine, pad, width } from './text.ts';
import { duration, paintStatus } from './words.ts';

const HEADINGS = ['run', 'started (UTC)', 'playbooks', 'exit', 'took', 'hosts', 'tasks'];

/** Runs as a table, in the order given. */
export function runTable(runs: readonly RunHead[], paint: Paint): string[] {
  const rows = runs.map(cells);
  const widths = HEADINGS.map((heading, at) =>
    Math.max(width(heading), ...rows.map((row) => width(row[at]!))),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, at) => pad(cell, widths[at]!))
      .join('  ')
      .trimEnd();
  return [
    paint.dim(line(HEADINGS)),
    ...rows.map((row, at) => {
      const { exit } = runs[at]!;
      return exit === undefined || exit === 0 || exit === 3 ? line(row) : paint.red(line(row));
    }),
  ];
}

function cells(run: RunHead): string[] {
  return [
    run.id,
    run.started.slice(0, 19).replace('T', ' '),
    `${oneLine(run.playbooks.join(' '))}${run.check ? ' (check)' : ''}`,
    run.exit === undefined ? '-' : String(run.exit),
    run.elapsed_ms === undefined ? '-' : duration(run.elapsed_ms),
    run.hosts === undefined ? '-' : String(run.hosts),
    run.counts ? countText(run) : 'unfinished: it goes on, or was cut off',
  ];
}

function countText({ counts }: RunHead): string {
  const told = COUNTS.filter((name) => name === 'ok' || counts![name] > 0);
  return told.map((name) => `${name === 'would_change' ? 'would change' : name}=${counts![name]}`).join(' ');
}

/** What stands above the events of a run that is shown again. */
export function runLines(run: RunHead, paint: Paint): string[] {
  const { exit } = run;
  const end = exit === undefined ? 'unfinished: it goes on, or was cut off' : `exit ${exit}`;
  const colour = exit === 0 ? 'ok' : exit === undefined || exit === 3 ? 'unknown' : 'failed';
  return [
    `${paint.bold(`run ${run.id}`)}: ${oneLine(commandWords(run).join(' '))}`,
    paint.dim(`${run.started}, ${oneLine(run.who)}, mama-play ${run.version}`),
    paintStatus(colour, end, paint),
    '',
  ];
}
