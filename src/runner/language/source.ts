import type { Code, Diagnostic, Position } from '../contract/diagnostic.ts';
import type { Secrets } from '../contract/secret.ts';

/** A text that a person wrote, by the name under which messages show it (relative to the working directory). */
export interface Source {
  readonly file: string;
  readonly text: string;
  /** Present: the text comes from a vault. No message shows a line of it, and it is told each value that is read. */
  readonly secrets?: SecretSink;
  /** Position of an offset in UTF-16 units. */
  position(offset: number): Position;
  /** The text of a line, counted from 1, without its end. */
  line(number: number): string;
}

/** Takes note of secrets: from then on they are masked wherever they turn up. */
export type SecretSink = Pick<Secrets, 'add' | 'addInside'>;

export function source(file: string, text: string, secrets?: SecretSink): Source {
  let starts: number[] | undefined;
  const lineStarts = () => {
    if (!starts) {
      starts = [0];
      for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) starts.push(i + 1);
    }
    return starts;
  };
  return {
    file,
    text,
    ...(secrets ? { secrets } : {}),
    position(offset) {
      const all = lineStarts();
      let low = 0;
      let high = all.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (all[middle]! <= offset) low = middle;
        else high = middle - 1;
      }
      return { file, line: low + 1, column: offset - all[low]! + 1 };
    },
    line(number) {
      const all = lineStarts();
      const start = all[number - 1];
      if (start === undefined) return '';
      return text.slice(start, all[number] ?? text.length).replace(/\r?\n$/, '');
    },
  };
}

/** A stretch of a source: what a caret points at. */
export interface Span {
  readonly source: Source;
  /** Offsets in UTF-16 units, end exclusive. */
  readonly start: number;
  readonly end: number;
}

/** A diagnostic about a stretch of text, with its line for the excerpt. The caret stays on the first line. */
export function fault(span: Span, code: Code, message: string, hint?: string): Diagnostic {
  const at = span.source.position(span.start);
  const told = { code, at, message, ...(hint === undefined ? {} : { hint }) };
  if (span.source.secrets) return told;
  const line = span.source.line(at.line);
  const width = Math.max(1, Math.min(span.end - span.start, line.length - at.column + 1));
  return { ...told, line, width };
}

export function warning(span: Span, code: Code, message: string, hint?: string): Diagnostic {
  return { ...fault(span, code, message, hint), severity: 'warning' };
}
