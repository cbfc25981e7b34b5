import type { Json } from '../../../src/runner/contract/json.ts';

/** Sample values for the templates, with characters that are special somewhere. */
export const VALUES = {
  control_host: 'control.test.example.com',
  contentstore_host: 'content.test.example.com',
  infr_host: 'mama-ng-infr.test.example.com',
  metrics_owner_id: 'mama',
  freeswitch_external_ip: '203.0.113.7',
  freeswitch_default_password: `d&f<a>u"l't`,
  freeswitch_esl_password: `e&s<l>"p'w $x`,
  freeswitch_rtp_start: 16384,
  freeswitch_rtp_end: 16403,
  sip_networks: ['192.0.2.0/24', '198.51.100.8/32'],
  sip_gateways: [
    { name: 'carrier-1', proxy: 'sip.example.com', caller_id_in_from: false },
    {
      name: 'carrier_2.b',
      proxy: 'sip2.example.com',
      realm: 'example.com',
      register: true,
      username: 'u&1',
      password: 'p<2>"',
      from_user: 'f',
      from_domain: 'from.example.com',
      params: { ping: 30, 'register-transport': 'tcp' },
    },
  ],
  voice_lines: [
    { name: 'app_1', number: '+2347010000001', port: 8050, gateway: 'carrier-1' },
    {
      name: 'app_2',
      number: '2347010000002',
      port: 8051,
      gateway: 'carrier_2.b',
      caller_name: 'MAMA "two"',
      originate_timeout: 30,
    },
  ],
  vumi_account_key: 'account-key',
  vumi_conversation_key: 'conversation-key',
  vumi_account_token: `to'k"en: #1`,
} satisfies Readonly<Record<string, Json>>;

/** What RabbitMQ's user of these tests has: every character that a shell, YAML or JSON could trip over. */
export const AMQP_PASSWORD = `a b*;$x'"\\{}#: %d`;
