import assert from 'node:assert/strict';
import { onHost } from './lib/hosts.ts';
import { failures, play } from './lib/play.ts';
import {
  APP,
  backToInventory,
  changes,
  containers,
  DOMAIN,
  deployed,
  replaced,
  SECRETS,
  settled,
  siteWith,
  status,
} from './lib/whole.ts';

const LOCAL = ['-i', 'inventory/local.yaml'];
const CONTROL = `mama-ng-control.${DOMAIN}`;
const CONTENT_STORE = `mama-ng-contentstore.${DOMAIN}`;
const SCHEDULER = `mama-ng-scheduler.${DOMAIN}`;

const control = (sql: string) =>
  onHost(APP, `docker exec -i mamangdb psql -X -U postgres -At mama_ng_control <<'SQL'\n${sql}\nSQL\n`);

/** The cookies' names after a log-in at the admin pages. */
function logIn(host: string, password: string): Promise<string> {
  return onHost(
    APP,
    `jar=$(mktemp); trap 'rm -f $jar' EXIT
    ask() { curl -s -o /dev/null -b $jar -c $jar -H 'Host: ${host}' "$@" http://127.0.0.1/admin/login/; }
    ask
    token=$(awk '$6 == "csrftoken" { print $7 }' $jar)
    ask --data-urlencode "csrfmiddlewaretoken=$token" --data-urlencode username=admin --data-urlencode 'password=${password}'
    awk 'NF > 6 { print $6 }' $jar`,
  );
}

