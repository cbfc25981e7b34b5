import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A PostgreSQL server of the test's own, in a temporary directory. */
export interface Postgres {
  /** The directory of its socket, for `host`. */
  readonly socket: string;
  readonly port: number;
  /** A directory with nothing but `psql`, for `running.tools`. */
  readonly tools: string;
  /** Rows as `psql -At` prints them. */
  ask(sql: string, database?: string): string;
  /** Over TCP, where everybody needs a password. */
  mayLogIn(role: string, password: string): boolean;
  /** A connection that stays until it is killed. */
  hold(database: string): ChildProcess;
  stop(): void;
}

const ROOT = '/usr/lib/postgresql';

/** `postgres` is trusted on the socket; over 127.0.0.1 everyone needs a password. Started as the user postgres. */
export async function startPostgres(): Promise<Postgres> {
  const bin = binaries();
  const dir = mkdtempSync(join(tmpdir(), 'mama-play-pg-'));
  const [uid, gid] = ['-u', '-g'].map((flag) => Number(spawnSync('id', [flag, 'postgres']).stdout)) as [
    number,
    number,
  ];
  chmodSync(dir, 0o755);
  chownSync(dir, uid, gid);
  const tools = join(dir, 'tools');
  mkdirSync(tools);
  // Not a link: Debian's psql finds its libraries by itself, and a wrapper keeps LC_ALL as the caller has it.
  writeFileSync(join(tools, 'psql'), `#!/bin/sh\nexec ${bin}/psql "$@"\n`, { mode: 0o755 });
  const data = join(dir, 'data');
  const made = spawnSync(
    `${bin}/initdb`,
    ['-D', data, '-N', '-E', 'UTF8', '--locale=C', '-A', 'trust', '-U', 'postgres'],
    { uid, gid, cwd: dir },
  );
  assert.equal(made.status, 0, `initdb: ${made.stderr}`);
  writeFileSync(join(data, 'pg_hba.conf'), 'local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n');
  const port = 20_000 + (process.pid % 20_000);
  const server = spawn(`${bin}/postgres`, ['-D', data, '-p', String(port), '-k', dir, '-c', 'fsync=off'], {
    uid,
    gid,
    cwd: dir,
    stdio: 'ignore',
  });
  const ask = (sql: string, database = 'postgres'): string => {
    const done = spawnSync(`${bin}/psql`, [
      '-X',
      '-w',
      '-At',
      '-q',
      '-h',
      dir,
      '-p',
      String(port),
      '-U',
      'postgres',
      '-d',
      database,
      '-c',
      sql,
    ]);
    assert.equal(done.status, 0, String(done.stderr));
    return String(done.stdout).trim();
  };
  await ready(server, `${bin}/pg_isready`, dir, port);
  const psql = `${bin}/psql`;
  const words = (host: string, role: string, database: string) => [
    '-X',
    '-w',
    '-At',
    '-h',
    host,
    '-p',
    String(port),
    '-U',
    role,
    '-d',
    database,
  ];
  return {
    socket: dir,
    port,
    tools,
    ask,
    mayLogIn: (role, password) =>
      spawnSync(psql, [...words('127.0.0.1', role, 'postgres'), '-c', 'select 1'], {
        env: { ...process.env, PGPASSWORD: password },
      }).status === 0,
    hold(database) {
      const held = spawn(psql, words(dir, 'postgres', database), { stdio: ['pipe', 'ignore', 'ignore'] });
      while (ask(`select 1 from pg_stat_activity where datname = '${database}'`) === '') {
        assert.equal(held.exitCode, null, 'the connection ended');
      }
      return held;
    },
    stop: () => stop(server, dir),
  };
}

function binaries(): string {
  const versions = existsSync(ROOT) ? readdirSync(ROOT).sort((a, b) => Number(b) - Number(a)) : [];
  const found = versions
    .map((version) => join(ROOT, version, 'bin'))
    .find((bin) => existsSync(join(bin, 'postgres')));
  if (!found) throw new Error('these tests need a PostgreSQL server: apt-get install postgresql-15');
  return found;
}

async function ready(server: ChildProcess, pgIsReady: string, dir: string, port: number): Promise<void> {
  for (let i = 0; i < 100; i++) {
    assert.equal(server.exitCode, null, 'the server ended');
    if (spawnSync(pgIsReady, ['-h', dir, '-p', String(port)]).status === 0) return;
    await sleep(100);
  }
  assert.fail('the server does not get ready');
}

/** SIGINT is PostgreSQL's fast shutdown. */
function stop(server: ChildProcess, dir: string): void {
  server.once('exit', () => rmSync(dir, { recursive: true, force: true }));
  server.kill('SIGINT');
}
