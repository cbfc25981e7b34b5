import assert from 'node:assert/strict';
import docker_network from '../../src/runner/tasks/docker_network.ts';
import { BASE, cleanUp, docker, inspect, makeBase, PREFIX, tryDocker, withDocker } from './docker/engine.ts';
import { converge, declarationLaws, type Ground, laws, makeGround, shells } from './harness.ts';

declarationLaws(docker_network);

const name = `${PREFIX}-net`;

describe('docker_network @host', function () {
  this.timeout(60_000);
  after(cleanUp);
  afterEach(() => tryDocker('network', 'rm', name));

  laws(
    docker_network,
    [
      { name: 'makes one', params: { name }, delta: ['state'] },
      {
        name: 'makes one as declared',
        params: {
          name,
          subnet: '10.251.70.0/24',
          gateway: '10.251.70.1',
          ip_range: '10.251.70.128/25',
          internal: true,
          labels: { a: 1, "it's": '$x "y"' },
          options: { 'com.docker.network.bridge.name': 'mptest0' },
        },
        delta: ['state'],
        after: () => assert.equal(inspect(name).Labels["it's"], '$x "y"'),
      },
      {
        name: 'makes it anew where it differs and nobody is a member',
        before: () => void docker('network', 'create', '--subnet', '10.251.71.0/24', name),
        params: { name, subnet: '10.251.72.0/24', internal: true },
        delta: ['internal', 'subnet'],
        after: () => assert.equal(inspect(name).IPAM.Config[0].Subnet, '10.251.72.0/24'),
      },
      {
        name: 'leaves alone what it was not told of',
        before: () => void docker('network', 'create', '--label', 'x=y', name),
        params: { name },
        delta: null,
      },
      {
        name: 'removes one',
        before: () => void docker('network', 'create', name),
        params: { name, state: 'absent' },
        delta: ['state'],
      },
      { name: 'has nothing to remove', params: { name, state: 'absent' }, delta: null },
    ].map((one) => ({ ...one, running: withDocker() })),
    { fingerprint: () => tryDocker('network', 'inspect', name) },
  );

  it('takes no network from its containers', async () => {
    makeBase();
    docker('network', 'create', name);
    docker('run', '-d', '--init', '--name', `${PREFIX}-member`, '--network', name, BASE);
    const ground = makeGround(shells()[0]!, {}, withDocker());
    for (const params of [
      { name, internal: true },
      { name, state: 'absent' },
    ]) {
      const refused = await converge(docker_network, params, ground);
      assert.equal(refused.kind, 'refused');
      assert.match(
        'refusal' in refused ? refused.refusal : '',
        new RegExp(`it has containers \\(${PREFIX}-member\\)`),
      );
    }
    tryDocker('rm', '-f', `${PREFIX}-member`);
    ground.remove();
  });

  it('tells a user mistake from an engine that is not there', async () => {
    const without = (running: Ground['running']) => makeGround(shells()[2]!, {}, running);
    const told = async (ground: Ground) => {
      const result = await converge(docker_network, { name }, ground);
      ground.remove();
      return result.kind === 'refused' ? `${result.refusal} · ${result.hint}` : result.kind;
    };
    assert.match(await told(without({})), /^docker is not installed on this host · install it/);
    const nobody = { DOCKER_HOST: 'unix:///nowhere/docker.sock' };
    assert.match(
      await told(without({ ...withDocker(), env: nobody })),
      /^the Docker engine of this host does not answer/,
    );
    assert.match(
      await told(without({ ...withDocker(), uid: 65534 })),
      /^this user may not talk to the Docker engine · add `become: true`/,
    );
    const overlap = makeGround(shells()[0]!, {}, withDocker());
    docker('network', 'create', '--subnet', '10.251.73.0/24', `${name}-other`);
    const taken = await converge(docker_network, { name, subnet: '10.251.73.0/24' }, overlap);
    assert.match(
      'refusal' in taken ? taken.refusal : '',
      /^network .*: Pool overlaps with other one on this address space$/,
    );
    tryDocker('network', 'rm', `${name}-other`);
    overlap.remove();
  });
});
