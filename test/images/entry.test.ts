import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type Container, once, start, until } from './lib/docker.ts';
import { type ImageName, image, ours } from './lib/images.ts';
import { environment, type Mounts, mounts } from './lib/mounts.ts';
import { render } from './lib/render.ts';
import { AMQP_PASSWORD, VALUES } from './lib/values.ts';

/** Everything that a shell, YAML or an option could trip over. */
const AWKWARD = `two  words * ; $HOME \`id\` "q" 'a' \\n #x: {y}`;

interface Trial {
  readonly image: ImageName;
  readonly env: Readonly<Record<string, string>>;
  /** Path in the container → text. */
  readonly files?: Readonly<Record<string, string>>;
  /** A template of the role, and where in the container it is mounted. */
  readonly rendered?: readonly [src: string, path: string];
  /** What twistd gets, behind `twistd -n --pidfile=`. */
  readonly argv: readonly string[];
  /** A private file that is written, and what is in it. */
  readonly written?: { readonly path: string; readonly settings: Readonly<Record<string, unknown>> };
}

const AMQP = '--vumi-config=/dev/shm/mama/amqp.yaml';

const TRIALS: readonly Trial[] = [
  {
    image: 'vxfreeswitch',
    env: { CONFIG_FILE: 'odd name; *.yaml' },
    rendered: ['roles/infr/templates/transports/vxfreeswitch.yaml.hbs', '/app/config/odd name; *.yaml'],
    argv: [
      'vumi_worker',
      '--worker-class=vxfreeswitch.VoiceServerTransport',
      AMQP,
      '--config=/dev/shm/mama/odd name; *.yaml',
    ],
    written: {
      path: '/dev/shm/mama/odd name; *.yaml',
      settings: { transport_name: 'vxfreeswitch_app_1', freeswitch_auth: VALUES.freeswitch_esl_password },
    },
  },
  {
    image: 'smpp_transport',
    env: {
      CONFIG_FILE: 'l.yaml',
      SMPP_USERNAME: "u'$x *",
      SMPP_PASSWORD: `p'"$ #:;`,
      SMPP_ENDPOINT: 'tcp:host=smpp.example.com:port=2345',
    },
    rendered: ['roles/infr/templates/transports/smpp.yaml.hbs', '/app/config/l.yaml'],
    argv: [
      'vumi_worker',
      '--worker-class=vumi.transports.smpp.SmppTransceiverTransport',
      AMQP,
      '--config=/dev/shm/mama/smpp.yaml',
      '--set-option=twisted_endpoint:tcp:host=smpp.example.com:port=2345',
    ],
    written: {
      path: '/dev/shm/mama/smpp.yaml',
      settings: { transport_name: 'smpp_app_1', mt_tps: 0, system_id: "u'$x *", password: `p'"$ #:;` },
    },
  },
  {
    image: 'static_reply_app',
    env: { TRANSPORT_NAME: AWKWARD, REPLY_TEXT: AWKWARD },
    argv: [
      'vumi_worker',
      '--worker-class=vumi.demos.static_reply.StaticReplyApplication',
      AMQP,
      '--config=/app/static_reply.yaml',
      `--set-option=worker_name:static_reply_${AWKWARD}`,
      `--set-option=transport_name:${AWKWARD}`,
      `--set-option=reply_text:${AWKWARD}`,
    ],
  },
  {
    image: 'http_api',
    env: {
      TRANSPORT: AWKWARD,
      CONVERSATION: 'c d',
      PUSH_MSG_URL: `http://u:p'w$x@control.example.com/in/?a=b&c`,
      PUSH_EVENT_URL: 'http://control.example.com/events?a=1&b=*',
    },
    files: { '/app/api_tokens.yaml': '- {account: a, conversation: c, tokens: [t]}\n' },
    argv: [
      'vumi_worker',
      '--worker-class=vumi_http_api.VumiApiWorker',
      AMQP,
      '--config=/dev/shm/mama/vumi_http_api.yaml',
      `--set-option=transport_name:${AWKWARD}`,
      '--set-option=conversation_key:c d',
      '--set-option=push_event_url:http://control.example.com/events?a=1&b=*',
    ],
    written: {
      path: '/dev/shm/mama/vumi_http_api.yaml',
      settings: {
        push_message_url: `http://u:p'w$x@control.example.com/in/?a=b&c`,
        web_path: '/api/vumi_http',
        web_port: 9003,
        health_path: '/health/',
        concurrency_limit: -1,
        redis_manager: { host: 'redis', port: 6379, db: 1, key_prefix: 'mama.ng.vumi_http' },
      },
    },
  },
  {
    image: 'jssandbox',
    env: { TRANSPORT_NAME: AWKWARD },
    files: { '/app/app.js': 'api = {};', '/app/config.json': '{"name": "x"}' },
    argv: [
      'vumi_worker',
      '--worker-class=vxsandbox.worker.StandaloneJsFileSandbox',
      AMQP,
      '--config=/app/jssandbox.yaml',
      `--set-option=worker_name:jssandbox_${AWKWARD}`,
      `--set-option=transport_name:${AWKWARD}`,
      `--set-option=sandbox_id:${AWKWARD}`,
    ],
    written: { path: '/dev/shm/mama/config.json', settings: { name: 'x' } },
  },
  {
    image: 'metrics_api',
    env: { AMQP_VHOST: '/v h', AMQP_USERNAME: "o'x" },
    argv: [
      'cyclone',
      '--listen=0.0.0.0',
      '--port=8000',
      '--app=go_metrics.server.MetricsApi',
      '--appopts=/dev/shm/mama/metrics_api.yaml',
    ],
    written: {
      path: '/dev/shm/mama/metrics_api.yaml',
      settings: {
        url_path_prefix: '/api',
        backend: {
          graphite_url: 'http://graphite:8080/',
          prefix: 'go.campaigns',
          max_response_size: 10000,
          persistent: true,
          amqp_hostname: 'rabbitmq',
          amqp_port: 5672,
          amqp_username: "o'x",
          amqp_password: AMQP_PASSWORD,
          amqp_vhost: '/v h',
        },
      },
    },
  },
];

