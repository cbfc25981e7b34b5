/** A place in a text that a person wrote. `line` and `column` count from 1; `column` counts UTF-16 units. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Every code that a diagnostic can bear: docs/errors.md lists them all, and scripts may rely on them. */
export const CODES = [
  // What a file holds.
  'yaml',
  'duplicate-key',
  'too-deep',
  'too-many-nodes',
  'too-many-files',
  'too-large',
  'not-text',
  'no-such-file',
  'not-read',
  'unquoted-template',
  // Keys, types, parameters.
  'unknown-key',
  'missing-key',
  'wrong-type',
  'not-constant',
  'unknown-action',
  'no-task-type',
  'two-types',
  'unknown-task-type',
  'foreign-key',
  'words',
  'jinja',
  'unknown-parameter',
  'missing-parameter',
  'bad-value',
  'wrong-value',
  'conflicting-parameters',
  'odd-parameter',
  'refused',
  'check-mode',
  'empty-playbook',
  'no-play',
  // Variables, conditions, texts.
  'undefined-variable',
  'undefined-field',
  'undeclared-variable',
  'hidden-variable',
  'variable-cycle',
  'value-too-large',
  'set-twice',
  'reserved-name',
  'bad-name',
  'cel-syntax',
  'cel-type',
  'cel-regex',
  'not-boolean',
  'loop',
  'template-syntax',
  'template-type',
  'unknown-helper',
  'go-template',
  'template',
  // Files, roles, handlers.
  'missing-file',
  'two-files',
  'unknown-role',
  'empty-role',
  'unknown-input',
  'missing-input',
  'given-twice',
  'declared-twice',
  'no-description',
  'role-circle',
  'import-circle',
  'unknown-handler',
  'two-handlers',
  'not-a-handler',
  // Hosts.
  'unknown-host',
  'unknown-group',
  'unknown-tag',
  'unknown-task',
  'no-hosts',
  'no-limit-file',
  'bad-pattern',
  'group-conflict',
  'group-circle',
  'same-name',
  'bad-range',
  'too-many-hosts',
  'plugin',
  'ini',
  'script',
  'no-inventory',
  'bad-connection',
  'no-effect',
  'unknown-name',
  // Secrets.
  'vault-password',
  'vault-format',
  'not-a-vault',
  'example-vault',
  'plain-secret',
  // The command line, and runs that are taken up again.
  'extra-vars',
  'usage',
  'no-terminal',
  'unwritable',
  'resume',
  'plan',
  'changed-since',
  'not-owed',
  // Hosts that a command of its own asks.
  'locked',
  'unreachable',
  'lost',
  'become',
  'unfit',
  'source',
] as const;

export type Code = (typeof CODES)[number];

/**
 * Something wrong with what the user wrote, said to a person: what, where, and what to do.
 * Rooms that read text collect diagnostics; they never throw for a user's mistake.
 */
export interface Diagnostic {
  /** A stable short word for machines, such as `unknown-key`. */
  readonly code: Code;
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
