import { createHash } from 'node:crypto';
import { type Refusal, refuse } from '../../../contract/task-type.ts';

export type Variables = Readonly<Record<string, string | number | boolean>>;

/** What is fed to psql's stdin, and what is needed to understand its answer. */
export interface Program {
  readonly text: string;
  /** Stands before each result set and between fields: not guessable by whoever filled the database. */
  readonly mark: string;
  /** The user's SQL as written, for error messages. */
  readonly sql: string;
  /** Lines of ours before it. */
  readonly preamble: number;
}

/**
 * The user's SQL after psql's own commands that set its variables and an output that can be read without doubt. All
 * of it goes over stdin, so that neither a value nor a statement shows in a list of processes.
 */
export function program(sql: string, variables: Variables, kind: 'statements' | 'guard'): Program | Refusal {
  const trouble = sql.includes('\0') ? 'the SQL holds a NUL character' : unfit(variables);
  if (trouble) return refuse(trouble);
  const mark = createHash('sha256')
    .update(JSON.stringify([sql, variables]))
    .digest('hex')
    .slice(0, 16);
  const preamble = [
    '\\set QUIET on',
    `\\pset title '<${mark}:set>'`,
    `\\pset fieldsep '<${mark}:field>'`,
    `\\pset recordsep '<${mark}:record>'`,
    `\\pset null '<${mark}:null>'`,
    ...Object.entries(variables).map(([name, value]) => `\\set ${name} ${metaQuoted(String(value))}`),
    kind === 'guard' ? 'begin transaction read only;' : '\\set QUIET off',
  ];
  return { text: [...preamble, sql].join('\n'), mark, sql, preamble: preamble.length };
}

/**
 * A text as one argument of a psql command: within single quotes psql knows C-like escapes, and neither variables
 * nor backticks (PostgreSQL 15, psql, "Meta-Commands").
 */
function metaQuoted(value: string): string {
  const escaped = value
    .replaceAll('\\', '\\\\')
    .replaceAll("'", "''")
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r');
  return `'${escaped}'`;
}

/** psql's own variables are upper-case words (ON_ERROR_STOP, ECHO …): ours begin with a lower-case letter. */
function unfit(variables: Variables): string | null {
  for (const [name, value] of Object.entries(variables)) {
    if (!/^[a-z_][A-Za-z0-9_]*$/.test(name)) {
      return `vars: ${JSON.stringify(name)} cannot be a name: letters, digits and _, beginning with a lower-case letter`;
    }
    if (String(value).includes('\0')) return `vars: the value of ${name} holds a NUL character`;
  }
  return null;
}
