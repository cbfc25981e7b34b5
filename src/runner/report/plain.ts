import type { TaskEvent } from '../contract/event.ts';
import type { Json } from '../contract/json.ts';
import { formatDiagnostic } from './diagnostic.ts';
import { formatDelta, show } from './diff.ts';
import { paintFor } from './paint.ts';
import { dispatch, type Reporter, type ReportOptions } from './reporter.ts';
import { isNews, isRepetition, paintStatus, recapLines, seconds, statusWord, taskTitle } from './words.ts';

/** Outcomes slower than this say how long they took. */
const SLOW_MS = 2000;

/** A line per outcome, as it comes: for pipes and log files. */
export function plainReporter(options: ReportOptions): Reporter {
  const { terminal, verbosity } = options;
  const paint = paintFor(terminal.colour);
  const out = (text: string) => terminal.out(`${text}\n`);
  const nothing = () => {};
  return {
    on: (event) =>
      dispatch(
        {
          play: (play) => {
            const batch = play.batch === undefined ? '' : ` (batch ${play.batch})`;
            if (play.empty) out(paint.dim(`play ${play.play}: no hosts`));
            else out(`${paint.bold(`play ${play.play}`)}${batch}: ${play.hosts.join(' ')}`);
          },
          task: (task) => {
            if (isRepetition(task)) return;
            for (const line of taskLines(task, options)) out(line);
          },
          error: ({ diagnostic }) => terminal.err(formatDiagnostic(diagnostic, paint)),
          note: (note) => {
            const host = note.host ? `${note.host}: ` : '';
            terminal.err(
              `${note.level === 'warning' ? paint.yellow('warning') : 'note'}: ${host}${note.msg}\n`,
            );
          },
          recap: (recap) => {
            out('');
            for (const line of recapLines(recap, paint)) out(line);
          },
          connected: ({ host, ms }) => {
            if (verbosity > 1) out(paint.dim(`connected ${host} (${seconds(ms)})`));
          },
          started: nothing,
          output: ({ host, task, line }) => {
            if (verbosity > 0) out(paint.dim(`${host}: ${task}: ${line}`));
          },
        },
        event,
      ),
    close: nothing,
  };
}

/** What is said of one outcome: one line, then what differed, why, and what to do. */
export function taskLines(
  event: TaskEvent,
  options: Pick<ReportOptions, 'diff' | 'verbosity' | 'terminal'>,
): string[] {
  const paint = paintFor(options.terminal.colour);
  const said =
    event.status === 'failed' ||
    event.status === 'unreachable' ||
    event.status === 'ignored' ||
    event.status === 'unknown';
  const where = event.delegated_to ? `${event.host} → ${event.delegated_to}` : event.host;
  const rescued = event.rescued ? ' (rescued)' : '';
  const fields = event.delta && !options.diff ? `  ${paint.dim(Object.keys(event.delta).join(', '))}` : '';
  const slow = event.ms >= SLOW_MS ? paint.dim(`  ${seconds(event.ms)}`) : '';
  const msg =
    event.msg !== undefined && (said || event.type === 'debug' || options.verbosity > 0 || isNews(event))
      ? event.msg
      : null;
  const short = msg !== null && !msg.includes('\n');
  const head = `${paintStatus(event.status, statusWord(event.status).padEnd(12), paint)} ${where}: ${taskTitle(event)}${rescued}${short ? `: ${msg}` : ''}${fields}${slow}`;
  const lines = [head];
  if (msg !== null && !short) lines.push(...indent(msg.split('\n')));
  if (event.status === 'failed' || event.status === 'unreachable') lines.push(paint.dim(`  at ${event.at}`));
  if (event.hint !== undefined) lines.push(...indent(event.hint.split('\n')).map(paint.cyan));
  if (options.diff && event.delta) lines.push(...indent(formatDelta(event.delta, paint)));
  if (options.verbosity > 0 && event.result)
    lines.push(...indent(resultLines(event.result, options.verbosity)));
  return lines;
}

function resultLines(result: { readonly [key: string]: Json }, verbosity: number): string[] {
  const shown = Object.entries(result).filter(
    ([key]) => verbosity > 1 || !/^(changed|failed|skipped|msg|.*_lines)$/.test(key),
  );
  return shown.flatMap(([key, value]) => {
    const text = typeof value === 'string' ? value.replace(/\n$/, '') : show(value);
    return text.includes('\n') ? [`${key}:`, ...indent(text.split('\n'))] : [`${key}: ${text}`];
  });
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
