import { createTwoFilesPatch } from 'diff';
import type { Change, Delta } from '../contract/delta.ts';
import type { Json } from '../contract/json.ts';
import type { Paint } from './paint.ts';

/** A text diff of quite different texts can take seconds: after this many milliseconds both are only named. */
const TIMEOUT_MS = 500;
const LONGEST_LINE = 400;

/** What differs, field by field; texts of several lines as a unified diff. */
export function formatDelta(delta: Delta, paint: Paint): string[] {
  return Object.entries(delta).flatMap(([field, change]) => formatChange(field, change, paint));
}

function formatChange(field: string, { from, to }: Change, paint: Paint): string[] {
  if (isText(from) || isText(to)) return textDiff(field, asText(from), asText(to), paint);
  return [`${paint.dim(field)}: ${paint.red(show(from))} → ${paint.green(show(to))}`];
}

/** Worth a diff by lines. */
function isText(value: Json): boolean {
  return typeof value === 'string' && value.includes('\n');
}

function asText(value: Json): string {
  return typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value);
}

function textDiff(field: string, from: string, to: string, paint: Paint): string[] {
  const patch = createTwoFilesPatch(`${field} (on the host)`, `${field} (declared)`, from, to, '', '', {
    context: 3,
    timeout: TIMEOUT_MS,
  }) as string | undefined;
  if (patch === undefined)
    return [`${field}: the two texts are too different to show (${from.length} and ${to.length} characters)`];
  return patch
    .split('\n')
    .slice(1)
    .filter((line) => line !== '')
    .map((line) => colourLine(line.slice(0, LONGEST_LINE), paint));
}

function colourLine(line: string, paint: Paint): string {
  if (line.startsWith('+')) return paint.green(line);
  if (line.startsWith('-')) return paint.red(line);
  return line.startsWith('@@') ? paint.cyan(line) : line;
}

export function show(value: Json): string {
  if (value === null) return '(absent)';
  return typeof value === 'string' ? value || '""' : JSON.stringify(value);
}
