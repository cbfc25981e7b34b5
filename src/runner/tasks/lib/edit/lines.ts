/** A text as lines without their ends. */
export interface Lines {
  readonly lines: readonly string[];
  /** What ends a line: `\r\n` only where it ends them all. Of a mixture the `\r` counts to its line. */
  readonly end: '\n' | '\r\n';
  /** The last line has an end. */
  readonly ended: boolean;
}

export function splitLines(text: string): Lines {
  const end = text.includes('\r\n') && !/(?<!\r)\n/.test(text) ? '\r\n' : '\n';
  const lines = text.split(end);
  const ended = text === '' || lines.at(-1) === '';
  if (ended) lines.pop();
  return { lines, end, ended };
}

/** The lines as they are compared, without what a mixture of ends leaves to them. */
export function bare(lines: readonly string[]): readonly string[] {
  return lines.map((line) => line.replace(/\r$/, ''));
}

export function joinLines({ lines, end, ended }: Lines): string {
  return lines.length === 0 ? '' : lines.join(end) + (ended ? end : '');
}

/** `added` before the line `at` (from 0); a text that goes on after its last line gets that line ended first. */
export function insertLines(text: Lines, at: number, added: readonly string[]): Lines {
  const lines = [...text.lines.slice(0, at), ...added, ...text.lines.slice(at)];
  return { ...text, lines, ended: text.ended || at >= text.lines.length };
}
