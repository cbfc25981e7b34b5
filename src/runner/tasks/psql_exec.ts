import { text } from '../contract/exchange.ts';
import type { JsonObject } from '../contract/json.ts';
import { actionTask, isRefusal, type Local, type Refusal, refuse } from '../contract/task-type.ts';
import { readOutput, rowCount, tagChanges } from './lib/psql/output.ts';
import { type Program, program } from './lib/psql/program.ts';
import { psql, type Session, sessionOf, wayTo } from './lib/psql/session.ts';
import { trouble } from './lib/psql/trouble.ts';

interface Desired {
  readonly statements: Program;
  readonly guard: Program | null;
  readonly session: Session;
  readonly transaction: boolean;
}

/** Runs SQL through psql, on the host or in one of its containers. */
export default actionTask({
  name: 'psql_exec',
  schema: {
    type: 'object',
    description: 'Runs SQL through psql, on the host or inside one of its containers.',
    additionalProperties: false,
    exactlyOne: [['sql', 'file']],
    properties: {
      sql: {
        type: 'string',
        minLength: 1,
        description: 'One or more statements.',
        examples: ['create extension if not exists hstore'],
      },
      file: {
        type: 'string',
        source: 'files',
        aliases: ['src'],
        description: 'A file of statements on the controller, looked for as `src` of copy is.',
      },
      database: {
        type: 'string',
        aliases: ['db', 'login_db'],
        description: 'The database to connect to; as psql chooses unless given.',
      },
      host: {
        type: 'string',
        aliases: ['login_host'],
        description:
          "Address of the server, or the directory of its socket; the server's local socket unless given.",
        examples: ['127.0.0.1'],
      },
      port: {
        type: 'integer',
        minimum: 1,
        maximum: 65535,
        aliases: ['login_port'],
        description: 'Port of the server; 5432 unless given.',
      },
      user: {
        type: 'string',
        aliases: ['login_user'],
        description: 'The role to connect as; the name of the system user unless given.',
      },
      password: {
        type: 'string',
        secret: true,
        aliases: ['login_password'],
        description: 'Its password. It travels in the environment and never shows in a list of processes.',
      },
      container: {
        type: 'string',
        minLength: 1,
        description: 'Run the psql of this running container, through docker exec.',
      },
      container_user: {
        type: 'string',
        description: 'The user inside the container; that of its image unless given.',
        examples: ['postgres'],
      },
      vars: {
        type: 'object',
        additionalProperties: { type: ['string', 'number', 'boolean'] },
        default: {},
        description:
          'Values for the SQL: :\'name\' becomes a quoted text, :"name" a quoted identifier, :name the bare value.',
        examples: [{ username: 'admin' }],
      },
      unless: {
        type: 'string',
        minLength: 1,
        description:
          'A query that only reads, run in a read-only transaction; nothing is done if the first value of its first row is neither null, empty, f, false nor 0.',
        examples: ["select 1 from pg_database where datname = 'scheduler'"],
      },
      transaction: {
        type: 'boolean',
        default: true,
        description:
          'Run all statements in one transaction; false for statements that refuse that, such as create database.',
      },
    },
  } as const,
  fields: {
    rows: {
      type: 'array',
      items: { type: 'array', items: { type: ['string', 'null'] } },
      description: 'Rows of the last query: lists of texts, null where SQL has null.',
    },
    columns: {
      type: 'array',
      items: { type: 'string' },
      description: 'Names of their columns.',
    },
    rowcount: {
      type: 'integer',
      description: 'Rows that were written; where no statement writes, rows of the last query.',
    },
    tags: {
      type: 'array',
      items: { type: 'string' },
      description: 'Command tags in order, such as INSERT 0 1.',
    },
    notices: {
      type: 'array',
      items: { type: 'string' },
      description: 'What the server remarked.',
    },
    stdout: {
      type: 'string',
      description: 'All rows and tags as text, fields parted by |.',
    },
  },

  desire(params, local): Desired | Refusal {
    const sql = params.sql ?? sqlOf(local.file(params.file ?? ''));
    if (isRefusal(sql)) return sql;
    const statements = program(sql, params.vars, 'statements');
    const guard = params.unless === undefined ? null : program(params.unless, params.vars, 'guard');
    if (isRefusal(statements)) return statements;
    if (guard && isRefusal(guard)) return guard;
    const session = sessionOf({ ...params, containerUser: params.container_user });
    if (isRefusal(session)) return session;
    return { statements, guard, session, transaction: params.transaction };
  },

  guard: (desired) => desired.guard && { script: psql(desired.session, desired.guard, false), users: true },

  needless(reply, desired, world) {
    const asked = desired.guard!;
    const failed = trouble(reply, asked, desired.session.container);
    if (failed) {
      const container = desired.session.container;
      const madeLater = container !== undefined && world.predicted(`container:${container}`) !== undefined;
      return madeLater ? null : refuse(`unless: ${failed.refusal}`, failed.hint);
    }
    const set = readOutput(text(reply.out), asked).sets.at(-1);
    if (!set) return refuse('unless gave no rows to look at: it must be a query');
    return holds(set.rows[0]?.[0] ?? null) ? { because: 'unless holds' } : null;
  },

  looksAt: ({ session }) => ['database:', ...wayTo(session)],
  mayAlter: () => ['database:'],
  perform: (desired) => psql(desired.session, desired.statements, desired.transaction),

  read(reply, desired) {
    if (reply.endless) return TOO_MUCH;
    const failed = trouble(reply, desired.statements, desired.session.container);
    const output = readOutput(text(reply.out), desired.statements);
    const set = output.sets.at(-1);
    const result = {
      rows: set?.rows ?? [],
      columns: set?.columns ?? [],
      rowcount: rowCount(output),
      tags: output.tags.map((tag) => tag.text),
      notices: output.notices,
      stdout: output.shown,
    } satisfies JsonObject;
    const changed = output.tags.some(tagChanges);
    if (!failed)
      return { changed, result, ...(result.tags.length > 0 ? { msg: result.tags.join(', ') } : {}) };
    const kept = changed && !desired.transaction;
    const { refusal, hint } = failed;
    return { changed: kept, result, failed: refusal, ...(hint === undefined ? {} : { hint }) };
  },
});

const TOO_MUCH = {
  changed: true,
  result: {},
  failed: 'what it gave comes to more than 16 MiB',
  hint: 'ask for fewer rows, or let \\copy write them into a file',
};

function sqlOf(file: ReturnType<Local['file']>): string | Refusal {
  return isRefusal(file) ? file : Buffer.from(file.bytes()).toString('utf8');
}

function holds(value: string | null): boolean {
  return value !== null && !['', 'f', 'false', '0'].includes(value);
}
