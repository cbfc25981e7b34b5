import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Json, JsonObject } from '../../src/runner/contract/json.ts';
import { type Script, sh } from '../../src/runner/contract/script.ts';
import type { ActionVerdict } from '../../src/runner/contract/task-type.ts';
import psqlExec from '../../src/runner/tasks/psql_exec.ts';
import {
  declarationLaws,
  type Ground,
  inEachShell,
  makeGround,
  NASTY,
  perform,
  registersWhatItDeclares,
  shells,
  validateParams,
  worldOf,
} from './harness.ts';
import { type Postgres, startPostgres } from './services/postgres.ts';

declarationLaws(psqlExec);

describe('psql_exec', () => {
  const refusalOf = async (params: JsonObject): Promise<string> => {
    const ground = makeGround(shells()[0]!, { files: { 'a.sql': 'select 1' } });
    const done = await perform(psqlExec, params, ground);
    ground.remove();
    return done.kind === 'refused' ? done.refusal : assert.fail(`not refused: ${JSON.stringify(done)}`);
  };
  it('wants exactly one of sql and file', () => {
    assert.equal(validateParams(psqlExec, {}).faults.length, 1);
    assert.equal(validateParams(psqlExec, { sql: 'a', file: 'b' }).faults.length, 1);
  });
  it('refuses a missing file and names that cannot be variables', async () => {
    assert.match(await refusalOf({ file: 'nothing.sql' }), /nothing\.sql/);
    assert.match(
      await refusalOf({ sql: 'select 1', vars: { ON_ERROR_STOP: '0' } }),
      /"ON_ERROR_STOP" cannot be a name/,
    );
    assert.match(await refusalOf({ sql: 'select 1', vars: { 'a b': '0' } }), /"a b" cannot be a name/);
    assert.match(
      await refusalOf({ sql: 'select 1', container_user: 'postgres' }),
      /container_user needs a container/,
    );
  });
  it('does not take the end of an answer for the answer', () => {
    const end = {
      kind: 'reply',
      code: 0,
      out: Buffer.from('1\n'),
      err: Buffer.alloc(0),
      endless: ['out'],
    } as const;
    const { changed, failed, result } = psqlExec.read(end, null as never);
    assert.deepEqual([changed, failed, result], [true, 'what it gave comes to more than 16 MiB', {}]);
  });
  it('refuses NUL characters', async () => {
    assert.match(await refusalOf({ sql: 'select \0' }), /NUL/);
    assert.match(await refusalOf({ sql: 'select 1', vars: { a: 'x\0' } }), /value of a holds a NUL/);
  });
  inEachShell('says so where there is no psql or docker', async (ground) => {
    const bare = {
      ...ground,
      run: (script: Script) =>
        ground.run(sh`PATH=/nonexistent
${script}`),
    };
    const failed = (done: Awaited<ReturnType<typeof perform>>) =>
      done.kind === 'performed' ? done.verdict.failed : assert.fail(done.kind);
    assert.equal(failed(await perform(psqlExec, { sql: 'select 1' }, bare)), 'there is no psql on this host');
    const inside = await perform(psqlExec, { sql: 'select 1', container: 'db' }, bare);
    assert.equal(failed(inside), 'there is no docker on this host');
  });
});

