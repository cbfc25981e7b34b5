import assert from 'node:assert/strict';
import docker_volume from '../../src/runner/tasks/docker_volume.ts';
import { BASE, cleanUp, docker, inspect, makeBase, PREFIX, tryDocker, withDocker } from './docker/engine.ts';
import { converge, declarationLaws, laws, makeGround, shells } from './harness.ts';

declarationLaws(docker_volume);

const name = `${PREFIX}-vol`;

describe('docker_volume @host', function () {
  this.timeout(60_000);
  after(cleanUp);
  afterEach(() => tryDocker('volume', 'rm', name));

  laws(
    docker_volume,
    [
      {
        name: 'makes one',
        params: { name, labels: { a: true, 'x.y': '$z "q"' } },
        delta: ['state'],
        after: () => assert.deepEqual(inspect(name).Labels, { a: 'true', 'x.y': '$z "q"' }),
      },
      {
        name: 'makes one with options',
        params: { name, options: { type: 'tmpfs', device: 'tmpfs', o: 'size=1m' } },
        delta: ['state'],
      },
      {
        name: 'leaves one alone',
        before: () => void docker('volume', 'create', name),
        params: { name },
        delta: null,
      },
      {
        name: 'never makes one anew: labels',
        before: () => void docker('volume', 'create', name),
        params: { name, labels: { a: 1 } },
        refused: /has another labels\.a \(null, not "1"\), and that can't be changed without losing its data/,
      },
      {
        name: 'never makes one anew: options',
        before: () => void docker('volume', 'create', '--opt', 'type=tmpfs', '--opt', 'device=tmpfs', name),
        params: { name },
        refused: /has another options\.device/,
      },
      {
        name: 'removes one',
        before: () => void docker('volume', 'create', name),
        params: { name, state: 'absent' },
        delta: ['state'],
      },
      { name: 'has nothing to remove', params: { name, state: 'absent' }, delta: null },
    ].map((one) => ({ ...one, running: withDocker() })),
    { fingerprint: () => tryDocker('volume', 'inspect', name) },
  );

  it('takes no volume from a container, even from one that does not run', async () => {
    makeBase();
    docker('create', '--name', `${PREFIX}-user`, '-v', `${name}:/data`, BASE);
    const ground = makeGround(shells()[0]!, {}, withDocker());
    const refused = await converge(docker_volume, { name, state: 'absent' }, ground);
    assert.equal('refusal' in refused ? refused.refusal : '', `volume ${name} is used by ${PREFIX}-user`);
    tryDocker('rm', '-f', `${PREFIX}-user`);
    ground.remove();
  });
});
