import assert from 'node:assert/strict';
import type { JsonObject } from '../../src/runner/contract/json.ts';
import { isRefusal, isUnknown } from '../../src/runner/contract/task-type.ts';
import { matches, md5Verifier, scramVerifier } from '../../src/runner/tasks/lib/psql/scram.ts';
import postgresUser from '../../src/runner/tasks/postgres_user.ts';
import {
  type Case,
  converge,
  desire,
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

const FLAGS = 'rolsuper, rolcreatedb, rolcanlogin, rolconnlimit, rolvaliduntil::date';

describe('postgres_user with PostgreSQL @host', function () {
  this.timeout(60_000);
  let server: Postgres;
  const running = {
    get tools() {
      return [server.tools];
    },
  };
  before(async () => {
    server = await startPostgres();
    server.ask("create role plain login password 'plain' createrole");
  });
  after(() => server.stop());

  const all = () =>
    server.ask(`select rolname, ${FLAGS}, rolpassword from pg_authid where rolname !~ '^pg_' order by 1`);
  const role = () => server.ask(`select ${FLAGS} from pg_roles where rolname = 'r'`);
  const at = (more: JsonObject) => () => ({
    name: 'r',
    login_host: server.socket,
    login_port: server.port,
    login_user: 'postgres',
    ...more,
  });
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
      for (const sql of ['drop role if exists r', ...from]) server.ask(sql);
    },
    params: at(params),
    delta: delta ?? null,
    after(_, done) {
      assert.equal(role(), to);
      assert.doesNotMatch(JSON.stringify(done.delta), /SCRAM|md5|se'cret/);
      if (params['password']) assert.ok(server.mayLogIn('r', String(params['password'])), 'cannot log in');
    },
  });

  const cases: readonly Case[] = [
    trial('makes one', [], {}, ['state'], 'f|f|t|-1|'),
    trial(
      'makes one with all that can be said',
      [],
      {
        password: "se'cret",
        role_attr_flags: 'CREATEDB, NOINHERIT,superuser',
        conn_limit: 3,
        expires: '2041-02-03',
      },
      ['CREATEDB', 'INHERIT', 'SUPERUSER', 'conn_limit', 'expires', 'password', 'state'],
      't|t|t|3|2041-02-03',
    ),
    trial(
      'makes one that may not log in',
      [],
      { role_attr_flags: 'NOLOGIN' },
      ['LOGIN', 'state'],
      'f|f|f|-1|',
    ),
    trial(
      'leaves one that is as declared',
      ["create role r login password 'se''cret' createdb valid until '2041-02-03'"],
      { password: "se'cret", role_attr_flags: 'CREATEDB', expires: 'Feb 3 2041', conn_limit: -1 },
      null,
      'f|t|t|-1|2041-02-03',
    ),
    trial(
      'gives another password',
      ["create role r login password 'old'"],
      { password: "se'cret" },
      ['password'],
      'f|f|t|-1|',
    ),
    trial(
      'gives a first password',
      ['create role r login'],
      { password: 'Ünïcödé ☃\u00a0ﬁ' },
      ['password'],
      'f|f|t|-1|',
    ),
    trial(
      'knows a password that the server prepared',
      ["create role r login password 'Ünïcödé ☃\u00a0ﬁ'"],
      { password: 'Ünïcödé ☃\u00a0ﬁ' },
      null,
      'f|f|t|-1|',
    ),
    trial(
      'takes attributes away',
      ['create role r login superuser createdb'],
      { role_attr_flags: 'NOSUPERUSER' },
      ['SUPERUSER'],
      'f|t|t|-1|',
    ),
    trial(
      'takes the password away',
      ["create role r login password 'x'"],
      { password: '' },
      ['password'],
      'f|f|t|-1|',
    ),
    trial(
      'ends an end',
      ["create role r login valid until '2041-02-03'"],
      { expires: 'infinity' },
      ['expires'],
      'f|f|t|-1|infinity',
    ),
    trial(
      'leaves a password alone if told so',
      ["create role r login password 'x'"],
      { password: 'x', no_password_changes: true },
      null,
      'f|f|t|-1|',
    ),
    trial('removes one', ['create role r'], { state: 'absent' }, ['state'], ''),
    trial('has nothing to remove', [], { state: 'absent' }, null, ''),
    {
      ...trial(
        'knows what MD5 made',
        ["set password_encryption = 'md5'; create role r login password 'x'"],
        {},
        null,
        '',
      ),
      params: at({ password: 'x' }),
      after: () => assert.match(all(), /^r\|.*md5/m),
    },
    {
      ...trial('takes a verifier', [], {}, null, ''),
      params: at({ password: scramVerifier('given', Buffer.from('0123456789abcdef')) }),
      delta: ['password', 'state'],
      after: () => assert.ok(server.mayLogIn('r', 'given')),
    },
    {
      ...trial('refuses to guess at a password', ['create role r login'], {}, null, ''),
      params: at({ password: 'x', login_user: 'plain' }),
      refused: /^whether the role r has this password cannot be told: plain may not read pg_authid$/,
    },
    {
      ...trial('makes one without a superuser', [], {}, null, ''),
      params: at({ password: 'x', login_user: 'plain', no_password_changes: true }),
      delta: ['password', 'state'],
      after: () => assert.ok(server.mayLogIn('r', 'x')),
    },
    {
      ...trial('refuses a time that is none', [], {}, null, ''),
      params: at({ expires: 'soon' }),
      refused: /^ERROR: invalid input syntax for type timestamp/,
    },
  ];
  laws(postgresUser, cases, {
    fingerprint: all,
    nasty: {
      texts: [NASTY.join('').slice(0, 55), '-rf "$(touch pwned)\'s \\'],
      case: (text) => ({
        running,
        before: () => server.ask(`drop role if exists "${text.replaceAll('"', '""')}"`),
        params: at({ name: text, password: NASTY.join('') }),
        after() {
          assert.ok(server.mayLogIn(text, NASTY.join('')));
        },
      }),
    },
  });

  it('keeps MD5 where the server does', async () => {
    const ground = makeGround(shells()[0]!, {}, running);
    server.ask(
      "drop role if exists r; create role r login; alter role postgres set password_encryption = 'md5'",
    );
    await converge(postgresUser, at({ password: 'x' })(), ground);
    server.ask('alter role postgres reset all');
    ground.remove();
    assert.match(all(), new RegExp(`\\|${md5Verifier('x', 'r')}$`, 'm'));
  });

  it('says why a role that owns something stays', async () => {
    const ground = makeGround(shells()[0]!, {}, running);
    server.ask('drop role if exists r; create role r; create schema s authorization r');
    const done = await converge(postgresUser, at({ state: 'absent' })(), ground);
    server.ask('drop schema s');
    ground.remove();
    assert.ok(done.kind === 'refused');
    assert.match(done.refusal, /^ERROR: role "r" cannot be dropped because some objects depend on it/);
    assert.match(done.hint ?? '', /reassign owned by/);
  });

  it('does not guess in a dry run', () => {
    const ground = makeGround(shells()[0]!, {}, running);
    server.ask('drop role if exists r');
    const desired = desire(postgresUser, at({})(), ground);
    const now = look(postgresUser, desired, ground);
    const delta = postgresUser.decide(now, desired, worldOf({}));
    assert.ok(delta && !isUnknown(delta) && 'state' in delta);
    const predicted = postgresUser.predict!({}, desired, now, REAL)!;
    const again = postgresUser.decide(now, desired, worldOf(predicted));
    ground.remove();
    assert.deepEqual(again, { unknown: 'the role r would have been made before' });
  });
});

