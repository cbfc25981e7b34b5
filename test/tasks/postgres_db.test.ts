import assert from 'node:assert/strict';
import type { JsonObject } from '../../src/runner/contract/json.ts';
import { isRefusal } from '../../src/runner/contract/task-type.ts';
import postgresDb from '../../src/runner/tasks/postgres_db.ts';
import {
  type Case,
  converge,
  desire,
  inEachShell,
  laws,
  look,
  makeGround,
  NASTY,
  REAL,
  shells,
  validateParams,
  worldOf,
} from './harness.ts';
import { type Postgres, startPostgres } from './services/postgres.ts';
import { without } from './services/without.ts';

describe('postgres_db with PostgreSQL @host', function () {
  this.timeout(60_000);
  let server: Postgres;
  const running = {
    get tools() {
      return [server.tools];
    },
  };
  before(async () => {
    server = await startPostgres();
    server.ask('create role app');
  });
  after(() => server.stop());

  const all = () =>
    server.ask(
      `select datname, pg_get_userbyid(datdba), pg_encoding_to_char(encoding), datconnlimit from pg_database where datname not like 'template%' and datname <> 'postgres' order by 1`,
    );
  const others = () =>
    server.ask(
      `select datname from pg_database where datname !~ '^template' and datname not in ('postgres', 'd')`,
    );
  const dropOthers = () => {
    const name = others();
    if (name !== '') server.ask(`drop database "${name.replaceAll('"', '""')}"`);
  };
  const at = (more: JsonObject) => () => ({
    name: 'd',
    login_host: server.socket,
    login_port: server.port,
    login_user: 'postgres',
    ...more,
  });
  /** `from`: SQL that prepares the server, on which there is no database d. */
  const trial = (
    name: string,
    from: readonly string[],
    params: JsonObject,
    delta: Case['delta'],
    to: string,
  ): Case => ({
    name,
    running,
    before() {
      dropOthers();
      for (const sql of ['drop database if exists d with (force)', ...from]) server.ask(sql);
    },
    params: at(params),
    delta: delta ?? null,
    after: () => assert.equal(all(), to),
  });
  const refuses = (name: string, from: readonly string[], params: JsonObject, refused: RegExp): Case => ({
    ...trial(name, from, params, null, ''),
    refused,
  });

  const cases: readonly Case[] = [
    trial('makes one', [], {}, ['state'], 'd|postgres|UTF8|-1'),
    trial(
      'makes one with all that can be said',
      [],
      {
        owner: 'app',
        encoding: 'latin1',
        template: 'template0',
        lc_collate: 'C',
        lc_ctype: 'C',
        conn_limit: 3,
      },
      ['conn_limit', 'encoding', 'lc_collate', 'lc_ctype', 'owner', 'state', 'template'],
      'd|app|LATIN1|3',
    ),
    trial(
      'leaves one that is as declared',
      ['create database d owner app'],
      { owner: 'app', encoding: 'utf-8', conn_limit: -1 },
      null,
      'd|app|UTF8|-1',
    ),
    trial(
      'gives it to another',
      ['create database d'],
      { owner: 'app', conn_limit: 5 },
      ['conn_limit', 'owner'],
      'd|app|UTF8|5',
    ),
    trial('removes one', ['create database d'], { state: 'absent' }, ['state'], ''),
    trial('has nothing to remove', [], { state: 'absent', force: true }, null, ''),
    refuses(
      'refuses another encoding',
      ['create database d'],
      { encoding: 'LATIN1' },
      /^the database d has encoding UTF8, which cannot become LATIN1$/,
    ),
    refuses('refuses an unknown owner', [], { owner: 'nobody' }, /^the server has no role "nobody"$/),
    refuses(
      'tells what the server says',
      [],
      { encoding: 'LATIN1' },
      /^ERROR: new encoding \(LATIN1\) is incompatible.*\(SQLSTATE 22023\)\nHINT: /,
    ),
  ];
  laws(postgresDb, cases, {
    fingerprint: all,
    nasty: {
      // One database for all of them: making one is slow.
      texts: [NASTY.join('').slice(0, 55), '-rf "$(touch pwned)\'s'],
      case: (text) => ({
        running,
        params: at({ name: text }),
        before: () => dropOthers(),
        after: () => assert.equal(others(), text.trim()),
      }),
    },
  });

  it('removes one that somebody is connected to only by force', async () => {
    const ground = makeGround(shells()[0]!, {}, running);
    server.ask('drop database if exists d with (force)');
    server.ask('create database d');
    const held = server.hold('d');
    const refused = await converge(postgresDb, at({ state: 'absent' })(), ground);
    assert.ok(
      refused.kind === 'refused' && /being accessed by other users/.test(refused.refusal),
      JSON.stringify(refused),
    );
    const done = await converge(postgresDb, at({ state: 'absent', force: true })(), ground);
    held.kill();
    ground.remove();
    assert.equal(done.kind, 'converged');
    assert.equal(all(), '');
  });

  it('knows in a dry run what earlier tasks would have made', () => {
    const ground = makeGround(shells()[0]!, {}, running);
    server.ask('drop database if exists d with (force)');
    const decide = (params: JsonObject, world: JsonObject) => {
      const desired = desire(postgresDb, at(params)(), ground);
      return postgresDb.decide(look(postgresDb, desired, ground), desired, worldOf(world));
    };
    const desired = desire(postgresDb, at({})(), ground);
    const made = postgresDb.predict!({}, desired, { db: null, ownerKnown: false }, REAL)!;
    assert.equal(decide({}, made), null);
    const role = Object.keys(made)[0]!.replace('/db/d', '/role/later');
    const owned = decide({ owner: 'later' }, { [role]: { present: true } });
    ground.remove();
    assert.ok(owned && 'owner' in owned);
  });
});

describe('postgres_db', () => {
  it('refuses to remove what it is connected to', () => {
    const ground = makeGround(shells()[0]!);
    const desired = desire(postgresDb, { name: 'postgres', state: 'absent' }, ground);
    ground.remove();
    assert.ok(isRefusal(desired));
    assert.equal(desired.refusal, 'postgres is the database to connect to, which cannot be removed');
  });

  it('knows bad parameters', () => {
    for (const more of [{ conn_limit: -2 }, { state: 'dump' }, { login_port: 0 }, { name: '' }]) {
      assert.equal(validateParams(postgresDb, { name: 'd', ...more }).faults.length, 1, JSON.stringify(more));
    }
  });

  inEachShell('says so where there is no psql or docker', (ground) => {
    const bare = without(ground, 'psql', 'docker');
    const refusal = (params: JsonObject) => {
      const current = look(postgresDb, desire(postgresDb, params, ground), bare);
      return isRefusal(current) ? current.refusal : assert.fail('not refused');
    };
    assert.equal(refusal({ name: 'd' }), 'there is no psql on this host');
    assert.equal(refusal({ name: 'd', container: 'c' }), 'there is no docker on this host');
  });
});
