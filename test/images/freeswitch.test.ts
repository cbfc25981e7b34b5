import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { docker } from '../hosts/docker.ts';
import { type Container, network, once, start, until } from './lib/docker.ts';
import { ours, ROOT } from './lib/images.ts';
import { environment, type Mounts, mounts } from './lib/mounts.ts';
import { filesBelow, render } from './lib/render.ts';
import { VALUES } from './lib/values.ts';

const CONF = '/dev/shm/mama-freeswitch/conf';

describe('FreeSwitch (its stand-in) with our configuration @host', function () {
  this.timeout(240_000);
  let folder: Mounts;
  let net: string;
  let switched: Container;
  const mounted = (...more: string[]) => ['-v', `${folder.folder}:/etc/mama/freeswitch:ro`, ...more];
  const cli = async (command: string) => (await switched.exec('fs_cli', '-x', command)).stdout.trim();

  /** Renders the templates anew, as the role would. */
  async function lay(values: typeof VALUES): Promise<void> {
    const src = 'roles/infr/templates/freeswitch/';
    const out = render(values, [{ src, dest: 'freeswitch' }]);
    for (const name of ['start', 'reload'])
      rmSync(join(folder.folder, name), { recursive: true, force: true });
    for (const [name, text] of filesBelow(join(out, 'freeswitch'))) folder.file(name, text, '-');
  }

  before(async () => {
    folder = mounts();
    net = await network();
    for (const [name, text] of filesBelow(join(ROOT, 'files/freeswitch/qa')))
      folder.file(`files/${name}`, text, '-');
    await lay(VALUES);
    switched = await start(await ours('freeswitch'), mounted('--network', net));
  });

  after(() => folder.remove());

  it('starts with it, and is healthy with the password of the event socket', async () => {
    await switched.healthy();
    assert.match(await cli('status'), /^UP/);
    assert.match(await switched.logs(), /internal listens at \S+:5060, udp and tcp/);
    assert.match(await switched.logs(), /external listens at \S+:5080, udp and tcp/);
  });

  it('has our lines and gateways, and nothing of the factory', async () => {
    assert.deepEqual((await cli('stand-in lines')).split('\n'), [
      'app_1 ^\\+2347010000001$ 127.0.0.1:8050 async full',
      'app_2 ^2347010000002$ 127.0.0.1:8051 async full',
    ]);
    assert.deepEqual((await cli('stand-in gateways')).split('\n'), ['carrier-1', 'carrier_2.b']);
    assert.equal(await cli('stand-in users'), '');
    const { stdout } = await switched.exec('grep', '-rlE', '1234|ClueCon|ipv6|transfer|stun', CONF);
    assert.deepEqual(
      stdout.split('\n').filter((path) => path !== '' && !path.endsWith('10_lines.xml')),
      [],
    );
  });

  it('runs as its own user; its configuration is in memory and for it alone', async () => {
    const { stdout } = await switched.exec('sh', '-c', `stat -c '%U %a' /proc/1 ${CONF} ${CONF}/vars.xml`);
    assert.deepEqual(
      stdout.split('\n').map((line) => line.split(' ')[0]),
      ['freeswitch', 'freeswitch', 'freeswitch', ''],
    );
    assert.match(stdout, /^freeswitch 700$/m);
    assert.match(stdout, /^freeswitch 600$/m);
    const where = await switched.exec('stat', '-f', '-c', '%T', CONF);
    assert.equal(where.stdout.trim(), 'tmpfs');
    const { stdout: command } = await switched.exec('cat', '/proc/1/cmdline');
    assert.ok(!command.includes(VALUES.freeswitch_esl_password));
  });

  it('a voice transport in its network is connected to by it, and logs in at its event socket', async () => {
    const out = render(VALUES, [
      {
        src: 'roles/infr/templates/transports/vxfreeswitch.yaml.hbs',
        dest: 'line.yaml',
        vars: { line: VALUES.voice_lines[0]! },
      },
    ]);
    const line = await start(await ours('vxfreeswitch'), [
      ...['--network', `container:${switched.name}`],
      ...folder.file('line/line.yaml', filesBelow(out).get('line.yaml')!, '/app/config/line.yaml'),
      ...environment({ CONFIG_FILE: 'line.yaml', AMQP_PASSWORD: 'x' }),
    ]);
    await line.said('FreeSwitch accepted the password');
    assert.match(await line.logs(), /FreeSwitch may connect to 127\.0\.0\.1:8050/);
    const knock = 'import socket; socket.create_connection(("127.0.0.1", 8050), 3)';
    assert.equal((await switched.exec('python', '-c', knock)).code, 0);
    await line.remove();
  });

  it('a voice transport ends when the network that it was in has gone', async () => {
    const owner = await start(await ours('redis'), ['--network', net]);
    const line = await start(await ours('vxfreeswitch'), [
      ...['--network', `container:${owner.name}`],
      ...folder.file('line/empty.yaml', 'transport_name: x', '/app/config/line.yaml'),
      ...folder.file('line/sleep', '#!/bin/sh\nexec /bin/sleep 0.1\n', '/usr/local/bin/sleep', 0o755),
      ...environment({ CONFIG_FILE: 'line.yaml', AMQP_PASSWORD: 'x' }),
    ]);
    await owner.remove();
    await docker(['wait', line.name]);
    await line.remove();
  });

  it('takes a new line and a changed gateway while it runs', async () => {
    await lay({
      ...VALUES,
      voice_lines: [
        ...VALUES.voice_lines,
        { name: 'app_3', number: '+23470', port: 8052, gateway: 'carrier-1' },
      ],
      sip_gateways: [{ name: 'carrier-1', proxy: 'other.example.com', caller_id_in_from: true }],
    } as typeof VALUES);
    const { code, stdout, stderr } = await switched.exec('mama-freeswitch', 'reload');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /killgw carrier-1\n.*killgw carrier_2\.b\n.*profile external rescan\n/s);
    assert.match(await cli('stand-in lines'), /^app_3 \^\\\+23470\$ 127\.0\.0\.1:8052 async full$/m);
    assert.equal(await cli('stand-in gateways'), 'carrier-1');
    const again = await switched.exec('mama-freeswitch', 'reload');
    assert.doesNotMatch(again.stdout, /killgw/);
  });

  it('refuses a broken file while it runs, and goes on with what it had', async () => {
    folder.file('reload/dialplan/public/20_broken.xml', '<include><extension', '-');
    const { code, stderr } = await switched.exec('mama-freeswitch', 'reload');
    assert.equal(code, 78);
    assert.match(stderr, /refused the changed files/);
    assert.match(await cli('stand-in lines'), /^app_3 /m);
    assert.equal((await switched.exec('mama-freeswitch', 'health')).code, 0);
  });

  it('takes a reload as soon as it is up, where it is just starting', async () => {
    rmSync(join(folder.folder, 'reload/dialplan/public/20_broken.xml'));
    const slow = '#!/bin/sh\nsleep 5\nexec /usr/bin/freeswitch "$@"\n';
    const starting = await start(
      await ours('freeswitch'),
      mounted(...folder.file('slow/freeswitch', slow, '/usr/local/sbin/freeswitch', 0o755)),
    );
    await until(
      20,
      async () => (await starting.exec('test', '-e', '/dev/shm/mama-freeswitch/fs_cli.conf')).code === 0,
      () => starting.logs(),
    );
    const { code, stderr } = await starting.exec('mama-freeswitch', 'reload');
    assert.equal(code, 0, stderr);
    await starting.remove();
    folder.file('reload/dialplan/public/20_broken.xml', '<include><extension', '-');
  });

  it('ends with an error when it starts with a broken file, and says which', async () => {
    const { code, stderr } = await once(await ours('freeswitch'), mounted());
    assert.notEqual(code, 0);
    assert.match(stderr, /20_broken\.xml: /);
  });

  it('without its mounted configuration says what is missing', async () => {
    const { code, stderr } = await once(await ours('freeswitch'));
    assert.equal(code, 78);
    assert.match(stderr, /\/etc\/mama\/freeswitch\/start\/vars\.xml is missing: mount/);
  });

  it('ends well when it is told to', async () => assert.equal(await switched.stop(), 0));
});
