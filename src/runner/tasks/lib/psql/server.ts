import { type Reply, text } from '../../../contract/exchange.ts';
import type { Script } from '../../../contract/script.ts';
import { type Area, isRefusal, type Refusal } from '../../../contract/task-type.ts';
import { type ResultSet, readOutput } from './output.ts';
import { type Program, program, type Variables } from './program.ts';
import { psql, type Session, sessionOf } from './session.ts';
import { trouble } from './trouble.ts';

/** Parameters of the types that keep something of a server as declared, with Ansible's names. */
export const LOGIN = {
  login_host: {
    type: 'string',
    aliases: ['host', 'login_unix_socket', 'unix_socket'],
    examples: ['127.0.0.1'],
    description:
      "Address of the server, or the directory of its socket; the server's local socket unless given.",
  },
  login_port: {
    type: 'integer',
    minimum: 1,
    maximum: 65535,
    aliases: ['port'],
    description: 'Port of the server; 5432 unless given.',
  },
  login_user: {
    type: 'string',
    aliases: ['login'],
    description: 'The role to connect as; the name of the system user unless given.',
  },
  login_password: {
    type: 'string',
    secret: true,
    description: 'Its password. It travels in the environment and never shows in a list of processes.',
  },
  login_db: {
    type: 'string',
    default: 'postgres',
    aliases: ['maintenance_db'],
    description: 'The database to connect to.',
  },
  container: {
    type: 'string',
    minLength: 1,
    description: 'Run the psql of this running container, through docker exec.',
  },
  container_user: {
    type: 'string',
    examples: ['postgres'],
    description: 'The user inside the container; that of its image unless given.',
  },
} as const;

interface LoginParams {
  readonly login_host?: string;
  readonly login_port?: number;
  readonly login_user?: string;
  readonly login_password?: string;
  readonly login_db: string;
  readonly container?: string;
  readonly container_user?: string;
}

/** A server, and what is asked of it in one read-only transaction. */
export interface Asked {
  readonly session: Session;
  readonly question: Program;
  /** Tells the server from others that can be reached from the same host. */
  readonly place: string;
}

export function ask(params: LoginParams, sql: string, variables: Variables): Asked | Refusal {
  const { login_host: host, login_port: port, login_user: user, container } = params;
  const session = sessionOf({
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
    ...(user === undefined ? {} : { user }),
    ...(params.login_password === undefined ? {} : { password: params.login_password }),
    ...(container === undefined ? {} : { container }),
    database: params.login_db,
    containerUser: params.container_user,
  });
  if (isRefusal(session)) return session;
  const question = program(sql, variables, 'guard');
  if (isRefusal(question)) return question;
  return { session, question, place: `${container ?? ''}/${host ?? ''}:${port ?? ''}` };
}

/** The name under which something of the server is foreseen, and the area that it is. */
export function areaOf({ place }: Asked, sort: 'db' | 'role', name: string): Area {
  return `database:${place}/${sort}/${name}`;
}

export function probeServer({ session, question }: Asked): Script {
  return psql(session, question, false);
}

/** The answers of the question's queries, in order. */
export function readServer(reply: Reply, asked: Asked): readonly ResultSet[] | Refusal {
  return reply.code === 0 ? readOutput(text(reply.out), asked.question).sets : explainServer(reply, asked);
}

/** A change: statements whose values are psql's variables. Throws on a name that cannot be a variable. */
export function tellServer(
  { session }: Asked,
  sql: string,
  variables: Variables,
  transaction: boolean,
): Script {
  const statements = program(sql, variables, 'statements');
  if (isRefusal(statements)) throw new Error(statements.refusal);
  return psql(session, statements, transaction);
}

/** Why the server refused; its words alone, since the statement is ours and not the user's. */
export function explainServer(reply: Reply, { session, question }: Asked): Refusal {
  const { refusal, hint } = trouble(reply, question, session.container) ?? { refusal: 'psql failed' };
  const [first = '', ...more] = refusal.replace(/, at line \d+ of the SQL\)/, ')').split('\n');
  const details = more.filter((line) => /^(DETAIL|HINT): /.test(line));
  return { refusal: [first, ...details].join('\n'), ...(hint === undefined ? {} : { hint }) };
}