describe('postgres_user', () => {
  it('sends no password, and never shows one in a command', () => {
    const ground = makeGround(shells()[0]!);
    const desired = desire(postgresUser, { name: 'r', password: 'the-secret-word' }, ground);
    const now = { role: null, md5: false, mayRead: true };
    const delta = postgresUser.decide(now, desired, worldOf({}));
    assert.ok(delta && !isUnknown(delta) && !isRefusal(delta));
    const change = postgresUser.apply(delta, desired, now);
    ground.remove();
    assert.ok('kind' in change);
    for (const script of [change, postgresUser.probe(desired)]) {
      assert.ok(!`${script.text}${script.input}`.includes('the-secret-word'));
    }
    assert.doesNotMatch(change.text, /SCRAM/);
  });

  it('knows bad parameters', () => {
    for (const more of [
      { role_attr_flags: 'ROOT' },
      { role_attr_flags: 'NO' },
      { conn_limit: -2 },
      { state: 'gone' },
    ]) {
      assert.equal(
        validateParams(postgresUser, { name: 'r', ...more }).faults.length,
        1,
        JSON.stringify(more),
      );
    }
    const ground = makeGround(shells()[0]!);
    const both = desire(postgresUser, { name: 'r', role_attr_flags: 'LOGIN,NOLOGIN' }, ground);
    ground.remove();
    assert.ok(isRefusal(both) && both.refusal === 'role_attr_flags holds LOGIN and NOLOGIN');
  });

  it('tells what cannot be told', () => {
    assert.equal(matches('SCRAM-SHA-512$1:a$b:c', 'x', 'r'), null);
    assert.equal(matches('SCRAM-SHA-256$999999999:YQ==$YQ==:YQ==', 'x', 'r'), null);
  });
});
