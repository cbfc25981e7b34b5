import { lines, type Script, sh, withInput } from '../../../contract/script.ts';
import { type Area, type Refusal, refuse } from '../../../contract/task-type.ts';
import type { Program } from './program.ts';
import { NO_DOCKER, NO_PSQL } from './trouble.ts';

/** Which psql is run, and what it connects to. */
export interface Session {
  /** PGHOST, PGUSER …: psql's connection, said through the environment only. */
  readonly connection: Readonly<Record<string, string>>;
  readonly container: string | undefined;
  readonly containerUser: string | undefined;
}

export interface Login {
  readonly host?: string;
  readonly port?: number;
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
  readonly container?: string;
  readonly containerUser?: string | undefined;
}

export function sessionOf(login: Login): Session | Refusal {
  const { host, port, user, password, database, container, containerUser } = login;
  if (containerUser !== undefined && container === undefined) {
    return refuse('container_user needs a container', 'On the host itself, use become_user.');
  }
  const connection = given({
    PGHOST: host,
    PGPORT: port,
    PGUSER: user,
    PGPASSWORD: password,
    PGDATABASE: database,
    PGCLIENTENCODING: 'UTF8',
    PGCONNECT_TIMEOUT: 15,
  });
  return { connection, container, containerUser };
}

/** What of the host decides whether the server can be asked. */
export function wayTo({ container }: Session): readonly Area[] {
  return container === undefined
    ? ['service:', 'program:', 'container:', 'package:']
    : [`container:${container}`];
}

/** psql with the program on its stdin, stderr merged into stdout so that notices stay with their statements. */
export function psql(session: Session, what: Program, transaction: boolean): Script {
  const options = ['-X', '-w', '-A', '-v', 'ON_ERROR_STOP=1', '-v', 'VERBOSITY=verbose'];
  const words = [...options, ...(transaction ? ['-1'] : []), '-f', '-'];
  const environment = lines(
    ...Object.entries(session.connection).map(([name, value]) => sh`export ${name}=${value}`),
  );
  return withInput(lines(environment, run(session, words)), what.text);
}

function run({ connection, container, containerUser }: Session, words: readonly string[]): Script {
  if (container === undefined) {
    return lines(sh`command -v psql >/dev/null 2>&1 || exit ${NO_PSQL}`, sh`exec psql ${words} 2>&1`);
  }
  const passed = Object.keys(connection).flatMap((name) => ['-e', name]);
  const user = containerUser === undefined ? [] : ['-u', containerUser];
  return lines(
    sh`command -v docker >/dev/null 2>&1 || exit ${NO_DOCKER}`,
    sh`exec docker exec -i ${[...passed, ...user]} -- ${container} sh -c ${'exec psql "$@" 2>&1'} psql ${words}`,
  );
}

function given(values: Readonly<Record<string, string | number | undefined>>): Record<string, string> {
  const present = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present.map(([name, value]) => [name, String(value)]));
}
