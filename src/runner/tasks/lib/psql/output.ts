import type { Program } from './program.ts';

export interface ResultSet {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
}

/** What psql said in the order in which it said it. */
export interface Output {
  readonly sets: readonly ResultSet[];
  readonly tags: readonly Tag[];
  readonly notices: readonly string[];
  /** Lines that are none of these: errors, and what `\echo` prints. */
  readonly other: readonly string[];
  /** For a person: rows with `|` between fields, and command tags. */
  readonly shown: string;
}

/** A command tag, such as `INSERT 0 1`. */
export interface Tag {
  readonly text: string;
  /** The statement found the thing as it should be and said so (`… already exists, skipping`). */
  readonly skipped: boolean;
}

/** SQLSTATEs of the notices with which `IF NOT EXISTS` skips: duplicate table, object, column, schema, function. */
const ALREADY_THERE = new Set(['42P07', '42710', '42701', '42P06', '42723']);
/** `DROP … IF EXISTS` has no SQLSTATE of its own. */
const NOT_THERE = /does not exist, skipping$/;

const NOTICE = /^psql:<stdin>:\d+: [^:]+: {2}(\w{5}): (.*)$/;
const FAILURE = /^psql:<stdin>:\d+: (?:ERROR|FATAL|PANIC): /;
const TAG = /^[A-Z][A-Z ]+(?: \d+)*$/;

/** Reads what psql printed on stdout and stderr, merged, with `VERBOSITY=verbose` and the program's own marks. */
export function readOutput(said: string, program: Program): Output {
  const [before = '', ...segments] = said.split(`<${program.mark}:set>`);
  const reader = new Reader(mostItems(program.sql));
  reader.lines(before);
  for (const segment of segments) reader.lines(reader.set(segment, program.mark));
  return reader;
}

class Reader implements Output {
  readonly sets: ResultSet[] = [];
  readonly tags: Tag[] = [];
  readonly notices: string[] = [];
  readonly other: string[] = [];
  private readonly printed: string[] = [];
  private skips = 0;
  private readonly items: number;

  constructor(items: number) {
    this.items = items;
  }

  get shown(): string {
    return this.printed.join('\n');
  }

  /** Takes one result set, and gives back the text after it. */
  set(segment: string, mark: string): string {
    const [, header = '', ...records] = segment.split(`<${mark}:record>`);
    const last = records.pop() ?? '';
    const fields = (record: string): string[] => record.split(`<${mark}:field>`);
    const columns = header === '' ? [] : fields(header);
    const rows = records.map((record) =>
      fields(record).map((value) => (value === `<${mark}:null>` ? null : value)),
    );
    this.sets.push({ columns, rows });
    this.printed.push(...rows.map((row) => row.map((value) => value ?? '').join('|')));
    this.skips = 0;
    // The record that ends a set is its footer, "(n rows)".
    const end = last.indexOf('\n');
    return end < 0 ? '' : last.slice(end + 1);
  }

  lines(text: string): void {
    for (const line of text.split('\n')) if (line !== '') this.line(line);
  }

  private line(line: string): void {
    const notice = FAILURE.test(line) ? null : NOTICE.exec(line);
    if (notice) {
      const [, state = '', message = ''] = notice;
      this.notices.push(message);
      if (ALREADY_THERE.has(state) || NOT_THERE.test(message)) this.skips += 1;
    } else if (TAG.test(line)) {
      const needed = /^(?:DROP|ALTER) /.test(line) ? this.items : 1;
      this.tags.push({ text: line, skipped: this.skips >= needed });
      this.printed.push(line);
      this.skips = 0;
    } else if (!line.startsWith('LOCATION:  ')) {
      this.other.push(line);
    }
  }
}

/**
 * One DROP or ALTER can name several things, of which only some are skipped. Its tag does not say how many there
 * were, so as many notices are wanted as the longest such statement may have items.
 */
function mostItems(sql: string): number {
  const lists = sql.split(';').filter((statement) => /^\s*(?:drop|alter)\b/i.test(statement));
  return Math.max(1, ...lists.map((statement) => statement.split(',').length));
}

const COUNTED = /^(?:INSERT \d+|UPDATE|DELETE|MERGE|COPY) (\d+)$/;
/** Statements that leave the database's content and definitions as they are. */
const HARMLESS =
  /^(?:SHOW|EXPLAIN|SET|SET CONSTRAINTS|RESET|BEGIN|START TRANSACTION|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|FETCH|MOVE|DECLARE CURSOR|CLOSE CURSOR|CLOSE CURSOR ALL|PREPARE|DEALLOCATE|DEALLOCATE ALL|LISTEN|UNLISTEN|NOTIFY|LOAD|DISCARD ALL|DISCARD PLANS|DISCARD SEQUENCES|DISCARD TEMP|LOCK TABLE|CHECKPOINT|ANALYZE|VACUUM|FETCH \d+|MOVE \d+)$/;

/** Did the statement of this tag change something? A `SELECT n` tag is that of CREATE TABLE AS or SELECT INTO. */
export function tagChanges(tag: Tag): boolean {
  const counted = COUNTED.exec(tag.text);
  if (counted) return counted[1] !== '0';
  return !tag.skipped && !HARMLESS.test(tag.text);
}

/** Rows that the statements wrote; where none of them writes, rows that the last query gave. */
export function rowCount(output: Output): number {
  const counts = output.tags.map((tag) => COUNTED.exec(tag.text)?.[1]).filter((n) => n !== undefined);
  if (counts.length > 0) return counts.reduce((sum, n) => sum + Number(n), 0);
  return output.sets.at(-1)?.rows.length ?? 0;
}
