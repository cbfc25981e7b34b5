import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { untruths } from '../engine/untruths.ts';
import { down } from '../hosts/down.ts';
import { BASE_ARCHIVE } from '../hosts/state.ts';
import { up } from '../hosts/up.ts';
import { BOTH, differences, onHost, type Snapshot, snapshot } from './lib/hosts.ts';
import { failures, mamaPlay, type Played, play, ROOT, SITE, withStatus } from './lib/play.ts';

const APP = 'mama-app';
const INFR = 'mama-infr';
const ENV_FILE = '/etc/mama/mama_ng_scheduler.env';
const SECRETS: Record<string, string> = named(
  parse(readFileSync(join(ROOT, 'inventory/group_vars/local/secrets.yaml'), 'utf8')),
);

/** Name → secret; those of a map under their own names. */
function named(values: Record<string, unknown>): Record<string, string> {
  const entries = Object.entries(values).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value]] : Object.entries(named(value as Record<string, unknown>)),
  );
  return Object.fromEntries(entries);
}

const snapshots = () => Promise.all(BOTH.map((host) => snapshot(host.name)));

async function assertUntouchedSince(before: readonly Snapshot[]): Promise<void> {
  const after = await snapshots();
  assert.deepEqual(
    after.flatMap((now, i) => differences(before[i]!, now)),
    [],
  );
}

function psql(sql: string): Promise<string> {
  return onHost(
    APP,
    `docker exec -i mamangschedulerdb psql -X -U postgres -At scheduler <<'SQL'\n${sql}\nSQL\n`,
  );
}

function assertNothingToDo(played: Played): void {
  assert.equal(played.code, 0, failures(played));
  for (const { name } of BOTH) {
    const { ok, ...counts } = played.of(name);
    assert.ok(ok > 0);
    const { changed, would_change, unknown, failed, unreachable, state } = counts;
    assert.deepEqual(
      { changed, would_change, unknown, failed, unreachable, state },
      { changed: 0, would_change: 0, unknown: 0, failed: 0, unreachable: 0, state: 'done' },
      `${name}: ${withStatus(played, 'changed', 'would_change', 'unknown', 'failed')}`,
    );
  }
}

function assertNoSecret(output: string): void {
  for (const [name, secret] of Object.entries(SECRETS)) {
    assert.ok(!output.includes(secret), `${name} is in the output`);
    assert.ok(
      !output.includes(Buffer.from(secret).toString('base64')),
      `${name} is in the output, in Base64`,
    );
  }
}

/** There is no registry: what images are built on comes from here. */
const FIRST = [...SITE, '-e', `base_archive=${BASE_ARCHIVE}`];

