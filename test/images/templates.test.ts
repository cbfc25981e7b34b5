import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { run } from '../../scripts/lib/run.ts';
import type { Json } from '../../src/runner/contract/json.ts';
import { ROOT } from './lib/images.ts';
import { filesBelow, render } from './lib/render.ts';
import { VALUES } from './lib/values.ts';

const RESERVED = [5060, 5061, 5066, 5080, 5081, 7443, 8021];

/** The value of a `<param name=… value=…>`; fails the test where there is none. */
function param(xml: string, name: string): string {
  const found = new RegExp(`<param name="${name}" value="([^"]*)"/>`).exec(xml);
  assert.ok(found, `no param ${name}`);
  return found[1]!;
}

const unescaped = (text: string) =>
  text.replace(
    /&(amp|lt|gt|quot|#39);/g,
    (_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" })[name]!,
  );

describe('the templates of -infr', () => {
  let freeswitch: ReadonlyMap<string, string>;
  let out: string;
  const lines = VALUES.voice_lines.map((line, i) => ({ ...line, yaml: `line${i}.yaml` }));
  const read = (name: string) => filesBelow(out).get(name)!;

  before(async function () {
    this.timeout(60_000);
    out = render(VALUES, [
      { src: 'roles/infr/templates/freeswitch/', dest: 'freeswitch' },
      { src: 'roles/infr/templates/proxy/', dest: 'proxy' },
      ...lines.map((line, i) => ({
        src: 'roles/infr/templates/transports/vxfreeswitch.yaml.hbs',
        dest: line.yaml,
        vars: { line: VALUES.voice_lines[i]! },
      })),
      {
        src: 'roles/infr/templates/transports/smpp.yaml.hbs',
        dest: 'smpp.yaml',
        vars: { line: { name: 's', mt_tps: 5, data_coding_overrides: { 0: 'utf-8', 8: 'utf-8' } } },
      },
      {
        src: 'roles/infr/templates/transports/smpp.yaml.hbs',
        dest: 'plain.yaml',
        vars: { line: { name: 'p' } },
      },
      { src: 'roles/infr/templates/transports/api_tokens.yaml.hbs', dest: 'tokens.yaml' },
      {
        src: 'roles/infr/templates/transports/jssandbox_config.json.hbs',
        dest: 'app.json',
        vars: {
          app: {
            name: 'a"b',
            control_api_key: 'k',
            contentstore_api_key: 'c',
            settings: { a: ['x'], 'b c': 1 },
          },
        },
      },
    ]);
    freeswitch = filesBelow(join(out, 'freeswitch'));
  });

  it("line by line: dialplan, port, number and gateway agree with the transport's file", () => {
    const dialplan = freeswitch.get('reload/dialplan/public/10_lines.xml')!;
    const gateways = freeswitch.get('reload/sip_profiles/external/gateways.xml')!;
    const ports = new Set<number>();
    for (const line of lines) {
      const transport = parse(read(line.yaml));
      assert.equal(transport.transport_name, `vxfreeswitch_${line.name}`);
      const port = Number(/^tcp:port=(\d+):interface=127\.0\.0\.1$/.exec(transport.twisted_endpoint)![1]);
      assert.ok(!RESERVED.includes(port) && !ports.has(port));
      ports.add(port);
      const extension = new RegExp(`<extension name="${line.name}">([\\s\\S]*?)</extension>`).exec(
        dialplan,
      )![1]!;
      assert.match(extension, new RegExp(`application="socket" data="127\\.0\\.0\\.1:${port} async full"`));
      const expression = /expression="([^"]*)"/.exec(extension)![1]!;
      assert.match(expression, /^\^.*\$$/);
      assert.match(transport.to_addr, new RegExp(expression));
      assert.doesNotMatch(`0${transport.to_addr}`, new RegExp(expression));
      assert.deepEqual([transport.to_addr, transport.originate_parameters.exten], [line.number, line.number]);
      const gateway = /^sofia\/gateway\/([A-Za-z0-9._-]+)\/\{to_addr\}$/.exec(
        transport.originate_parameters.call_url,
      )![1];
      assert.ok(gateways.includes(`<gateway name="${gateway}">`));
      assert.equal(transport.freeswitch_auth, VALUES.freeswitch_esl_password);
    }
    assert.equal(parse(read('line1.yaml')).originate_parameters.cid_name, 'MAMA "two"');
    assert.equal(parse(read('line1.yaml')).originate_parameters.timeout, 30);
  });

  it('the event socket, fs_cli and the transports have one password, on loopback', () => {
    const socket = freeswitch.get('start/autoload_configs/event_socket.conf.xml')!;
    assert.equal(unescaped(param(socket, 'password')), VALUES.freeswitch_esl_password);
    assert.equal(param(socket, 'listen-ip'), '127.0.0.1');
    const login = /^password => (.*)$/m.exec(freeswitch.get('start/fs_cli.conf')!)![1];
    assert.equal(login, VALUES.freeswitch_esl_password);
  });

  it('RTP ports are those of the inventory: even first, odd last', () => {
    const xml = freeswitch.get('start/autoload_configs/switch.conf.xml')!;
    const [first, last] = [Number(param(xml, 'rtp-start-port')), Number(param(xml, 'rtp-end-port'))];
    assert.deepEqual([first, last], [VALUES.freeswitch_rtp_start, VALUES.freeswitch_rtp_end]);
    assert.deepEqual([first % 2, last % 2], [0, 1]);
  });

  it("a gateway has what the inventory says, with XML's characters escaped", () => {
    const xml = freeswitch.get('reload/sip_profiles/external/gateways.xml')!;
    const [, one, two] = xml.split('<gateway ');
    assert.equal(param(one!, 'register'), 'false');
    assert.equal(param(one!, 'caller-id-in-from'), 'false');
    assert.doesNotMatch(one!, /username|password|realm/);
    assert.equal(unescaped(param(two!, 'username')), 'u&1');
    assert.equal(unescaped(param(two!, 'password')), 'p<2>"');
    assert.equal(param(two!, 'caller-id-in-from'), 'true');
    assert.equal(param(two!, 'ping'), '30');
  });

  it('who may call without logging in are the networks of the inventory', () => {
    const xml = freeswitch.get('reload/autoload_configs/acl.conf.xml')!;
    assert.match(xml, /<list name="domains" default="deny">/);
    const allowed = [...xml.matchAll(/<node type="allow" cidr="([^"]*)"\/>/g)].map(([, cidr]) => cidr);
    assert.deepEqual(allowed, VALUES.sip_networks);
  });

  it('an SMPP line names no carrier, no login, and sends long messages in one way only', () => {
    const line = parse(read('smpp.yaml'));
    assert.deepEqual([line.transport_name, line.mt_tps, line.system_type], ['smpp_s', 5, 'smpp']);
    const overrides = parse(read('smpp.yaml'), { mapAsMap: true })
      .get('deliver_short_message_processor_config')
      .get('data_coding_overrides');
    assert.deepEqual(
      [...overrides],
      [
        [0, 'utf-8'],
        [8, 'utf-8'],
      ],
    );
    for (const key of ['system_id', 'password', 'twisted_endpoint']) assert.ok(!(key in line));
    const submit = line.submit_short_message_processor_config;
    assert.deepEqual(
      Object.keys(submit).filter((key) => key.startsWith('send_')),
      ['send_multipart_udh'],
    );
    assert.deepEqual(parse(read('plain.yaml')).deliver_short_message_processor_config, {
      data_coding_overrides: {},
    });
  });

  it('tokens and an application have the keys as they are', () => {
    assert.deepEqual(parse(read('tokens.yaml')), [
      {
        account: VALUES.vumi_account_key,
        conversation: VALUES.vumi_conversation_key,
        tokens: [VALUES.vumi_account_token],
      },
    ]);
    const app = JSON.parse(read('app.json'));
    assert.deepEqual([app.name, app.a, app['b c']], ['a"b', ['x'], 1]);
    assert.equal(app.vumi_http.conversation_token, VALUES.vumi_account_token);
    assert.deepEqual(
      [app.control.url, app.voice_content.url, app.vumi_http.url],
      [
        `http://${VALUES.control_host}/api/v1/`,
        `http://${VALUES.contentstore_host}/contentstore/`,
        `http://${VALUES.infr_host}/api/vumi_http/`,
      ],
    );
  });

  it('every XML file is well-formed, the rendered ones, the overlay and those of the environments @host', async () => {
    const environments = readdirSync(join(ROOT, 'files/freeswitch'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `files/freeswitch/${name}`);
    assert.deepEqual(environments.map((path) => path.split('/').at(-1)).sort(), ['local', 'prod', 'qa']);
    const folders = [
      join(out, 'freeswitch'),
      ...['docker-vms/freeswitch/overlay', ...environments].map((f) => join(ROOT, f)),
    ];
    for (const folder of folders) {
      const files = [...filesBelow(folder).keys()].filter((name) => name.endsWith('.xml'));
      assert.ok(files.length > 0, folder);
      for (const file of files) {
        const { code, stderr } = await run('xmllint', ['--noout', '--nonet', join(folder, file)]);
        assert.equal(code, 0, stderr);
      }
    }
  });

  it('the environments differ in their own files only, and all of them have the same', () => {
    const [local, prod, qa] = ['local', 'prod', 'qa'].map((name) => [
      ...filesBelow(join(ROOT, 'files/freeswitch', name)).keys(),
    ]);
    assert.deepEqual(local, qa);
    assert.deepEqual(prod, qa);
  });
});

describe('the server blocks of -app', () => {
  const served = (more: Readonly<Record<string, Json>>) => {
    const web_containers = [
      { host: 'a.example.com', container: 'mamangcontrol', port: 8000 },
      { host: 'b.example.com', container: 'ofourown', port: 8002 },
    ];
    const out = render({ web_containers, ...more }, [{ src: 'roles/app/templates/proxy/', dest: '' }]);
    return [
      ...filesBelow(out)
        .get('app.conf')!
        .matchAll(/server_name (.*);[^}]*set \$container (.*);/g),
    ].map(([, host, to]) => `${host} ${to}`);
  };

  it('while one is upgraded send its requests to the new one, and all others where they go', () => {
    assert.deepEqual(served({}), [
      'a.example.com http://mamangcontrol:8000',
      'b.example.com http://ofourown:8002',
    ]);
    assert.deepEqual(served({ proxy_next: 'mamangcontrol' }), [
      'a.example.com http://mamangcontrol_next:8000',
      'b.example.com http://ofourown:8002',
    ]);
  });
});
