import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { JsonObject } from '../../src/runner/contract/json.ts';
import docker_exec from '../../src/runner/tasks/docker_exec.ts';
import { BASE, cleanUp, docker, makeBase, PREFIX, withDocker } from './docker/engine.ts';
import { spied } from './docker/spy.ts';
import {
  declarationLaws,
  desire,
  type Ground,
  inEachShell,
  NASTY,
  type Performed,
  perform,
  worldOf,
} from './harness.ts';

declarationLaws(docker_exec);

const container = `${PREFIX}-exec`;

async function ran(params: JsonObject, ground: Ground): Promise<Performed['verdict']> {
  const done = await perform(docker_exec, { container, ...params }, ground);
  assert.equal(done.kind, 'performed', JSON.stringify(done));
  return (done as Performed).verdict;
}

async function spared(params: JsonObject, ground: Ground): Promise<string> {
  const done = await perform(docker_exec, { container, ...params }, ground);
  return done.kind === 'needless'
    ? done.because
    : done.kind === 'refused'
      ? `refused: ${done.refusal}`
      : 'it ran';
}

describe('docker_exec @host', function () {
  this.timeout(60_000);
  before(() => {
    makeBase();
    docker('run', '-d', '--init', '--name', container, BASE);
    docker('create', '--name', `${container}-stopped`, BASE);
  });
  after(cleanUp);

  inEachShell(
    'gives words, variables and stdin exactly',
    async (ground) => {
      const words = ['sh', '-c', 'printf "%s|%s" "$1" "$A"', 'sh'];
      for (const nasty of NASTY) {
        const said = await ran({ command: [...words, nasty], env: { A: nasty } }, ground);
        assert.equal(said.result['stdout'], `${nasty}|${nasty}`.replace(/[\r\n]+$/, ''));
      }
      const stdin = "two\nlines $x `y` 'z'";
      assert.equal((await ran({ command: 'cat', stdin, env: { A: '1' } }, ground)).result['stdout'], stdin);
      const bare = await ran({ shell: 'cat; printf x', stdin: 'a', stdin_add_newline: false }, ground);
      assert.equal(bare.result['stdout'], 'ax');
      assert.equal((await ran({ command: 'cat' }, ground)).result['stdout'], '', 'stdin is not empty');
    },
    {},
    withDocker(),
  );

  inEachShell(
    'tells how it ended',
    async (ground) => {
      const failed = await ran(
        { shell: 'echo out; echo why >&2; exit 3', user: 'app', workdir: '/tmp' },
        ground,
      );
      assert.deepEqual(
        [failed.result['rc'], failed.result['stdout'], failed.failed],
        [3, 'out', 'exited 3: why'],
      );
      assert.match(
        String((await ran({ command: 'id', user: 'app' }, ground)).result['stdout']),
        /^uid=1000\(app\)/,
      );
      assert.match(
        (await ran({ command: 'no-such-command' }, ground)).failed ?? '',
        /executable file not found/,
      );
      const nobody = await ran({ container: 'no-such-container', command: 'id' }, ground);
      assert.equal(nobody.failed, 'there is no container no-such-container on this host');
      assert.equal(nobody.changed, false);
      const stopped = await ran({ container: `${container}-stopped`, command: 'id' }, ground);
      assert.equal(stopped.failed, `container ${container}-stopped does not run`);
      assert.match(stopped.hint ?? '', /docker logs .*-stopped` on the host tells why/);
    },
    {},
    withDocker(),
  );

  inEachShell(
    'asks first',
    async (ground) => {
      const params = { shell: 'true', env: { A: 'yes' } };
      assert.match(await spared({ ...params, creates: '/bin' }, ground), /refused: creates can't be asked/);
      docker('exec', container, 'sh', '-c', 'busybox ln -sf busybox /bin/test');
      assert.equal(await spared({ ...params, creates: '/bin' }, ground), '/bin exists');
      assert.equal(await spared({ ...params, creates: '/none' }, ground), 'it ran');
      assert.equal(await spared({ ...params, removes: '/none' }, ground), '/none does not exist');
      assert.equal(await spared({ ...params, removes: '/bin', creates: '/none' }, ground), 'it ran');
      const code = '[ "$A" = yes ]';
      assert.equal(await spared({ ...params, unless: code }, ground), `\`unless\` holds: ${code}`);
      assert.equal(await spared({ ...params, onlyif: code }, ground), 'it ran');
      assert.equal(
        await spared({ ...params, onlyif: 'no-such-thing' }, ground),
        '`onlyif` does not hold: no-such-thing',
      );
      docker('exec', container, 'rm', '/bin/test');
    },
    {},
    withDocker(),
  );

  inEachShell(
    'asks nothing of a container that an earlier task would make',
    async (ground) => {
      const params = { container: 'to-come', shell: 'true', unless: 'true' };
      assert.match(await spared(params, ground), /there is no container to-come/);
      const world = worldOf({ 'container:to-come': { running: true } });
      const desired = desire(docker_exec, params, ground);
      const guard = docker_exec.guard?.(desired) ?? assert.fail('no guard');
      assert.equal(docker_exec.needless?.(ground.run(guard.script), desired, world), null);
    },
    {},
    withDocker(),
  );

  inEachShell('puts no value into an argument list', async (ground) => {
    const spy = spied(join(ground.dir, 'spy'));
    const at = { ...ground, run: (script: Parameters<Ground['run']>[0]) => ground.run(script, spy.running) };
    const env = { ONE: 's3cr3t', TWO: 's3cr3t\nlines' };
    assert.equal((await ran({ shell: 'echo "$ONE$TWO"', env }, at)).result['stdout'], 's3cr3ts3cr3t\nlines');
    assert.match(spy.said(), /exec/);
    assert.doesNotMatch(spy.said(), /s3cr3t/);
  });
});
