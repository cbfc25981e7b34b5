import assert from 'node:assert/strict';
import { type Container, network, once, start, until } from './lib/docker.ts';
import { get } from './lib/http.ts';
import { image, ours } from './lib/images.ts';
import { environment } from './lib/mounts.ts';

const DB_PASSWORD = 'dbPassword1';
const TOKEN = '0123456789abcdef0123456789abcdef01234567';

const CONTROL = environment({
  SECRET_KEY: 'k $* "x',
  MAMA_NG_CONTROL_DB_PASS: DB_PASSWORD,
  MAMA_NG_CONTROL_DB_SERVICE: 'mamangdb',
  MAMA_NG_CONTROL_REDIS_SERVICE: 'mamangredis',
  MAMA_NG_CONTROL_CONTENTSTORE_API_URL: 'http://contentstore:8001/contentstore',
  MAMA_NG_CONTROL_CONTENTSTORE_AUTH_TOKEN: TOKEN,
  MAMA_NG_CONTROL_VUMI_API_URL: 'http://vumi:9003/api/vumi_http',
  MAMA_NG_CONTROL_VUMI_ACCOUNT_KEY: 'account',
  MAMA_NG_CONTROL_VUMI_CONVERSATION_KEY: 'conversation',
  MAMA_NG_CONTROL_VUMI_ACCOUNT_TOKEN: 'token',
});
const CONTENTSTORE = environment({
  SECRET_KEY: 'k',
  DEBUG: 'False',
  MAMA_NG_CONTENTSTORE_DB_PASS: DB_PASSWORD,
  MAMA_NG_CONTENTSTORE_DB_SERVICE: 'mamangdb',
});

/** Takes what the Vumi HTTP API takes, from the right account. */
const VUMI = `
import base64, json
from http.server import BaseHTTPRequestHandler, HTTPServer
class Vumi(BaseHTTPRequestHandler):
    def do_PUT(self):
        body = json.loads(self.rfile.read(int(self.headers['Content-Length'])))
        right = self.headers['Authorization'] == 'Basic ' + base64.b64encode(b'account:token').decode()
        right = right and self.path == '/api/vumi_http/conversation/messages.json'
        data = json.dumps({**body, 'message_id': 'the-id'}).encode()
        self.send_response(200 if right else 401)
        self.send_header('Content-Length', str(len(data)))
        self.end_headers()
        self.wfile.write(data)
HTTPServer(('0.0.0.0', 9003), Vumi).serve_forever()
`;

const basic = (user: string, password: string) => ({
  Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});