describe('site.yaml on two bare hosts @host', function () {
  this.timeout(2_700_000);

  before(async () => {
    await down(BOTH);
    await up(BOTH, { yes: true }, { bare: true });
  });

  it('there is nothing but OpenSSH and sudo on them', async () => {
    const look = 'for c in docker dockerd supervisord git curl python3; do command -v $c || :; done';
    for (const { name } of BOTH) assert.equal(await onHost(name, look), '');
  });

  it('--check on bare hosts fails nowhere and writes nothing', async () => {
    const before = await snapshots();
    const checked = await play([...FIRST, '--check', '--diff']);
    assert.equal(checked.code, 0, failures(checked));
    await assertUntouchedSince(before);
    for (const { name } of BOTH) {
      assert.equal(checked.of(name).changed, 0);
      assert.ok(checked.of(name).would_change > 0);
    }
  });

  it('the first run deploys, and tells no secret', async () => {
    const first = await play([...FIRST, '--diff', '-vvv']);
    assert.equal(first.code, 0, failures(first));
    for (const { name } of BOTH) {
      assert.ok(first.of(name).changed > 0);
      assert.equal(first.of(name).failed, 0);
      assert.equal(first.of(name).state, 'done');
    }
    assertNoSecret(first.stdout + first.stderr);
  });

  it('the second run changes nothing, in at most 2 round trips per host', async () => {
    const second = await play(SITE);
    assertNothingToDo(second);
    for (const { name } of BOTH)
      assert.ok(second.of(name).round_trips <= 2, `${second.of(name).round_trips}`);
  });

  it('a check of what is converged finds nothing and writes nothing', async () => {
    const before = await snapshots();
    assertNothingToDo(await play([...SITE, '--check', '--diff']));
    await assertUntouchedSince(before);
  });

  it('Redis answers', async () => {
    assert.equal((await onHost(INFR, 'docker exec redis redis-cli ping')).trim(), 'PONG');
  });

  it('RabbitMQ serves, lets its user in and has no guest', async () => {
    await onHost(INFR, 'docker exec rabbitmq mama-rabbitmq ping');
    const ctl = (words: string) =>
      onHost(INFR, `docker exec -e HOME=/var/lib/rabbitmq -u rabbitmq rabbitmq rabbitmqctl -q ${words}`);
    assert.equal((await ctl('list_users')).trim(), 'user\ttags\nvumi\t[]');
    await ctl(`authenticate_user vumi ${SECRETS['amqp_password']}`);
    await assert.rejects(ctl('authenticate_user vumi wrong'));
  });

  it('both programs of supervisord run', async () => {
    const status = await onHost(INFR, 'supervisorctl status');
    assert.match(status, /^redis\s+RUNNING/m);
    assert.match(status, /^rabbitmq\s+RUNNING/m);
  });

  it('containers of one host find each other by name', async () => {
    const ping = 'docker exec rabbitmq getent hosts mama-ng-redis';
    assert.match(await onHost(INFR, ping), /^\d+\.\d+\.\d+\.\d+/);
  });

  it('the database is on loopback only and asks for the password', async () => {
    const ports = await onHost(APP, 'docker port mamangschedulerdb');
    assert.equal(ports.trim(), '5432/tcp -> 127.0.0.1:5434');
    const login = (password: string) =>
      onHost(
        APP,
        `docker exec -e PGPASSWORD=${password} mamangschedulerdb psql -X -w -h 127.0.0.1 -U postgres -Atc 'select 1'`,
      );
    assert.equal((await login(SECRETS['scheduler_db_password']!)).trim(), '1');
    await assert.rejects(login('wrong'));
  });

  it('the environment file is what the scheduler needs, for root only', async () => {
    assert.equal((await onHost(APP, `stat -c '%a %U %G' ${ENV_FILE}`)).trim(), '600 root root');
    const lines = (await onHost(APP, `cat ${ENV_FILE}`))
      .split('\n')
      .filter((line) => line && !line.startsWith('#'));
    assert.deepEqual(lines, [
      'VIRTUAL_HOST=mama-ng-scheduler.local.example.com',
      `DATABASE_URL=postgresql://postgres:${SECRETS['scheduler_db_password']}@mamangschedulerdb:5432/scheduler`,
    ]);
  });

  it('the admin user is there once, with its password in Base64', async () => {
    const hash = Buffer.from(SECRETS['scheduler_admin_password']!).toString('base64');
    const rows = await psql('select id, version, username, type, password_hash from service_users');
    assert.equal(rows.trim(), `1|0|admin|SUPER|${hash}`);
  });

  // What an environment file holds is in `docker inspect` by Docker's design: only the env of a container may have it.
  it('no secret is in a process list, in an image, or in what `docker inspect` shows besides the environment', async () => {
    const shown =
      '{{json .Args}} {{json .Config.Cmd}} {{json .Config.Labels}} {{json .HostConfig}} {{json .Mounts}}';
    const look = `ps axww -o args; docker inspect --format '${shown}' $(docker ps -aq)
      docker image inspect $(docker images -q); for i in $(docker images -q); do docker history --no-trunc "$i"; done`;
    for (const { name } of BOTH) assertNoSecret(await onHost(name, look));
  });

  describe('a file changed by hand', () => {
    const spoil = () => onHost(APP, `echo 'VIRTUAL_HOST=elsewhere.example.com' >> ${ENV_FILE}`);

    it('is the one thing that --check --diff shows, and nothing is written', async () => {
      await spoil();
      const before = await snapshots();
      const checked = await play([...SITE, '--check', '--diff']);
      assert.equal(checked.code, 0, failures(checked));
      assert.deepEqual(withStatus(checked, 'changed', 'would_change', 'unknown', 'failed'), [
        `${APP}: Environment of the scheduler`,
      ]);
      assert.equal(checked.of(APP).would_change, 1);
      await assertUntouchedSince(before);
    });

    it('is shown as a diff of that line, without the secret beside it', async () => {
      const { stdout, code } = await mamaPlay([...SITE, '--check', '--diff', '--output', 'plain']);
      assert.equal(code, 0);
      assert.match(
        stdout,
        /^\s*env\.VIRTUAL_HOST: elsewhere\.example\.com → mama-ng-scheduler\.local\.example\.com$/m,
      );
      assertNoSecret(stdout);
    });

    it('is exactly what the next run repairs', async () => {
      const repaired = await play(SITE);
      assert.equal(repaired.code, 0, failures(repaired));
      assert.deepEqual(withStatus(repaired, 'changed'), [`${APP}: Environment of the scheduler`]);
      assertNothingToDo(await play(SITE));
    });
  });

  it('several things changed by hand: what --check is certain of is what the next run does', async () => {
    await onHost(APP, `rm ${ENV_FILE}; docker rm -f mamangschedulerdb`);
    await onHost(INFR, 'supervisorctl stop redis');
    const before = await snapshots();
    const checked = await play([...SITE, '--check', '--diff']);
    assert.equal(checked.code, 0, failures(checked));
    await assertUntouchedSince(before);
    assert.ok(checked.tasks.some(({ status }) => status === 'would_change'));
    const repaired = await play(SITE);
    assert.equal(repaired.code, 0, failures(repaired));
    assert.deepEqual(untruths(checked.tasks, repaired.tasks), []);
    const { unknown, ok, would_change } = checked.of(APP);
    assert.ok(unknown < (ok + would_change) / 2, `${unknown} unknown of ${ok + would_change + unknown}`);
    assertNothingToDo(await play(SITE));
  });

  it('another admin password changes that row, the environment of control, and the containers that read it', async () => {
    const password = 'anotherAdminPassword2';
    const again = await play([...SITE, '-e', `scheduler_admin_password=${password}`]);
    assert.equal(again.code, 0, failures(again));
    assert.deepEqual(withStatus(again, 'changed'), [
      `${APP}: The scheduler's user admin`,
      `${APP}: Environment of control`,
      `${APP}: Control`,
      `${APP}: Tables, static files and users of control`,
      `${APP}: Celery's worker`,
      `${APP}: Celery's beat`,
    ]);
    const hash = Buffer.from(password).toString('base64');
    assert.equal((await psql('select version, password_hash from service_users')).trim(), `1|${hash}`);
    assert.ok(!again.stdout.includes(password));
  });

  it('another database password reaches the database, and the diff shows neither the old one nor the new', async () => {
    const password = 'anotherDatabasePassword3';
    const again = await mamaPlay([
      ...[...SITE, '--diff', '--output', 'plain'],
      ...['-e', `scheduler_db_password=${password}`],
    ]);
    assert.equal(again.code, 0, again.stdout);
    assert.ok(!again.stdout.includes(password));
    assertNoSecret(again.stdout);
    const login = `docker exec -e PGPASSWORD=${password} mamangschedulerdb psql -X -w -h 127.0.0.1 -U postgres -Atc 'select 1'`;
    assert.equal((await onHost(APP, login)).trim(), '1');
    assert.equal((await play(SITE)).code, 0);
    assertNothingToDo(await play(SITE));
  });

  it('a container stopped by hand runs again after the next run', async () => {
    await onHost(APP, 'docker stop -t 5 mamangschedulerdb');
    await onHost(INFR, 'supervisorctl stop redis');
    const repaired = await play(SITE);
    assert.equal(repaired.code, 0, failures(repaired));
    assert.equal((await onHost(INFR, 'docker exec redis redis-cli ping')).trim(), 'PONG');
    assert.equal((await psql('select count(*) from service_users')).trim(), '1');
    assertNothingToDo(await play(SITE));
  });
});