const SAID = 'stand-in twistd, command line: ';
const commandLine = (line: string): string[] => JSON.parse(line.slice(line.indexOf(SAID) + SAID.length));

describe('the entry scripts of the workers @host', function () {
  this.timeout(300_000);
  let folder: Mounts;

  before(async () => {
    folder = mounts();
    await image('docker-vms/bases/worker');
  });
  after(() => folder.remove());

  function secret(): string[] {
    return [
      ...folder.file('amqp', `${AMQP_PASSWORD}\nmore\n`, '/run/secrets/amqp'),
      ...environment({ AMQP_PASSWORD_FILE: '/run/secrets/amqp' }),
    ];
  }

  async function files(trial: Trial): Promise<string[]> {
    if (trial.rendered) {
      const [src, path] = trial.rendered;
      const out = render(VALUES, [{ src, dest: 'file', vars: { line: VALUES.voice_lines[0]! } }]);
      return folder.file(`${trial.image}${path}`, readFileSync(join(out, 'file'), 'utf8'), path);
    }
    return Object.entries(trial.files ?? {}).flatMap(([path, text]) =>
      folder.file(`${trial.image}${path}`, text, path, path.endsWith('.js') ? 0o644 : 0o600),
    );
  }

  async function yamlIn(container: Container, path: string): Promise<Record<string, unknown>> {
    const { stdout, stderr, code } = await container.exec('cat', path);
    assert.equal(code, 0, stderr);
    return parse(stdout.replace(/^.*!include.*$/m, ''));
  }

  for (const trial of TRIALS) {
    it(`${trial.image}: the exact command line, and secrets in memory only`, async () => {
      const options = ['--network', 'none', ...environment(trial.env), ...secret(), ...(await files(trial))];
      const container = await start(await ours(trial.image), options);
      assert.deepEqual(commandLine(await container.said(SAID)), [
        '/usr/local/bin/twistd',
        '-n',
        '--pidfile=',
        ...trial.argv,
      ]);
      const amqp = await yamlIn(container, '/dev/shm/mama/amqp.yaml');
      assert.deepEqual([amqp['password'], amqp['hostname'], amqp['port']], [AMQP_PASSWORD, 'rabbitmq', 5672]);
      if (trial.written) {
        const there = await yamlIn(container, trial.written.path);
        for (const [key, value] of Object.entries(trial.written.settings))
          assert.deepEqual(there[key], value, key);
      }
      const modes = await container.exec('sh', '-c', 'stat -c "%a %U %n" /dev/shm/mama /dev/shm/mama/*');
      for (const line of modes.stdout.trim().split('\n')) assert.match(line, /^(700|600|400) vumi /);
      const one = await container.exec(
        'setpriv',
        '--reuid=vumi',
        '--regid=vumi',
        '--clear-groups',
        'sh',
        '-c',
        'cat /proc/1/cmdline /proc/1/environ; stat -c "runs as %U" /proc/1',
      );
      assert.match(one.stdout, /runs as vumi/);
      for (const hidden of [AMQP_PASSWORD, trial.env['SMPP_PASSWORD'], trial.env['PUSH_MSG_URL']]) {
        if (hidden) assert.ok(!one.stdout.includes(hidden), `${hidden} can be seen`);
      }
      assert.equal(await container.stop(), 0);
      await container.remove();
    });
  }

  it('vumi_metrics: seven processes, buckets and aggregators that belong together', async () => {
    const container = await start(await ours('vumi_metrics'), ['--network', 'none', ...secret()]);
    let lines: string[] = [];
    const all = async () => {
      lines = (await container.exec('cat', '/tmp/stand-in-twistd.jsonl')).stdout.split('\n').filter(Boolean);
      return lines.length >= 7;
    };
    await until(30, all, () => container.logs());
    const made = lines.map((line) => JSON.parse(line).slice(4)).sort();
    const metrics = (name: string, ...more: string[]) => [
      `--worker-class=vumi.blinkenlights.${name}`,
      AMQP,
      ...more,
    ];
    const bucket = (n: number) =>
      metrics(
        'MetricTimeBucket',
        '--config=/app/metric_time_bucket.yaml',
        `--set-option=worker_name:metric_time_bucket_${n}`,
      );
    const aggregator = (n: number) =>
      metrics(
        'MetricAggregator',
        '--config=/app/metric_aggregator.yaml',
        `--set-option=worker_name:metric_aggregator_${n}`,
        `--set-option=bucket:${n}`,
      );
    const canary = metrics(
      'metrics_workers.RandomMetricsGenerator',
      '--config=/app/canary.yaml',
      '--set-option=worker_name:random_metrics_generator',
    );
    const collector = metrics(
      'GraphiteMetricsCollector',
      '--set-option=worker_name:graphite_metrics_collector',
    );
    assert.deepEqual(
      made,
      [collector, bucket(0), bucket(1), aggregator(0), aggregator(1), aggregator(2), canary].sort(),
    );
    const settings = await yamlIn(container, '/app/metric_time_bucket.yaml');
    assert.equal(settings['buckets'], 3);
    assert.equal(
      settings['bucket_size'],
      (await yamlIn(container, '/app/metric_aggregator.yaml'))['bucket_size'],
    );
    assert.equal(await container.stop(), 0);
    await container.remove();
  });

  const WELL = { AMQP_PASSWORD: 'x' };
  const refused: readonly (readonly [ImageName, Readonly<Record<string, string>>, RegExp])[] = [
    ['static_reply_app', { TRANSPORT_NAME: 't' }, /AMQP_PASSWORD is missing: .*AMQP_PASSWORD_FILE/],
    [
      'static_reply_app',
      { AMQP_PASSWORD_FILE: '/none' },
      /AMQP_PASSWORD_FILE names \/none, which can't be read/,
    ],
    ['static_reply_app', { ...WELL, AMQP_PORT: '5672; id' }, /AMQP_PORT is no port number: 5672; id/],
    ['static_reply_app', WELL, /mama-static-reply: TRANSPORT_NAME is missing/],
    ['static_reply_app', { ...WELL, TRANSPORT_NAME: 'a\nb' }, /TRANSPORT_NAME holds a line break/],
    ['vxfreeswitch', WELL, /mama-vxfreeswitch: CONFIG_FILE is missing/],
    ['vxfreeswitch', { ...WELL, CONFIG_FILE: 'x.yaml' }, /\/app\/config\/x\.yaml is missing: mount/],
    ['smpp_transport', { ...WELL, CONFIG_FILE: 'x' }, /mama-smpp: SMPP_ENDPOINT is missing/],
    [
      'smpp_transport',
      { ...WELL, CONFIG_FILE: 'x', SMPP_ENDPOINT: 'e', SMPP_USERNAME: 'u', SMPP_PASSWORD: '123456789' },
      /SMPP_PASSWORD is longer than the 8 characters/,
    ],
    [
      'smpp_transport',
      {
        ...WELL,
        CONFIG_FILE: 'x',
        SMPP_ENDPOINT: 'e',
        SMPP_USERNAME: '1234567890123456',
        SMPP_PASSWORD: 'p',
      },
      /SMPP_USERNAME is longer than the 15 characters/,
    ],
    ['http_api', { ...WELL, TRANSPORT: 't', CONVERSATION: 'c' }, /mama-http-api: PUSH_EVENT_URL is missing/],
    [
      'http_api',
      { ...WELL, TRANSPORT: 't', CONVERSATION: 'c', PUSH_EVENT_URL: 'e', PUSH_MSG_URL: 'm' },
      /\/app\/api_tokens\.yaml is missing/,
    ],
    ['jssandbox', { ...WELL, TRANSPORT_NAME: 't' }, /\/app\/app\.js is missing/],
    ['metrics_api', {}, /AMQP_PASSWORD is missing/],
    ['vumi_metrics', {}, /mama-vumi-metrics: AMQP_PASSWORD is missing/],
  ];
  for (const [name, variables, message] of refused) {
    it(`${name} with ${Object.keys(variables).join(', ') || 'nothing'}: ${message.source}`, async () => {
      const { code, stderr, stdout } = await once(await ours(name), [
        '--network',
        'none',
        ...environment(variables),
      ]);
      assert.match(stderr, message);
      assert.equal(code, 78);
      assert.equal(stdout, '');
    });
  }
});