describe('the stand-ins of the applications @host', function () {
  this.timeout(300_000);
  let net: string;
  let db: Container;
  let worker: Container;
  let beat: Container;
  const containers: Container[] = [];

  const on = (alias: string) => ['--network', net, '--network-alias', alias];
  const control = () => image('test/stand-ins/django-control');
  const contentstore = () => image('test/stand-ins/django-contentstore');
  const psql = async (database: string, sql: string) => {
    const { code, stdout, stderr } = await db.exec('psql', '-XqAtU', 'postgres', '-d', database, '-c', sql);
    assert.equal(code, 0, stderr);
    return stdout.trim();
  };
  const manage = async (name: string, env: readonly string[], ...words: string[]) =>
    once(name, ['--network', net, ...env], ['/usr/local/bin/python', 'manage.py', ...words]);

  before(async () => {
    net = await network();
    db = await start(await ours('postgres'), [
      ...on('mamangdb'),
      ...environment({ POSTGRES_PASSWORD: DB_PASSWORD }),
    ]);
    containers.push(await start(await ours('redis'), on('mamangredis')));
    await db.healthy();
    for (const name of ['mama_ng_control', 'mama_ng_contentstore', 'scheduler'])
      await psql('postgres', `create database ${name}`);
  });

  it('control can not migrate before the extension hstore is there, and can then, twice', async () => {
    const early = await manage(await control(), CONTROL, 'migrate', '--noinput');
    assert.notEqual(early.code, 0);
    assert.match(early.stderr, /type "hstore" does not exist/);
    await psql('mama_ng_control', 'create extension if not exists hstore');
    for (const said of [/Applying mama_ng_control\.0001_initial/, /No migrations to apply/]) {
      const { code, stdout, stderr } = await manage(await control(), CONTROL, 'migrate', '--noinput');
      assert.equal(code, 0, stderr);
      assert.match(stdout, said);
    }
  });

  it('the content store refuses another DEBUG than True and False', async () => {
    const env = [...CONTENTSTORE, ...environment({ DEBUG: 'true' })];
    const { code, stderr } = await manage(await contentstore(), env, 'migrate', '--check');
    assert.notEqual(code, 0);
    assert.match(stderr, /DEBUG must be True or False/);
  });

  it('all of them start and answer as the real ones do', async () => {
    const migrated = await manage(await contentstore(), CONTENTSTORE, 'migrate', '--noinput');
    assert.equal(migrated.code, 0, migrated.stderr);
    containers.push(
      await start(await contentstore(), [...on('contentstore'), ...CONTENTSTORE]),
      await start(await control(), [...on('control'), ...CONTROL]),
      await start(await image('test/stand-ins/scheduler'), [
        ...on('scheduler'),
        ...environment({ DATABASE_URL: `postgresql://postgres:${DB_PASSWORD}@mamangdb:5432/scheduler` }),
      ]),
    );
    // As the roles run it.
    const sysctl = ['--sysctl', 'net.ipv4.tcp_syn_retries=1'];
    const celery = (what: string) => ['python', 'manage.py', 'celery', what, '--loglevel=info'];
    worker = await start(await control(), ['--network', net, ...sysctl, ...CONTROL], celery('worker'));
    beat = await start(await control(), ['--network', net, ...sysctl, ...CONTROL], celery('beat'));
    containers.push(
      worker,
      beat,
      await start(await image('test/stand-ins/base'), ['--init', ...on('vumi')], ['python', '-c', VUMI]),
    );
    const wanted = {
      'http://control:8000/': 200,
      'http://control:8000/api/v1/': 401,
      'http://control:8000/admin/': 302,
      'http://contentstore:8001/admin/': 302,
      'http://contentstore:8001/contentstore/': 401,
      'http://scheduler:8090/mama-ng-scheduler/': 200,
      'http://scheduler:8090/mama-ng-scheduler/rest/users': 401,
    };
    const status = (url: string) =>
      get(net, url).then(
        (answer) => answer.status,
        () => 0,
      );
    for (const [url, code] of Object.entries(wanted)) {
      await until(
        30,
        async () => (await status(url)) === code,
        async () => `${url}: ${await status(url)}, not ${code}`,
      );
    }
  });

  it('the content store knows its superuser, its tokens and its static files', async () => {
    const [store] = containers.slice(1);
    const script = `
import os
from django.contrib.auth.models import User
user = User.objects.filter(username='admin').first() or User.objects.create_superuser('admin', 'a@example.com', os.environ['PASSWORD'])
`;
    const made = await store!.exec(
      'sh',
      '-c',
      `PASSWORD='p w$x' python manage.py shell <<'END'\n${script}\nEND`,
    );
    assert.equal(made.code, 0, made.stderr);
    await psql(
      'mama_ng_contentstore',
      `insert into authtoken_token (key, created, user_id) select '${TOKEN}', now(), id from auth_user where username = 'admin'`,
    );
    const url = 'http://contentstore:8001/contentstore/messageset/';
    const headers = { Authorization: `Token ${TOKEN}`, 'Content-Type': 'application/json' };
    assert.equal((await get(net, url, { headers: { Authorization: 'Token wrong' } })).status, 401);
    const set = await get(net, url, { method: 'POST', headers, body: '{"short_name": "week1"}' });
    assert.equal(set.status, 201, set.text);
    const message = {
      messageset: JSON.parse(set.text).id,
      sequence_number: 1,
      lang: 'eng',
      text_content: 'Welcome.',
    };
    const posted = await get(net, 'http://contentstore:8001/contentstore/message/', {
      method: 'POST',
      headers,
      body: JSON.stringify(message),
    });
    assert.equal(posted.status, 201, posted.text);
    const token = await get(net, 'http://contentstore:8001/api-token-auth/', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ username: 'admin', password: 'p w$x' }),
    });
    assert.deepEqual(JSON.parse(token.text), { token: TOKEN });
    const collected = await store!.exec('python', 'manage.py', 'collectstatic', '--noinput');
    assert.equal(collected.code, 0, collected.stderr);
    for (const path of ['audio/stand-in.txt', 'admin/css/base.css'])
      assert.equal((await get(net, `http://contentstore:8001/static/${path}`)).status, 200, path);
  });

  it('the scheduler knows who is in service_users, with the password as Base64', async () => {
    const users = 'http://scheduler:8090/mama-ng-scheduler/rest/users';
    assert.equal((await get(net, users, { headers: basic('admin', 'secret') })).status, 401);
    const hash = Buffer.from('secret').toString('base64');
    await psql(
      'scheduler',
      `insert into service_users (id, version, date_created, password_hash, username, type) values (1, 0, now(), '${hash}', 'admin', 'SUPER')`,
    );
    const known = await get(net, users, { headers: basic('admin', 'secret') });
    assert.deepEqual(JSON.parse(known.text), [{ id: '1', username: 'admin', type: 'SUPER' }]);
    assert.equal((await get(net, users, { headers: basic('admin', 'other') })).status, 401);
    const made = await get(net, users.replace('users', 'schedules'), {
      method: 'POST',
      headers: basic('admin', 'secret'),
      body: '{"cron": "0 0 * * * ?"}',
    });
    assert.equal(made.status, 201);
    const { id } = JSON.parse(made.text);
    const gone = await get(net, `${users.replace('users', 'schedules')}/${id}`, {
      method: 'DELETE',
      headers: basic('admin', 'secret'),
    });
    assert.equal(gone.status, 200);
  });

  it('a message goes from the content store through control and celery to the Vumi HTTP API', async () => {
    await worker.said('ready.', 60);
    await beat.said('beat: Starting', 30);
    const ping = await worker.exec('python', 'manage.py', 'celery', 'inspect', 'ping');
    assert.match(ping.stdout, /pong/);
    const user =
      "from django.contrib.auth.models import User; User.objects.create_user('api', password='pw')";
    assert.equal((await worker.exec('python', 'manage.py', 'shell', '-c', user)).code, 0);
    const api = 'http://control:8000/api/v1';
    const headers = { ...basic('api', 'pw'), 'Content-Type': 'application/json' };
    const body = JSON.stringify({ msisdn: '+2347010000009', messageset_id: 1, lang: 'eng' });
    const subscribed = await get(net, `${api}/subscriptions/`, { method: 'POST', headers, body });
    assert.equal(subscribed.status, 201, subscribed.text);
    const { id } = JSON.parse(subscribed.text);
    assert.equal((await get(net, `${api}/subscriptions/${id}/send`, { method: 'POST' })).status, 201);
    const outbound = async () => JSON.parse((await get(net, `${api}/messages/outbound/`, { headers })).text);
    await until(
      20,
      async () => (await outbound())[0]?.vumi_message_id === 'the-id',
      () => worker.logs(),
    );
    const event = JSON.stringify({ event_type: 'ack', user_message_id: 'the-id' });
    const json = { 'Content-Type': 'application/json' };
    await get(net, `${api}/messages/events`, { method: 'POST', headers: json, body: event });
    const [only] = await outbound();
    assert.deepEqual([only.content, only.delivered], ['Welcome.', true]);
    const inbound = { method: 'POST', headers: json, body: '{"content": "hi"}' };
    assert.equal((await get(net, `${api}/messages/inbound/`, inbound)).status, 401);
    assert.equal((await get(net, `${api}/messages/inbound/`, { ...inbound, headers })).status, 201);
  });

  it('all end well when they are told to', async () => {
    const codes = await Promise.all([db, ...containers.slice(0, -1)].map((one) => one.stop()));
    assert.deepEqual(new Set(codes), new Set([0]));
  });
});
