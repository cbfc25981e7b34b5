import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Container, network, once, start, until } from './lib/docker.ts';
import { get, python } from './lib/http.ts';
import { type ImageName, ours, ROOT } from './lib/images.ts';
import { environment, type Mounts, mounts } from './lib/mounts.ts';
import { filesBelow, render } from './lib/render.ts';
import { AMQP_PASSWORD, VALUES } from './lib/values.ts';

interface Series {
  readonly target: string;
  readonly datapoints: readonly (readonly [number | null, number])[];
}

const dashboard = JSON.parse(
  readFileSync(join(ROOT, 'docker-vms/grafana/dashboards/mama-metrics.json'), 'utf8'),
);
const TARGETS: readonly string[] = dashboard.panels.flatMap((panel: { targets: { target: string }[] }) =>
  panel.targets.map(({ target }) => target),
);
const PUBLISH = `
import json, sys, pika
ask = json.load(sys.stdin)
channel = pika.BlockingConnection(pika.ConnectionParameters('rabbitmq', 5672, '/', pika.PlainCredentials('vumi', ask['password']))).channel()
channel.confirm_delivery()
for name, body in ask['metrics']:
    channel.basic_publish('graphite', name, body, pika.BasicProperties(delivery_mode=2))
`;

describe('RabbitMQ, the workers, Graphite, Grafana and the proxy @host', function () {
  this.timeout(300_000);
  let net: string;
  let folder: Mounts;
  let rabbitmq: Container;
  let graphite: Container;
  let proxy: Container;
  const workers = new Map<string, Container>();

  const amqp = () => [
    ...folder.file('amqp', AMQP_PASSWORD, '/run/secrets/amqp'),
    ...environment({ AMQP_PASSWORD_FILE: '/run/secrets/amqp' }),
  ];
  const on = (alias: string) => ['--network', net, '--network-alias', alias];
  const worker = async (name: ImageName, alias: string, options: readonly string[]) =>
    workers.set(alias, await start(await ours(name), [...on(alias), ...amqp(), ...options]));

  before(async () => {
    folder = mounts();
    net = await network();
    const definitions = {
      vhosts: [{ name: '/' }],
      users: [{ name: 'vumi', password: AMQP_PASSWORD, tags: [] }],
      permissions: [{ user: 'vumi', vhost: '/', configure: '.*', write: '.*', read: '.*' }],
    };
    const rendered = render(VALUES, [
      { src: 'roles/infr/templates/proxy/', dest: 'proxy' },
      ...['vxfreeswitch.yaml', 'smpp.yaml', 'api_tokens.yaml'].map((name) => ({
        src: `roles/infr/templates/transports/${name}.hbs`,
        dest: name,
        vars: { line: VALUES.voice_lines[0]! },
      })),
      {
        src: 'roles/infr/templates/transports/jssandbox_config.json.hbs',
        dest: 'config.json',
        vars: {
          app: { name: 'a', control_api_key: 'k', contentstore_api_key: 'c', settings: { greeting: 'Hi' } },
        },
      },
    ]);
    const files = filesBelow(rendered);
    const mounted = (name: string, target: string) => folder.file(name, files.get(name)!, target);
    for (const [name, text] of files) if (name.startsWith('proxy/')) folder.file(name, text, '-', 0o644);

    rabbitmq = await start(await ours('rabbitmq'), [
      ...on('rabbitmq'),
      '--hostname',
      'rabbitmq',
      ...folder.file('definitions.json', JSON.stringify(definitions), '/etc/mama/definitions.json'),
    ]);
    graphite = await start(await ours('graphite'), [
      ...on('graphite'),
      '--hostname',
      'graphite',
      ...amqp(),
      ...environment({ GRAPHITE_SECRET_KEY: 'k $* "x' }),
    ]);
    proxy = await start(await ours('proxy'), [
      ...on('proxy'),
      ...on('mama-ng-infr.test.example.com').slice(2),
      '-v',
      `${folder.folder}/proxy:/etc/mama/proxy:ro`,
    ]);
    await worker('vumi_metrics', 'metrics_vumi_workers', []);
    await worker('metrics_api', 'metrics_api', []);
    await worker('http_api', 'vumi_api', [
      ...mounted('api_tokens.yaml', '/app/api_tokens.yaml'),
      ...environment({
        TRANSPORT: 'vxfreeswitch_app_1',
        CONVERSATION: VALUES.vumi_conversation_key,
        PUSH_MSG_URL: 'http://u:p@control/in/',
        PUSH_EVENT_URL: 'http://control/events',
      }),
    ]);
    await worker('vxfreeswitch', 'line', [
      ...mounted('vxfreeswitch.yaml', '/app/config/line.yaml'),
      ...environment({ CONFIG_FILE: 'line.yaml' }),
    ]);
    await worker('smpp_transport', 'smpp', [
      ...mounted('smpp.yaml', '/app/config/line.yaml'),
      ...environment({
        CONFIG_FILE: 'line.yaml',
        SMPP_USERNAME: 'u',
        SMPP_PASSWORD: 'p',
        SMPP_ENDPOINT: 'tcp:host=smsc:port=2775',
      }),
    ]);
    await worker('jssandbox', 'app', [
      ...mounted('config.json', '/app/config.json'),
      ...folder.file('app.js', 'api = {};', '/app/app.js', 0o644),
      ...environment({ TRANSPORT_NAME: 'smpp_app_1' }),
    ]);
    await worker('static_reply_app', 'reply', environment({ TRANSPORT_NAME: 'vxfreeswitch_app_2' }));
  });

  after(() => folder.remove());

  const publish = (...metrics: (readonly [name: string, body: string])[]) =>
    python(net, PUBLISH, { password: AMQP_PASSWORD, metrics });

  async function rendered(target: string): Promise<readonly Series[]> {
    const query = `target=${encodeURIComponent(target)}&from=-10min&format=json`;
    const { status, text } = await get(net, `http://graphite:8080/render?${query}`);
    assert.equal(status, 200, text);
    return JSON.parse(text);
  }

  const values = async (target: string) =>
    (await rendered(target)).flatMap(({ datapoints }) => datapoints).filter(([value]) => value !== null);

  async function arrives(name: string, ...wanted: number[]): Promise<void> {
    const seen = async () => (await values(name)).map(([value]) => value).join();
    await until(
      30,
      async () => (await seen()) === wanted.join(),
      async () => `${name} is ${await seen()}, not ${wanted.join()}\n${await graphite.logs()}`,
    );
  }

  it('every worker becomes healthy: connected to RabbitMQ with the password of its file', async () => {
    await rabbitmq.healthy(90);
    await Promise.all([...workers.values(), graphite, proxy].map((one) => one.healthy(90)));
  });

  it('transports and applications share queues as they should', async () => {
    const { stdout } = await rabbitmq.exec(
      ...['setpriv', '--reuid=rabbitmq', '--regid=rabbitmq', '--init-groups'],
      ...[
        'env',
        'HOME=/var/lib/rabbitmq',
        'rabbitmqctl',
        '-q',
        'list_queues',
        'name',
        'durable',
        'consumers',
      ],
    );
    const queues = stdout.trim().split('\n').slice(1).sort();
    assert.deepEqual(
      queues,
      [
        'graphite.bridge\ttrue\t1',
        'smpp_app_1.event\ttrue\t1',
        'smpp_app_1.inbound\ttrue\t1',
        'smpp_app_1.outbound\ttrue\t1',
        'vxfreeswitch_app_1.event\ttrue\t1',
        'vxfreeswitch_app_1.inbound\ttrue\t1',
        'vxfreeswitch_app_1.outbound\ttrue\t1',
        'vxfreeswitch_app_2.event\ttrue\t1',
        'vxfreeswitch_app_2.inbound\ttrue\t1',
      ].sort(),
    );
  });

  it('a worker with a wrong password waits, is unhealthy and does not say it', async () => {
    const wrong = await start(await ours('static_reply_app'), [
      ...on('wrong'),
      ...environment({ AMQP_PASSWORD: 'not the right one', TRANSPORT_NAME: 't' }),
    ]);
    assert.match(await wrong.said('RabbitMQ, again'), /ProbableAuthenticationError/);
    const { code, stdout } = await wrong.exec('mama-health', 'amqp');
    assert.deepEqual([code, stdout.trim()], [1, '0 of 1 connections to RabbitMQ']);
    assert.doesNotMatch(await wrong.logs(), /not the right one/);
    await wrong.remove();
  });

  it('a metric that is published to RabbitMQ is read back from Graphite', async () => {
    const now = Math.floor(Date.now() / 10_000) * 10;
    await publish(
      ['test.chain.sum', `1.5 ${now - 20}`],
      ['test.chain.sum', `2.5 ${now - 10}`],
      ['test.chain.sum', `4 ${now}`],
    );
    await arrives('test.chain.sum', 1.5, 2.5, 4);
    const [series] = await rendered('test.chain.sum');
    const times = series!.datapoints.map(([, time]) => time);
    assert.equal(times[1]! - times[0]!, 10, 'a slot is not what a bucket is: values would be lost');
  });

  it('what is no metric is dropped and said, and the next one still arrives', async () => {
    const now = Math.floor(Date.now() / 1000);
    await publish(
      ['test.odd', 'abc'],
      ['test.odd', `nan ${now}`],
      ['two words', `1 ${now}`],
      ['test.even', `7 ${now}`],
    );
    await arrives('test.even', 7);
    assert.deepEqual(await rendered('test.odd'), []);
    assert.equal((await graphite.logs()).match(/no metric:/g)?.length, 3);
  });

  it('a metric that comes while Graphite is away waits for it, and what was there is there still', async () => {
    assert.equal(await graphite.stop(), 0);
    const now = Math.floor(Date.now() / 1000);
    await publish(['test.waits.sum', `9 ${now}`]);
    await graphite.startAgain();
    await graphite.healthy(90);
    await arrives('test.waits.sum', 9);
    await arrives('test.even', 7);
  });

  it("what Grafana's query editor reads is there", async () => {
    assert.equal((await get(net, 'http://graphite:8080/version/')).status, 200);
    const { status, text } = await get(net, 'http://graphite:8080/functions');
    assert.equal(status, 200, text.slice(0, 300));
    // Grafana does the same: graphite-web 1.1 says Infinity, which is no JSON.
    const functions = JSON.parse(text.replaceAll('"default": Infinity', '"default": 1e999'));
    assert.ok(Object.keys(functions).includes('sumSeries'));
  });

  it('has every target of the dashboard, with data', async () => {
    assert.ok(TARGETS.length >= 6);
    for (const target of TARGETS) {
      await until(
        100,
        async () => (await values(target)).length > 0,
        async () => `${target} has no data: ${JSON.stringify(await rendered(target))}`,
      );
    }
  });

  it('Grafana, below its sub path and through the proxy, is well and reaches Graphite', async () => {
    const grafana = await start(await ours('grafana'), [
      ...on('metrics_grafana'),
      ...environment({
        GF_SERVER_ROOT_URL: `http://${VALUES.infr_host}/grafana/`,
        GF_SECURITY_ADMIN_PASSWORD: 'a $*',
        GF_SECURITY_SECRET_KEY: 'b',
      }),
    ]);
    await grafana.healthy();
    const health = await get(net, `http://${VALUES.infr_host}/grafana/api/health`);
    assert.deepEqual([health.status, JSON.parse(health.text).database], [200, 'ok']);
    const source = await get(
      net,
      `http://${VALUES.infr_host}/grafana/api/datasources/uid/mama-graphite/health`,
    );
    assert.deepEqual([source.status, JSON.parse(source.text).status], [200, 'OK'], source.text);
    assert.equal(await grafana.stop(), 0);
    const status = async () => (await get(net, `http://${VALUES.infr_host}/grafana/api/health`)).status;
    await until(
      30,
      async () => (await status()) === 502,
      async () => `${await status()}`,
    );
  });

  it('Grafana without what it needs says so', async () => {
    const trials: readonly (readonly [Record<string, string>, RegExp])[] = [
      [{}, /GF_SERVER_ROOT_URL is missing/],
      [
        { GF_SERVER_ROOT_URL: 'http://h/grafana' },
        /must begin with http:\/\/ or https:\/\/ and end with a slash/,
      ],
      [{ GF_SERVER_ROOT_URL: 'http://h:3000/' }, /names Grafana's own port/],
      [{ GF_SERVER_ROOT_URL: 'http://h/grafana/' }, /GF_SECURITY_ADMIN_PASSWORD is missing/],
      [
        { GF_SERVER_ROOT_URL: 'http://h/grafana/', GF_SECURITY_ADMIN_PASSWORD: 'x' },
        /GF_SECURITY_SECRET_KEY is missing/,
      ],
    ];
    for (const [variables, message] of trials) {
      const { code, stderr } = await once(await ours('grafana'), environment(variables));
      assert.match(stderr, message);
      assert.equal(code, 78);
    }
  });

  it('the HTTP API takes messages through the proxy from those whom the tokens name', async () => {
    const url = `http://${VALUES.infr_host}/api/vumi_http/${VALUES.vumi_conversation_key}/messages.json`;
    const login = (token: string) => ({
      Authorization: `Basic ${Buffer.from(`${VALUES.vumi_account_key}:${token}`).toString('base64')}`,
    });
    const body = JSON.stringify({ to_addr: '+2347010000009', content: 'hello' });
    assert.equal((await get(net, url, { method: 'PUT', body })).status, 401);
    assert.equal((await get(net, url, { method: 'PUT', body, headers: login('no') })).status, 401);
    const sent = await get(net, url, { method: 'PUT', body, headers: login(VALUES.vumi_account_token) });
    assert.deepEqual(
      [sent.status, JSON.parse(sent.text).transport_name],
      [200, 'vxfreeswitch_app_1'],
      sent.text,
    );
    await workers.get('line')!.said('from vxfreeswitch_app_1.outbound');
  });

  it('the metrics API is reached at /api/metrics/, and reads from Graphite as the owner that the proxy names', async () => {
    const now = Math.floor(Date.now() / 1000);
    await publish([`go.campaigns.${VALUES.metrics_owner_id}.calls.sum`, `3 ${now}`]);
    await arrives(`go.campaigns.${VALUES.metrics_owner_id}.calls.sum`, 3);
    assert.equal((await get(net, 'http://metrics_api:8000/api/metrics/?m=calls.sum')).status, 401);
    const { status, text } = await get(net, `http://${VALUES.infr_host}/api/metrics/?m=calls.sum`, {
      headers: { 'X-Owner-ID': 'somebody else' },
    });
    assert.equal(status, 200, text);
    const found: readonly (readonly [number | null, number])[] = JSON.parse(text)['calls.sum'];
    assert.ok(found.some(([value]) => value === 3));
  });

  it('every worker ends well and quickly when it is told to', async () => {
    const ended = await Promise.all([...workers].map(async ([name, one]) => [name, await one.stop()]));
    assert.deepEqual(
      ended,
      [...workers.keys()].map((name) => [name, 0]),
    );
  });
});
