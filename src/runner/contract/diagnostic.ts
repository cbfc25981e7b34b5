/** A place in a text that a person wrote. `line` and `column` count from 1; `column` counts UTF-16 units. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/**
 * Something wrong with what the user wrote, said to a person: what, where, and what to do.
 * Rooms that read text collect diagnostics; they never throw for a user's mistake.
 */
export interface Diagnostic {
  /** A stable short word for machines, such as `unknown-key`. */
  readonly code: string;
  readonly severity?: 'error' | 'warning';
  readonly at?: Position;
  readonly message: string;
  /** What to do, often "did you mean …?". */
  readonly hint?: string;
  /** The text of the line at `at`, for the excerpt under the message. */
  readonly line?: string;
  /** How many columns the caret spans; 1 unless told. */
  readonly width?: number;
}

/** `file:line:column`, the form that terminals make clickable and that JSON events carry. */
export function formatPosition(at: Position): string {
  return `${at.file}:${at.line}:${at.column}`;
}

export function isError(diagnostic: Diagnostic): boolean {
  return diagnostic.severity !== 'warning';
}
