import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { mamaPlay, ROOT } from '../e2e/lib/play.ts';

type Values = Readonly<Record<string, unknown>>;

const EXAMPLE = ['--vault-password-file', 'inventory/example-vault-password'];
const read = (path: string): Values => parse(readFileSync(join(ROOT, path), 'utf8'));
const values = (environment: string) => read(`inventory/group_vars/${environment}/main.yaml`);
const site = (environment: string, ...more: string[]) =>
  mamaPlay(['playbooks/site.yaml', '-i', `inventory/${environment}.yaml`, ...more]);

async function secretsOf(environment: string): Promise<Values> {
  const file = `inventory/group_vars/${environment}/secrets.yaml`;
  const { code, stdout, stderr } = await mamaPlay(['vault', 'view', file, ...EXAMPLE]);
  assert.equal(code, 0, stderr);
  return parse(stdout);
}

/** The checks alone; they need no host, so this machine stands for both. */
const checks = (environment: string, variables: Values = {}) =>
  mamaPlay([
    ...['playbooks/checks.yaml', '-i', `inventory/${environment}.yaml`, '-c', 'local', '--check', ...EXAMPLE],
    ...['-e', JSON.stringify({ mama_example_vault: false, ansible_become: false, ...variables })],
  ]);

function leaves(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [value];
  return Object.values(value).flatMap(leaves);
}

describe('the environments', function () {
  this.timeout(120_000);

  it('local is complete', async () => {
    const { code, stdout, stderr } = await site('local', '--syntax-check');
    assert.equal(code, 0, stdout + stderr);
  });

  for (const environment of ['qa', 'prod']) {
    // The fast run tries one of the two.
    const slow = environment === 'prod' ? ' @slow' : '';

    it(`${environment} is complete with its vault${slow}`, async () => {
      const { code, stdout, stderr } = await site(environment, '--syntax-check', ...EXAMPLE);
      assert.equal(code, 0, stdout + stderr);
    });

    it(`${environment} is refused without the vault's password${slow}`, async () => {
      assert.equal((await site(environment, '--syntax-check')).code, 1);
    });

    it(`${environment} can't be deployed with the example's passwords${slow}`, async () => {
      const { code, stderr, stdout } = await site(environment, '--check', ...EXAMPLE);
      assert.equal(code, 1);
      assert.match(stdout + stderr, /is an example whose passwords everybody knows/);
    });

    it(`what ${environment} says fits together${slow}`, async () => {
      const { code, stdout, stderr } = await checks(environment);
      assert.equal(code, 0, stdout + stderr);
    });
  }

  it('qa and prod set the same variables', async () => {
    assert.deepEqual(Object.keys(values('qa')).sort(), Object.keys(values('prod')).sort());
    const [qa, prod] = [await secretsOf('qa'), await secretsOf('prod')];
    assert.deepEqual(Object.keys(qa).sort(), Object.keys(prod).sort());
  });

  it('no value of prod is one of qa, and no secret is shared', async () => {
    const qa = values('qa');
    for (const [name, value] of Object.entries(values('prod'))) assert.notDeepEqual(qa[name], value, name);
    const secrets = async (environment: string) =>
      leaves({ ...(await secretsOf(environment)), mama_example_vault: '' });
    const known = new Set(await secrets('qa'));
    known.delete('');
    assert.deepEqual(
      (await secrets('prod')).filter((secret) => known.has(secret)),
      [],
    );
  });
});

describe('the checks of an inventory @slow', function () {
  this.timeout(120_000);

  const line = { name: 'one', number: '+2348000000001', port: 8050, gateway: 'qa_carrier' };
  const refused: readonly [string, Values, RegExp][] = [
    ['a stand-in outside local', { vumi_stand_in: 'test/stand-ins/vumi' }, /Only local runs stand-ins/],
    ['a stand-in of an application', { control_stand_in: 'test' }, /Only local runs stand-ins/],
    ['an application without a version', { control_version: '' }, /Every application has a source/],
    ['an RTP range that begins odd', { freeswitch_rtp_start: 16385 }, /RTP ports begin even and end odd/],
    [
      "an RTP range over FreeSwitch's own ports",
      { freeswitch_rtp_start: 5000, freeswitch_rtp_end: 5999 },
      /leave FreeSwitch its own ports/,
    ],
    ['an RTP range that ends even', { freeswitch_rtp_end: 16402 }, /RTP ports begin even and end odd/],
    [
      'a line on the event socket',
      { voice_lines: [{ ...line, port: 8021 }] },
      /a port and a number of its own/,
    ],
    ['two lines on one port', { voice_lines: [line, { ...line, name: 'two', number: '+2' }] }, /of its own/],
    ['an unknown gateway', { voice_lines: [{ ...line, gateway: 'nobody' }] }, /gateway is declared/],
    [
      'a transport that is none',
      { vumi_api_transport: 'vxfreeswitch_nobody' },
      /every application a transport/,
    ],
    ['two applications on one transport', { vumi_api_transport: 'smpp_qa_sms' }, /one application/],
    ['a secret used twice', { amqp_password: 'a'.repeat(16), grafana_secret_key: 'a'.repeat(16) }, /factory/],
    ['two databases on one port', { control_db_port: 5433 }, /ports of the web containers are unique/],
  ];
  for (const [what, variables, message] of refused) {
    it(`refuse ${what}`, async () => {
      const { code, stdout } = await checks('qa', variables);
      assert.equal(code, 2, stdout);
      assert.match(stdout, message);
    });
  }

  it('refuse an SMPP password of nine characters', async () => {
    const smpp = { name: 'qa_sms', system_id: 'x', password: '123456789', endpoint: 'tcp:host=a:port=1' };
    assert.match((await checks('qa', { smpp_lines: [smpp] })).stdout, /SMPP's limits hold/);
  });

  const smpp = { name: 'qa_sms', system_id: 'x', password: '12345678', endpoint: 'tcp:host=a:port=1' };
  const shapes: readonly [Values, RegExp][] = [
    [{ vumi_conversation_key: 'not a uuid' }, /vumi_conversation_key/],
    [{ freeswitch_external_ip: '192.0.2.300' }, /freeswitch_external_ip/],
    [{ sip_networks: ['192.0.2.256/28'] }, /sip_networks/],
    [{ sip_networks: ['0.0.0.0/0'] }, /sip_networks/],
    [{ smpp_lines: [{ ...smpp, source_adr_ton: 5 }] }, /source_adr_ton/],
  ];
  for (const [variables, message] of shapes) {
    it(`refuse ${JSON.stringify(variables)} before that, with its place`, async () => {
      const { code, stdout, stderr } = await checks('qa', variables);
      assert.equal(code, 1);
      assert.match(stdout + stderr, message);
    });
  }
});
