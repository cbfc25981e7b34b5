import { type Diagnostic, formatPosition } from '../contract/diagnostic.ts';
import type { Paint } from './paint.ts';

/** Longest stretch of a source line that is shown. */
const WIDEST = 140;

/**
 * What is wrong, where, and what to do:
 *
 *     site.yaml:4:7: error: there is no task type "comand"
 *       4 |       comand: uptime
 *         |       ^^^^^^
 *       did you mean "command"?
 */
export function formatDiagnostic(diagnostic: Diagnostic, paint: Paint): string {
  const { at, message, hint, severity = 'error' } = diagnostic;
  const label = severity === 'error' ? paint.red('error') : paint.yellow('warning');
  const place = at ? `${paint.bold(formatPosition(at))}: ` : '';
  const lines = [`${place}${label}: ${message}`, ...excerpt(diagnostic, paint)];
  if (hint !== undefined) lines.push(...hint.split('\n').map((line) => `  ${paint.cyan(line)}`));
  return `${lines.join('\n')}\n`;
}

function excerpt({ at, line, width = 1 }: Diagnostic, paint: Paint): string[] {
  if (!at || line === undefined || line.trim() === '') return [];
  // A very long line is shown from a little before the caret.
  const from = at.column > WIDEST ? at.column - 40 : 0;
  const shown = line.slice(from, from + WIDEST);
  const before = shown.slice(0, at.column - 1 - from).replace(/[^\t]/g, ' ');
  const caret = '^'.repeat(Math.max(1, Math.min(width, shown.length - before.length)));
  const number = String(at.line);
  return [
    `  ${paint.dim(`${number} |`)} ${shown}`,
    `  ${paint.dim(`${' '.repeat(number.length)} |`)} ${before}${paint.red(caret)}`,
  ];
}
