import { structuredPatch } from 'diff';
import type { Change, Delta } from '../contract/delta.ts';
import { isObject, type Json, sameJson } from '../contract/json.ts';
import type { Paint } from './paint.ts';
import { amount, oneLine, visible } from './text.ts';
import { clipPair, isHash, show } from './value.ts';

export { show } from './value.ts';

/** A diff of quite different texts can take seconds: after this many milliseconds their lines are only counted. */
const TIMEOUT_MS = 200;
/** Characters of one line of a diff, and lines of one field. */
const LONGEST_LINE = 400;
const MOST_LINES = 500;
/** Lists that are longer than this, said on one line, are compared line by line. */
const ONE_LINE = 72;

/** What differs, field by field; texts of several lines as a unified diff, maps key by key. */
export function formatDelta(delta: Delta, paint: Paint): string[] {
  return Object.entries(delta).flatMap(([field, change]) => formatChange(oneLine(field), change, paint));
}

function formatChange(field: string, { from, to }: Change, paint: Paint): string[] {
  if (isHash(from) || isHash(to))
    return [`${paint.dim(field)}: ${paint.red(summary(from))} → ${paint.green(summary(to))}`];
  if (isLong(from) || isLong(to)) return textDiff(field, from, to, paint);
  if (isObject(from) || isObject(to)) return mapDiff(field, from, to, paint);
  const [before, after] = clipPair(from, to);
  return [`${paint.dim(field)}: ${paint.red(before)} → ${paint.green(after)}`];
}

/** Key by key, where both sides are maps or one is absent; else each on one line. */
function mapDiff(field: string, from: Json, to: Json, paint: Paint): string[] {
  const comparable = [from, to].every((side) => isObject(side) || side === null);
  const a = isObject(from) ? from : {};
  const b = isObject(to) ? to : {};
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  if (!comparable || keys.length === 0)
    return [`${paint.dim(field)}: ${paint.red(show(from))} → ${paint.green(show(to))}`];
  return keys
    .filter((key) => !sameJson(a[key], b[key]))
    .flatMap((key) =>
      formatChange(`${field}.${oneLine(key)}`, { from: a[key] ?? null, to: b[key] ?? null }, paint),
    );
}

/** Worth a diff by lines. */
function isLong(value: Json): boolean {
  if (typeof value === 'string') return value.includes('\n');
  return Array.isArray(value) && JSON.stringify(value).length > ONE_LINE;
}

/** A text as it is, a list with a line per item. */
function asText(value: Json): string {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return JSON.stringify(value);
  return value.map((item) => (typeof item === 'string' ? item : JSON.stringify(item)) + '\n').join('');
}

function textDiff(field: string, from: Json, to: Json, paint: Paint): string[] {
  const before = asText(from);
  const after = asText(to);
  const lines = patchOf(before, after);
  const head = [sideLabel('-', field, from, paint), sideLabel('+', field, to, paint)];
  if (lines === null)
    return [
      ...head,
      paint.dim(`${countLines(before)} lines and ${countLines(after)}: too different to show`),
    ];
  const shown = lines.slice(0, MOST_LINES).map((line) => colourLine(cut(visible(line)), paint));
  const rest = lines.length - shown.length;
  return [...head, ...shown, ...(rest > 0 ? [paint.dim(`… ${amount(rest, 'more line')}`)] : [])];
}

function sideLabel(sign: '-' | '+', field: string, value: Json, paint: Paint): string {
  const what = value === null ? show(value) : sign === '-' ? '(before)' : '(after)';
  return paint.bold(`${sign.repeat(3)} ${field} ${what}`);
}

/** The hunks of a unified diff; null: it would take too long. */
function patchOf(before: string, after: string): string[] | null {
  const options = { context: 3, timeout: TIMEOUT_MS };
  const patch = structuredPatch('', '', before, after, '', '', options);
  if (!patch) return null;
  return patch.hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => [
    `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`,
    ...lines,
  ]);
}

/** Of a side that is not compared, as the other one is known by its hash only. */
function summary(value: Json): string {
  return isLong(value) ? `(${amount(countLines(asText(value)), 'line')} of text)` : show(value);
}

function countLines(text: string): number {
  return text === '' ? 0 : text.replace(/\n$/, '').split('\n').length;
}

function cut(line: string): string {
  return line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line;
}

function colourLine(line: string, paint: Paint): string {
  if (line.startsWith('+')) return paint.green(line);
  if (line.startsWith('-')) return paint.red(line);
  if (line.startsWith('\\')) return paint.dim(line);
  return line.startsWith('@@') ? paint.cyan(line) : line;
}
