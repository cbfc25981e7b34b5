import { type Diagnostic, formatPosition, type Position } from '../contract/diagnostic.ts';
import type { Paint } from './paint.ts';
import { printable, width } from './text.ts';

/** Longest stretch of a source line that is shown, and how much of it stands before a caret that is far to the right. */
const WIDEST = 140;
const LEAD = 40;

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
  const place = at ? `${paint.bold(placeOf(at))}: ` : '';
  const lines = [`${place}${label}: ${printable(message)}`, ...excerpt(diagnostic, paint)];
  if (hint !== undefined) {
    lines.push(
      ...printable(hint)
        .split('\n')
        .map((line) => `  ${paint.cyan(line)}`),
    );
  }
  return `${lines.join('\n')}\n`;
}

/** Of an option of the command line there is only its name. */
function placeOf(at: Position): string {
  return at.file.startsWith('-') ? at.file : formatPosition(at);
}

function excerpt({ at, line, width: span = 1 }: Diagnostic, paint: Paint): string[] {
  if (!at || line === undefined || line.trim() === '') return [];
  const from = at.column > WIDEST - LEAD ? at.column - 1 - LEAD : 0;
  const shown = line.slice(from, from + WIDEST);
  const lead = shown.slice(0, at.column - 1 - from);
  const marked = shown.slice(lead.length, lead.length + Math.max(1, span));
  const caret = '^'.repeat(Math.max(1, width(printable(marked))));
  const number = String(at.line);
  return [
    `  ${paint.dim(`${number} |`)} ${printable(shown)}`,
    `  ${paint.dim(`${' '.repeat(number.length)} |`)} ${blank(printable(lead))}${paint.red(caret)}`,
  ];
}

/** As wide as the text; tabs stay, so that the caret stands where the terminal puts what is above it. */
function blank(text: string): string {
  return text
    .split('\t')
    .map((part) => ' '.repeat(width(part)))
    .join('\t');
}
