import type { TaskEvent } from '../contract/event.ts';
import type { JsonObject } from '../contract/json.ts';
import { formatDelta, show } from './diff.ts';
import { paintFor } from './paint.ts';
import type { ReportOptions, Screen } from './reporter.ts';
import { indent, oneLine, printable } from './text.ts';
import { duration, isBad, isNews, paintStatus, statusWord, taskTitle } from './words.ts';

/** Outcomes slower than this say how long they took. */
const SLOW_MS = 2000;
/** So many fields are named where they are not shown with `--diff`. */
const FIELDS = 6;

/**
 * What is said of one outcome: a line, then why, what differed and what to do. `hosts` is the host, or all of those
 * that fared the same.
 *
 *     changed      web1: nginx configuration  content, mode
 */
export function outcomeLines(
  event: TaskEvent,
  hosts: string,
  options: Pick<ReportOptions, 'diff' | 'verbosity'> & { readonly terminal: Pick<Screen, 'colour'> },
): string[] {
  const { diff, verbosity } = options;
  const paint = paintFor(options.terminal.colour);
  const msg = isSaid(event, verbosity) ? printable(event.msg ?? '').trimEnd() : '';
  const isShort = !msg.includes('\n');
  const head = [
    `${paintStatus(event.status, statusWord(event.status).padEnd(12), paint)} ${placeOf(event, hosts)}: `,
    taskTitle(event),
    event.rescued ? ' (rescued)' : '',
    isShort && msg !== '' ? `: ${msg}` : '',
    event.delta && !diff ? `  ${paint.dim(fieldNames(Object.keys(event.delta)))}` : '',
    event.ms >= SLOW_MS ? `  ${paint.dim(duration(event.ms))}` : '',
  ];
  const lines = [head.join('')];
  if (!isShort) lines.push(...indent(msg.split('\n')));
  if (isBad(event)) lines.push(paint.dim(`  at ${event.at}`));
  if (event.hint !== undefined) lines.push(...indent(printable(event.hint).split('\n')).map(paint.cyan));
  if (diff && event.delta) lines.push(...indent(formatDelta(event.delta, paint)));
  if (verbosity > 0 && event.result) lines.push(...indent(resultLines(event.result, verbosity)));
  return lines;
}

function placeOf(event: TaskEvent, hosts: string): string {
  return event.delegated_to === undefined ? hosts : `${hosts} → ${event.delegated_to}`;
}

/** Why a task was skipped, and what one that changed nothing has to say, is told only with `-v`. */
function isSaid(event: TaskEvent, verbosity: number): boolean {
  return verbosity > 0 || isNews(event) || event.type === 'debug' || event.items === 0;
}

function fieldNames(names: readonly string[]): string {
  const more = names.length - FIELDS;
  const shown = names.slice(0, FIELDS).map(oneLine).join(', ');
  return more > 0 ? `${shown} and ${more} more` : shown;
}

/** With `-v` the fields that matter, with `-vv` all of them. */
export function resultLines(result: JsonObject, verbosity: number): string[] {
  const shown = Object.entries(result).filter(
    ([key]) => verbosity > 1 || !/^(changed|failed|skipped|msg|.*_lines)$/.test(key),
  );
  return shown.flatMap(([key, value]) => {
    if (typeof value !== 'string' || value === '') return [`${key}: ${printable(show(value))}`];
    const text = printable(value).replace(/\n$/, '');
    return text.includes('\n') ? [`${key}:`, ...indent(text.split('\n'))] : [`${key}: ${text}`];
  });
}