describe('the whole of -app @host', function () {
  this.timeout(1_800_000);

  before(deployed);

  it('serves by host name, and nobody else', async () => {
    assert.equal(await status(APP, CONTROL, '/'), 200);
    assert.equal(await status(APP, CONTENT_STORE, '/contentstore/'), 401);
    assert.equal(await status(APP, SCHEDULER, '/mama-ng-scheduler/rest/users'), 401);
    assert.equal(await status(APP, 'elsewhere.example.com', '/'), 503);
  });

  it('logs the superusers in, and nobody with another password', async () => {
    assert.match(await logIn(CONTROL, SECRETS['control_superuser_password']!), /sessionid/);
    assert.match(await logIn(CONTENT_STORE, SECRETS['contentstore_superuser_password']!), /sessionid/);
    assert.doesNotMatch(await logIn(CONTROL, 'wrong'), /sessionid/);
  });

  it("takes control's credentials at the scheduler and the content store", async () => {
    const user = `-u 'admin:${SECRETS['scheduler_admin_password']}'`;
    assert.equal(await status(APP, SCHEDULER, '/mama-ng-scheduler/rest/users', user), 200);
    const token = `-H 'Authorization: Token ${SECRETS['contentstore_auth_token']}'`;
    assert.equal(await status(APP, CONTENT_STORE, '/contentstore/', token), 200);
  });

  it('keeps VIRTUAL_HOST out of the workers', async () => {
    const variables = (name: string) => onHost(APP, `docker exec ${name} env`);
    assert.match(await variables('mamangcontrol'), /^VIRTUAL_HOST=mama-ng-control/m);
    for (const worker of ['mamangcontrolcelery', 'mamangcontrolcelerybeat']) {
      assert.doesNotMatch(await variables(worker), /VIRTUAL_HOST/);
    }
  });

  it('publishes nothing but the proxy beyond loopback', async () => {
    const ports = await onHost(APP, "docker ps --format '{{.Names}} {{.Ports}}' | grep -e '->'");
    const open = ports.split('\n').filter((line) => line.includes('0.0.0.0:'));
    assert.deepEqual(
      open.map((line) => line.split(' ')[0]),
      ['nginxproxy'],
    );
  });

  it('makes anew exactly what reads a changed variable', async () => {
    const before = await containers(APP);
    changes(await siteWith({ contentstore_sentry_dsn: 'https://key@sentry.example.com/1' }));
    assert.deepEqual(replaced(before, await containers(APP)), ['mamangcontentstore']);
    await backToInventory();
  });

  it('gives a changed superuser password to the database, and makes no container anew', async () => {
    const before = await containers(APP);
    const password = 'anotherSuperuserPassword4';
    assert.deepEqual(changes(await siteWith({ control_superuser_password: password })), [
      'Tables, static files and users of control',
    ]);
    assert.match(await logIn(CONTROL, password), /sessionid/);
    assert.deepEqual(replaced(before, await containers(APP)), []);
    await backToInventory();
    assert.doesNotMatch(await logIn(CONTROL, password), /sessionid/);
  });

  it("gives the scheduler's user admin back what it may do, and changes nothing else", async () => {
    const sql = (text: string) =>
      onHost(APP, `docker exec mamangschedulerdb psql -X -U postgres -At scheduler -c "${text}"`);
    await sql("update service_users set type = 'GENERAL' where username = 'admin'");
    assert.deepEqual(changes(await play(['playbooks/site.yaml', ...LOCAL])), ["The scheduler's user admin"]);
    assert.equal((await sql("select type from service_users where username = 'admin'")).trim(), 'SUPER');
    await settled();
  });

  it('repairs a removed container, and only that', async () => {
    await onHost(APP, 'docker rm -f mamangcontrolcelery');
    assert.deepEqual(changes(await play(['playbooks/site.yaml', ...LOCAL])), ["Celery's worker"]);
    await settled();
  });

  it('the smoke test misses a beat that is not there', async () => {
    await onHost(APP, 'docker rm -f mamangcontrolcelerybeat');
    const smoke = await play(['playbooks/smoke.yaml', ...LOCAL]);
    assert.equal(smoke.code, 2);
    assert.match(failures(smoke), /Celery's beat/);
    assert.deepEqual(changes(await play(['playbooks/site.yaml', ...LOCAL])), ["Celery's beat"]);
    await settled();
  });

  it('repairs a deleted env file, and only that', async () => {
    await onHost(APP, 'rm /etc/mama/mama_ng_control.env');
    const before = await containers(APP);
    assert.deepEqual(changes(await play(['playbooks/site.yaml', ...LOCAL])), ['Environment of control']);
    assert.deepEqual(replaced(before, await containers(APP)), []);
    await settled();
  });

  it('repairs a configuration of the proxy edited by hand, and only that', async () => {
    await onHost(APP, "echo '# by hand' >> /etc/mama/proxy/app.conf");
    assert.deepEqual(changes(await play(['playbooks/site.yaml', ...LOCAL])), [
      'What the proxy serves',
      'Reload the proxy',
    ]);
    await settled();
  });

  it('restarts a container and waits for it', async () => {
    const played = await play(['playbooks/restart.yaml', ...LOCAL, '-e', 'service=mamangcontentstore']);
    assert.equal(played.code, 0, failures(played));
    assert.equal(await status(APP, CONTENT_STORE, '/contentstore/'), 401);
    const unknown = await play(['playbooks/restart.yaml', ...LOCAL, '-e', 'service=nobody']);
    assert.equal(unknown.code, 2);
  });

  it('brings the databases back from a backup, after a confirmation', async () => {
    const backup = await play(['playbooks/backup.yaml', ...LOCAL]);
    assert.equal(backup.code, 0, failures(backup));
    await control(
      "delete from authtoken_token; insert into auth_user (username, password, first_name, last_name, email, is_staff, is_active, is_superuser, date_joined) values ('stray', '', '', '', '', false, false, false, now())",
    );
    const refused = await play(['playbooks/restore.yaml', ...LOCAL]);
    assert.equal(refused.code, 2);
    assert.equal((await control("select count(*) from auth_user where username = 'stray'")).trim(), '1');
    const restored = await play(['playbooks/restore.yaml', ...LOCAL, '-e', 'confirm=local']);
    assert.equal(restored.code, 0, failures(restored));
    assert.equal((await control("select count(*) from auth_user where username = 'stray'")).trim(), '0');
    assert.equal((await control('select count(*) from authtoken_token')).trim(), '1');
    assert.equal(await status(APP, CONTROL, '/'), 200);
    await settled();
  });

  it('upgrades control while the old one serves', async () => {
    const before = await containers(APP);
    await onHost(
      APP,
      `rm -f /tmp/asked /tmp/stop
      (while [ ! -e /tmp/stop ]; do curl -s -m 20 -o /dev/null -w '%{http_code}\\n' -H 'Host: ${CONTROL}' http://127.0.0.1/ >> /tmp/asked; done) >/dev/null 2>&1 &`,
    );
    // Another image, of the same content: the stand-in has no versions.
    await onHost(
      APP,
      'printf "FROM mama-ng-control\\nLABEL tried=upgrade\\n" | DOCKER_BUILDKIT=0 docker build -q -t mama-ng-control -',
    );
    const upgraded = await play(['playbooks/upgrade.yaml', ...LOCAL, '-e', 'service=mamangcontrol']);
    await onHost(APP, 'touch /tmp/stop');
    assert.equal(upgraded.code, 0, failures(upgraded));
    const asked = (await onHost(APP, 'cat /tmp/asked')).trim().split('\n');
    assert.ok(asked.length > 10, `${asked.length}`);
    assert.deepEqual(
      asked.filter((code) => code !== '200'),
      [],
    );
    assert.ok(replaced(before, await containers(APP)).includes('mamangcontrol'));
    await backToInventory();
  });

  it('goes back by itself from a version that does not become well', async () => {
    const before = await containers(APP);
    const build = 'DOCKER_BUILDKIT=0 docker build -q -t mama-ng-control -';
    await onHost(APP, `printf "FROM mama-ng-control\nRUN rm mama_ng_control/wsgi.py\n" | ${build}`);
    const upgraded = await play(['playbooks/upgrade.yaml', ...LOCAL, '-e', 'service=mamangcontrol']);
    assert.equal(upgraded.code, 2);
    assert.match(failures(upgraded), /What it said last:[\s\S]*wsgi/);
    assert.deepEqual(replaced(before, await containers(APP)), []);
    assert.equal(await status(APP, CONTROL, '/'), 200);
    await settled();
  });
});
