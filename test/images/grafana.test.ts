import assert from 'node:assert/strict';
import { type Container, network, start } from './lib/docker.ts';
import { get } from './lib/http.ts';
import { ours } from './lib/images.ts';
import { environment, type Mounts, mounts } from './lib/mounts.ts';

describe('the password of Grafana (its stand-in) @host', function () {
  this.timeout(240_000);
  let folder: Mounts;
  let net: string;

  before(async () => {
    folder = mounts();
    net = await network();
  });
  after(() => folder.remove());

  const grafana = async (password: readonly string[], more: readonly string[] = []): Promise<Container> => {
    const settings = { GF_SERVER_ROOT_URL: 'http://grafana/grafana/', GF_SECURITY_SECRET_KEY: 'k' };
    const started = await start(await ours('grafana'), [
      ...['--network', net, '--network-alias', 'grafana', ...environment(settings)],
      ...password,
      ...more,
    ]);
    await started.healthy();
    return started;
  };
  const given = (GF_SECURITY_ADMIN_PASSWORD: string) => environment({ GF_SECURITY_ADMIN_PASSWORD });
  const taken = async (password: string) => {
    const Authorization = `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`;
    return (
      (await get(net, 'http://grafana:3000/grafana/api/user', { headers: { Authorization } })).status === 200
    );
  };

  it('is that of the last start, from the environment or from a file, and nobody sees it', async () => {
    const first = await grafana(given('one $*'));
    assert.equal(await taken('one $*'), true);
    await first.stop();

    const second = await grafana(given(`two "'`), ['--volumes-from', first.name]);
    assert.deepEqual([await taken('one $*'), await taken(`two "'`)], [false, true]);
    await second.stop();

    const file = '/run/secrets/admin_password';
    const third = await grafana(environment({ GF_SECURITY_ADMIN_PASSWORD__FILE: file }), [
      ...['--volumes-from', first.name],
      ...folder.file('password', 'three', file, 0o644),
    ]);
    assert.equal(await taken('three'), true);
    assert.doesNotMatch(await third.logs(), /three/);
    await third.stop();
  });
});