describe('psql_exec with PostgreSQL @host', function () {
  this.timeout(30_000);
  let server: Postgres;
  before(async () => {
    server = await startPostgres();
    server.ask('create table t (a int primary key, b text)');
    server.ask("create role app login password 'pa''ss'");
  });
  after(() => server.stop());

  const on = (ground: Ground): Ground => ({
    ...ground,
    run: (script, running) => ground.run(script, { tools: [server.tools], ...running }),
  });
  const local = (more: JsonObject): JsonObject => ({
    host: server.socket,
    port: server.port,
    user: 'postgres',
    ...more,
  });
  const done = async (ground: Ground, more: JsonObject): Promise<ActionVerdict> => {
    const it = await perform(psqlExec, local(more), on(ground));
    if (it.kind !== 'performed') return assert.fail(`${it.kind}: ${JSON.stringify(it)}`);
    registersWhatItDeclares(psqlExec, it.verdict.result);
    return it.verdict;
  };
  const well = async (ground: Ground, more: JsonObject): Promise<ActionVerdict> => {
    const verdict = await done(ground, more);
    assert.equal(verdict.failed, undefined);
    return verdict;
  };

  inEachShell('gives rows, columns and nulls', async (ground) => {
    const { changed, result } = await well(ground, {
      sql: `select 1 as one, null as "no
thing", '' as empty, E'a|b\\n(1 row)\\nINSERT 0 1' as odd union all select 2, 'x', ' ', ''`,
    });
    assert.equal(changed, false);
    assert.deepEqual(result['columns'], ['one', 'no\nthing', 'empty', 'odd']);
    assert.deepEqual(result['rows'], [
      ['1', null, '', 'a|b\n(1 row)\nINSERT 0 1'],
      ['2', 'x', ' ', ''],
    ]);
    assert.equal(result['rowcount'], 2);
    assert.deepEqual(result['tags'], []);
  });

  inEachShell('knows from the tags what changed', async (ground) => {
    const name = `c_${ground.shell.name.replace(' ', '_')}`;
    const changes: readonly (readonly [string, boolean, number])[] = [
      [`create table ${name} (a int primary key)`, true, 0],
      [`create table if not exists ${name} (a int)`, false, 0],
      [`alter table ${name} add column if not exists b text`, true, 0],
      [`alter table ${name} add column if not exists b text`, false, 0],
      [`insert into ${name} values (1), (2)`, true, 2],
      [`insert into ${name} values (1) on conflict do nothing`, false, 0],
      [`insert into ${name} values (1) on conflict do nothing; insert into ${name} values (3)`, true, 1],
      [`update ${name} set b = 'x' where a = 9`, false, 0],
      [`update ${name} set b = 'x' where a = 1 returning a`, true, 1],
      [`delete from ${name} where a = 9`, false, 0],
      [`create table ${name}_2 as select 1 as x`, true, 0],
      [`create schema if not exists ${name}_s; create schema if not exists ${name}_s`, true, 0],
      [`create schema if not exists ${name}_s; set search_path = public; begin; commit`, false, 0],
      [`create schema if not exists ${name}_s; comment on schema ${name}_s is 'x'`, true, 0],
      [`drop table if exists ${name}_none`, false, 0],
      [`drop table if exists ${name}_none, ${name}_2`, true, 0],
      [`drop table if exists ${name}_none, ${name}_2`, false, 0],
      [`alter table ${name} add if not exists b text, add if not exists c text`, true, 0],
      ['create extension if not exists plpgsql', false, 0],
      [`with gone as (delete from ${name} returning 1) select count(*) from gone`, false, 1],
    ];
    for (const [sql, changed, count] of changes) {
      const verdict = await well(ground, { sql });
      assert.deepEqual([sql, verdict.changed, verdict.result['rowcount']], [sql, changed, count]);
    }
  });

  inEachShell('takes any text as a variable, and shows none on a command line', async (ground) => {
    const texts = [
      ...NASTY.filter((t) => !t.includes('\0')),
      `a'b"c\\d`,
      ':x',
      "\\'; drop table t; --",
      'é😀\r\t\u0001',
    ];
    for (const value of texts) {
      const { result } = await well(ground, {
        sql: `select :'v' as v, 1 as :"v"`,
        vars: { v: value || 'e' },
      });
      assert.deepEqual(result['rows'], [[value || 'e', '1']]);
    }
    const vars = { n: 7, yes: true, password: 'topsecret' };
    const { result } = await well(ground, { sql: "select :n, :yes, :'password'", vars });
    assert.deepEqual(result['rows'], [['7', 't', 'topsecret']]);
  });

  inEachShell('keeps password, values and SQL out of the command line', async (ground) => {
    const log = ground.at('argv');
    ground.lay({
      'bin/psql': { content: `#!/bin/sh\necho "$@" >${log}\nexec ${server.tools}/psql "$@"\n`, mode: 0o755 },
    });
    const spied = {
      ...ground,
      run: (script: Script) => ground.run(script, { tools: [ground.at('bin')] }),
    };
    const params = {
      sql: "select :'v', 'written'",
      vars: { v: 'given' },
      host: '127.0.0.1',
      port: server.port,
      user: 'app',
      password: "pa'ss",
      database: 'postgres',
    };
    const it = await perform(psqlExec, params, spied);
    assert.ok(it.kind === 'performed' && it.verdict.failed === undefined, JSON.stringify(it));
    const argv = readFileSync(log, 'utf8');
    assert.doesNotMatch(argv, /pa'ss|given|written|app/);
    assert.match(argv, /-X -w -A .*-f -$/m);
  });

  inEachShell('shows an error where it is, with its line as written', async (ground) => {
    const sql = "select 1;\n\nselect :'secret' from t\n\twhere none = 1;";
    const verdict = await done(ground, { sql, vars: { secret: 'hunter2hunter2' } });
    assert.equal(
      verdict.failed,
      'ERROR: column "none" does not exist (SQLSTATE 42703, at line 4 of the SQL)\n where none = 1;\n       ^',
    );
    const long = `select '${'x'.repeat(80)}', nope from t`;
    assert.equal(
      (await done(ground, { sql: long })).failed,
      `ERROR: column "nope" does not exist (SQLSTATE 42703, at line 1 of the SQL)\n${long}\n${' '.repeat(long.indexOf('nope'))}^`,
    );
    const inValue = await done(ground, { sql: "select :'secret', nope", vars: { secret: 'hunter2hunter2' } });
    assert.equal(
      inValue.failed,
      'ERROR: column "nope" does not exist (SQLSTATE 42703, at line 1 of the SQL)',
    );
  });

  inEachShell('stops at the first error and leaves nothing behind', async (ground) => {
    const sql =
      "insert into t values (100, 'x');\ninsert into t values (100, 'y');\ninsert into t values (101, 'z')";
    const verdict = await done(ground, { sql });
    assert.match(
      verdict.failed ?? '',
      /^ERROR: duplicate key .* \(SQLSTATE 23505, at line 2 of the SQL\)\nDETAIL: Key/,
    );
    assert.equal(verdict.changed, false);
    assert.equal(server.ask('select count(*) from t where a >= 100'), '0');
  });

  inEachShell('creates a database unless it is there', async (ground) => {
    const name = `db_${ground.shell.name.replace(' ', '_')}`;
    const params = {
      sql: 'create database :"name"',
      unless: "select 1 from pg_database where datname = :'name'",
      vars: { name },
      transaction: false,
    };
    assert.equal((await well(ground, params)).changed, true);
    const again = await perform(psqlExec, local(params), on(ground));
    assert.deepEqual(again, { kind: 'needless', because: 'unless holds' });
    const within = await done(ground, { sql: 'create database x' });
    assert.match(within.failed ?? '', /cannot run inside a transaction block/);
    assert.equal(within.hint, 'Set `transaction: false`.');
  });

  inEachShell('takes unless for what it says', async (ground) => {
    const cases: readonly (readonly [string, boolean])[] = [
      ['select true', true],
      ['select false', false],
      ['select 0', false],
      ['select null', false],
      ["select ''", false],
      ["select 'x'", true],
      ['select 1 where false', false],
      ["select to_regclass('public.t') is not null;", true],
      ["select to_regclass('public.none') is not null -- comment", false],
    ];
    for (const [unless, needless] of cases) {
      const it = await perform(psqlExec, local({ sql: 'select 1', unless }), on(ground));
      assert.equal(it.kind, needless ? 'needless' : 'performed', unless);
    }
  });

  inEachShell('asks unless in a read-only transaction', async (ground) => {
    const unless = "insert into t values (200, 'x') returning 0";
    const it = await perform(psqlExec, local({ sql: 'select 1', unless }), on(ground));
    assert.ok(it.kind === 'refused', it.kind);
    assert.match(it.refusal, /^unless: ERROR: cannot execute INSERT in a read-only transaction/);
    assert.equal(server.ask('select count(*) from t where a = 200'), '0');
  });

  inEachShell('reads a file of the controller', async (ground) => {
    const it = await well(makeWith(ground, { 'q.sql': "select 'from a file' -- no semicolon" }), {
      file: 'q.sql',
    });
    assert.deepEqual(it.result['rows'], [['from a file']]);
  });

  inEachShell('says why it cannot connect', async (ground) => {
    const tcp = { host: '127.0.0.1', user: 'app' };
    const cases: readonly (readonly [JsonObject, RegExp, RegExp])[] = [
      [{ database: 'none' }, /^psql cannot connect: .*database "none" does not exist$/, /transaction: false/],
      [{ user: 'none' }, /role "none" does not exist$/, /Set `user`/],
      [{ ...tcp, password: 'wrong' }, /password authentication failed for user "app"$/, /Check `user`/],
      [tcp, /no password supplied$/, /set `password`/],
      [{ ...tcp, port: 1 }, /port 1 failed: Connection refused$/, /Is the server up\?/],
    ];
    for (const [more, failed, hint] of cases) {
      const verdict = await done(ground, { sql: 'select 1', ...more });
      assert.match(verdict.failed ?? '', failed);
      assert.match(verdict.hint ?? '', hint);
      assert.doesNotMatch(JSON.stringify(verdict as unknown as Json), /wrong/);
    }
  });

  inEachShell(
    'refuses when unless cannot be asked, but not of a container that a dry run would make',
    async (ground) => {
      const params = local({ sql: 'select 1', unless: 'select 1', database: 'none' });
      const real = await perform(psqlExec, params, on(ground));
      assert.ok(real.kind === 'refused' && /^unless: psql cannot connect/.test(real.refusal));
      ground.lay({
        'bin/docker': {
          content: '#!/bin/sh\necho "Error: No such container: db" >&2; exit 1\n',
          mode: 0o755,
        },
      });
      const world = worldOf({ 'container:db': { running: true } });
      const spied = {
        ...ground,
        run: (script: Script) => ground.run(script, { tools: [ground.at('bin')] }),
      };
      const dry = await perform(
        psqlExec,
        { sql: 'select 1', unless: 'select 1', container: 'db' },
        spied,
        world,
      );
      assert.equal(dry.kind, 'performed');
      assert.ok(dry.kind === 'performed');
      assert.equal(dry.verdict.failed, 'docker exec in db: No such container: db');
    },
  );

  inEachShell('runs in a container with nothing secret on its command line', async (ground) => {
    // Stands in for the engine: takes docker's own words away, notes them, and runs the rest here.
    const fake = `#!/bin/sh
echo "$@" >${ground.at('argv')}
while [ "$1" != -- ]; do shift; done; shift 2
PATH=${server.tools}:$PATH; exec "$@"
`;
    ground.lay({ 'bin/docker': { content: fake, mode: 0o755 } });
    const spied = {
      ...ground,
      run: (script: Script) => ground.run(script, { tools: [ground.at('bin')] }),
    };
    const params = local({
      sql: "insert into t values (:a, :'v') on conflict do nothing",
      vars: { a: 300, v: 'hidden' },
      password: 'geheim',
      container: 'db',
      container_user: 'postgres',
    });
    const it = await perform(psqlExec, params, spied);
    assert.ok(it.kind === 'performed' && it.verdict.failed === undefined, JSON.stringify(it));
    const argv = readFileSync(ground.at('argv'), 'utf8');
    assert.match(
      argv,
      /^exec -i -e PGHOST -e PGPORT -e PGUSER -e PGPASSWORD -e PGCLIENTENCODING -e PGCONNECT_TIMEOUT -u postgres -- db sh -c exec psql "\$@" 2>&1 psql -X/,
    );
    assert.doesNotMatch(argv, /geheim|hidden/);
  });
});

function makeWith(ground: Ground, files: Readonly<Record<string, string>>): Ground {
  const other = makeGround(ground.shell, { files });
  const local = other.local;
  after(() => other.remove());
  return { ...ground, local };
}
