import { type Reply, text } from '../../../contract/exchange.ts';
import { type Refusal, refuse } from '../../../contract/task-type.ts';
import type { Program } from './program.ts';

/** Exit statuses of our own scripts, out of the way of psql's (0 to 3) and docker's (1, 125 to 127). */
export const NO_PSQL = 90;
export const NO_DOCKER = 91;

/** Why psql could not do it, or null where it could. Exit codes are those of PostgreSQL's psql page. */
export function trouble(reply: Reply, program: Program, container: string | undefined): Refusal | null {
  const said = text(reply.out);
  switch (reply.code) {
    case 0:
      return null;
    case 3:
      return sqlError(said, program);
    case 2:
      return cannotConnect(said, container);
    case NO_PSQL:
      return refuse(
        'there is no psql on this host',
        'Install postgresql-client, or name the `container` that has one.',
      );
    case NO_DOCKER:
      return refuse('there is no docker on this host', 'Leave `container` out to use the psql of the host.');
    case 126:
    case 127:
      return refuse(`the container ${container} has no psql`, lastLine(text(reply.err)) || undefined);
    default:
      return inContainer(reply, container) ?? refuse(lastLine(said) || `psql exited ${reply.code}`);
  }
}

function inContainer(reply: Reply, container: string | undefined): Refusal | null {
  const said = lastLine(text(reply.err));
  if (container === undefined || said === '') return null;
  const hint = /permission denied/i.test(said)
    ? 'The user may not use Docker: set `become: true`.'
    : /no such container|is not running/i.test(said)
      ? 'It has to run before psql_exec can use it.'
      : undefined;
  return refuse(`docker exec in ${container}: ${said.replace(/^Error( response from daemon)?: /, '')}`, hint);
}

const CONNECT_HINTS: readonly (readonly [RegExp, string])[] = [
  [/no password supplied/, 'The server asks for a password: set `password`.'],
  [/password authentication failed/, 'Check `user` and `password`.'],
  [
    /Peer authentication failed|Ident authentication failed/,
    'Become the system user of that name (`become_user: postgres`), or connect over TCP with `host` and `password`.',
  ],
  [/role "[^"]*" does not exist/, 'Set `user` to a role of the server, such as postgres.'],
  [
    /database "[^"]*" does not exist/,
    'Create it first: psql_exec on the database postgres, with `transaction: false`.',
  ],
  [
    /Connection refused|No such file or directory|starting up|timeout expired/,
    'Is the server up? Right after its start, try again with `retries` and `until`.',
  ],
];

function cannotConnect(said: string, container: string | undefined): Refusal {
  const lines = said.split('\n').filter((line) => line.trim() !== '');
  const first = (lines.find((line) => line.startsWith('psql: error: ')) ?? lines.at(-1) ?? '').replace(
    'psql: error: ',
    '',
  );
  const where = container === undefined ? '' : ` in the container ${container}`;
  const hint = CONNECT_HINTS.find(([pattern]) => pattern.test(said))?.[1];
  return refuse(`psql cannot connect${where}: ${first}`, hint);
}

/** The severity's word is in the server's language; with ON_ERROR_STOP the last such line is the error. */
const DIAGNOSTIC = /^psql:<stdin>:(\d+): ([^:]+): {2}(\w{5}): (.*)$/;

/** The server's error with its place in the SQL as the user wrote it. */
function sqlError(said: string, program: Program): Refusal {
  const lines = said.split('\n');
  const at = lines.findLastIndex((line) => DIAGNOSTIC.test(line));
  if (at < 0) return refuse(lastLine(said) || 'psql stopped at an error');
  const [, number, severity, state = '', message = ''] = DIAGNOSTIC.exec(lines[at]!)!;
  const line = Math.max(1, Number(number) - program.preamble);
  const rest = lines.slice(at + 1).filter((more) => more !== '' && !more.startsWith('LOCATION:  '));
  const head = `${severity}: ${message} (SQLSTATE ${state}, at line ${line} of the SQL)`;
  return refuse([head, ...excerpt(rest, program.sql), ...details(rest)].join('\n'), sqlHint(state, message));
}

/**
 * The line of the SQL as written, with a caret. psql's own excerpt is cut to a window and has the values of variables
 * in it; a part of a secret could not be masked, so it is only used to find the place.
 */
function excerpt(rest: readonly string[], sql: string): string[] {
  const [, label = '', shown = ''] = /^(LINE \d+: )(.*)$/.exec(rest[0] ?? '') ?? [];
  const caret = (rest[1] ?? '').indexOf('^') - label.length;
  if (label === '' || caret < 0) return [];
  const cut = shown.startsWith('...') ? 3 : 0;
  const core = shown.slice(cut).replace(/\.\.\.$/, '');
  for (const raw of sql.split('\n')) {
    const line = raw.replaceAll('\t', ' ').replace(/\r$/, '');
    const start = line.indexOf(core);
    if (start >= 0 && core !== '') return [line, `${' '.repeat(start + caret - cut)}^`];
  }
  return [];
}

function details(rest: readonly string[]): string[] {
  return rest.filter((line) => /^(?:DETAIL|HINT): /.test(line)).map((line) => line.replace(/: {2}/, ': '));
}

function sqlHint(state: string, message: string): string | undefined {
  if (state === '25001') return 'Set `transaction: false`.';
  if (state === '25006') return '`unless` may only read: it runs in a read-only transaction.';
  if (state === '42601' && message.includes('":"')) {
    return 'A :name that is not among `vars` stays as written; :\'name\' is a text, :"name" an identifier.';
  }
  return undefined;
}

function lastLine(said: string): string {
  return said.trim().split('\n').at(-1)?.trim() ?? '';
}
