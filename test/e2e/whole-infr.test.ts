import assert from 'node:assert/strict';
import { BOTH, onHost } from './lib/hosts.ts';
import { failures, play } from './lib/play.ts';
import {
  backToInventory,
  changes,
  containers,
  DOMAIN,
  deployed,
  INFR,
  replaced,
  SECRETS,
  SETTINGS,
  settled,
  siteWith,
  status,
} from './lib/whole.ts';

const LOCAL = ['-i', 'inventory/local.yaml'];
const NAME = `mama-ng-infr.${DOMAIN}`;
const LINES = ['vxfreeswitch_outbound', 'vxfreeswitch_registration'];
const EXTRA = { name: 'extra', number: '+2348000000003', port: 8052, gateway: 'carrier' };

/** Says a line of Python to Graphite's container, which has the AMQP library and the password. */
function python(code: string): Promise<string> {
  return onHost(INFR, `docker exec -i metrics_graphite python3 - <<'PYTHON'\n${code}\nPYTHON\n`);
}

const publish = (name: string, value: number) =>
  python(`
import time, pika
with open('/run/secrets/amqp_password') as file: password = file.readline().strip()
where = pika.ConnectionParameters('rabbitmq', 5672, '/', pika.PlainCredentials('vumi', password))
with pika.BlockingConnection(where) as connection:
    connection.channel().basic_publish('graphite', '${name}', '${value} %d' % time.time())
`);

const rendered = (target: string) =>
  python(`
import json, time, urllib.parse, urllib.request
url = 'http://127.0.0.1:8080/render?format=json&from=-10min&target=' + urllib.parse.quote(${JSON.stringify(target)})
for _ in range(60):
    values = [value for one in json.load(urllib.request.urlopen(url)) for value, _ in one['datapoints'] if value is not None]
    if values: break
    time.sleep(2)
print(values)
`);

describe('the whole of -infr @host', function () {
  this.timeout(1_800_000);

  before(deployed);

  it('every program of supervisord runs, and every container is well', async () => {
    const programs = (await onHost(INFR, 'supervisorctl status')).trim().split('\n');
    assert.equal(programs.length, 14);
    assert.deepEqual(
      programs.filter((line) => !/^\S+\s+RUNNING/.test(line)),
      [],
    );
    assert.equal(await onHost(INFR, 'docker ps -q --filter health=unhealthy'), '');
  });

  it('the smoke test agrees, on both hosts', async () => {
    const smoke = await play(['playbooks/smoke.yaml', ...LOCAL]);
    assert.equal(smoke.code, 0, failures(smoke));
    for (const { name } of BOTH) assert.equal(smoke.of(name).changed, 0);
  });

  it('serves its three paths and nothing else', async () => {
    assert.equal(await status(INFR, NAME, '/grafana/api/health'), 200);
    assert.equal(await status(INFR, NAME, '/api/metrics/?m=vumi.random.count.sum'), 200);
    assert.equal(await status(INFR, NAME, '/'), 404);
    const messages = `/api/vumi_http/${SETTINGS.vumi_conversation_key}/messages.json`;
    const put = `-X PUT -H 'Content-Type: application/json' -d '{"to_addr":"+2348","content":"tried"}'`;
    assert.equal(await status(INFR, NAME, messages, put), 401);
    const user = `-u '${SECRETS['vumi_account_key']}:${SECRETS['vumi_account_token']}'`;
    assert.equal(await status(INFR, NAME, messages, `${put} ${user}`), 200);
  });

  it('a metric published to RabbitMQ is read back from Graphite', async () => {
    await publish('mama.tried.value', 42);
    assert.match(await rendered('mama.tried.value'), /42\.0/);
  });

  it('every target of the dashboard has data', async () => {
    const dashboards = await onHost(
      INFR,
      'docker exec metrics_grafana cat /etc/grafana/dashboards/mama-metrics.json',
    );
    const targets: string[] = JSON.parse(dashboards).panels.flatMap(
      (panel: { targets?: { target: string }[] }) => (panel.targets ?? []).map(({ target }) => target),
    );
    assert.ok(targets.length > 0);
    for (const target of targets) assert.notEqual((await rendered(target)).trim(), '[]', target);
  });

  it('another address makes FreeSwitch anew, and all its lines behind it, and nothing else', async () => {
    const before = await containers(INFR);
    const done = changes(await siteWith({ freeswitch_external_ip: '192.0.2.99' }));
    assert.deepEqual(done, [
      'FreeSwitch configuration that counts from its start',
      'FreeSwitch',
      'Voice line (registration)',
      'Voice line (outbound)',
    ]);
    assert.deepEqual(replaced(before, await containers(INFR)), ['freeswitch', ...LINES]);
    await backToInventory();
  });

  it('a line is added by one entry, and takes exactly what is its own when it goes', async () => {
    const before = await containers(INFR);
    const files = () =>
      onHost(INFR, 'find /etc/mama /etc/supervisor /usr/local/lib/mama-play -type f | sort');
    const filesBefore = await files();
    changes(await siteWith({ voice_lines: [...SETTINGS.voice_lines, EXTRA] }));
    assert.deepEqual(replaced(before, await containers(INFR)), ['vxfreeswitch_extra']);
    assert.match(
      await onHost(INFR, 'cat /etc/mama/freeswitch/reload/dialplan/public/10_lines.xml'),
      /127\.0\.0\.1:8052/,
    );
    await backToInventory();
    assert.deepEqual(replaced(before, await containers(INFR)), []);
    assert.equal(await files(), filesBefore);
    assert.doesNotMatch(await onHost(INFR, 'supervisorctl status'), /extra/);
  });

  it('another text makes exactly the application that says it anew', async () => {
    const before = await containers(INFR);
    const [reply] = SETTINGS.static_replies;
    const text = { static_replies: [{ ...reply, text: 'Another text.' }] };
    assert.deepEqual(changes(await siteWith(text)), ['Static reply (sms)']);
    assert.deepEqual(replaced(before, await containers(INFR)), ['static_reply_sms']);
    await backToInventory();
  });

  it('repairs a stopped program, and only that', async () => {
    await onHost(INFR, 'supervisorctl stop smpp_sms');
    assert.deepEqual(changes(await play(['playbooks/site.yaml', ...LOCAL])), ['SMPP bind (sms)']);
    await settled();
  });

  it('repairs a transport configuration edited by hand, and makes nothing else anew', async () => {
    await onHost(INFR, "echo '# by hand' >> /etc/mama/transports/vxfreeswitch_outbound.yaml");
    const before = await containers(INFR);
    assert.deepEqual(changes(await play(['playbooks/site.yaml', ...LOCAL])), [
      'Configuration of a voice line (outbound)',
    ]);
    assert.deepEqual(replaced(before, await containers(INFR)), []);
    await settled();
  });

  it('no secret is in a process list, in `docker inspect`, in a log or in an image', async () => {
    const look = `ps axww -o args; docker inspect $(docker ps -aq); docker image inspect $(docker images -q)
      for i in $(docker images -q); do docker history --no-trunc "$i"; done
      for c in $(docker ps -aq); do docker logs "$c" 2>&1; done; cat /var/log/supervisor/*.log`;
    const seen = await onHost(INFR, look);
    for (const [name, secret] of Object.entries(SECRETS)) {
      if (typeof secret === 'string') assert.ok(!seen.includes(secret), name);
    }
  });
});
