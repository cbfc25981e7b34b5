import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../../src/runner/contract/json.ts';
import { isRefusal } from '../../../src/runner/contract/task-type.ts';
import dockerRun from '../../../src/runner/tasks/docker_run.ts';
import { type Converged, converge, type Ground } from '../harness.ts';
import {
  BASE,
  cleanUp,
  docker,
  dockerGround,
  exists,
  inspect,
  makeBase,
  PREFIX,
  tryDocker,
} from './engine.ts';
import { executable } from './spy.ts';

/** A real supervisord of our own, and a `supervisorctl` that finds it. */
class Supervisor {
  readonly dir = mkdtempSync(join(tmpdir(), 'mama-play-supervisor-'));
  private readonly child;

  constructor() {
    const config = join(this.dir, 'supervisord.conf');
    writeFileSync(
      config,
      `[unix_http_server]\nfile=${this.dir}/s.sock\n[supervisord]\nnodaemon=true\nlogfile=${this.dir}/s.log\npidfile=${this.dir}/s.pid\nchildlogdir=${this.dir}\n[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface\n[supervisorctl]\nserverurl=unix://${this.dir}/s.sock\n[include]\nfiles=${this.dir}/*.ini\n`,
    );
    this.child = spawn('supervisord', ['-c', config], { stdio: 'ignore' });
    const real = execFileSync('sh', ['-c', 'command -v supervisorctl'], { encoding: 'utf8' }).trim();
    executable(join(this.dir, 'supervisorctl'), `#!/bin/sh\nexec '${real}' -c '${config}' "$@"\n`);
  }

  ctl(...words: string[]): string {
    return spawnSync(join(this.dir, 'supervisorctl'), words, { encoding: 'utf8' }).stdout;
  }

  program(name: string, command: string): void {
    writeFileSync(
      join(this.dir, `${name}.ini`),
      `[program:${name}]\ncommand=${command}\nautorestart=true\nstartsecs=1\nstartretries=2\nstopwaitsecs=15\n`,
    );
    this.ctl('update');
  }

  async ready(): Promise<void> {
    for (let i = 0; i < 100 && !/^\d+$/m.test(this.ctl('pid')); i++)
      await new Promise((then) => setTimeout(then, 100));
  }

  async end(): Promise<void> {
    const ended = new Promise((then) => this.child.once('exit', then));
    this.child.kill('SIGTERM');
    await ended;
    rmSync(this.dir, { recursive: true, force: true });
  }
}

const name = (suffix: string) => `${PREFIX}-${suffix}`;

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let i = 0; i < 150; i++) {
    if (holds()) return;
    await new Promise((then) => setTimeout(then, 100));
  }
  assert.fail(`never: ${what}`);
}

describe('docker_run by supervisord @host', function () {
  this.timeout(120_000);
  let supervisor: Supervisor;
  let ground: Ground;
  /** The id of a container that runs; '' if it does not. */
  const running = (container: string) =>
    /^true (.*)/.exec(tryDocker('inspect', '--format', '{{.State.Running}} {{.Id}}', container))?.[1] ?? '';
  const runs = (container: string) => running(container) !== '';

  before(async () => {
    makeBase();
    supervisor = new Supervisor();
    await supervisor.ready();
    const plain = dockerGround();
    ground = {
      ...plain,
      run: (script, more) => plain.run(script, { tools: [supervisor.dir, ...plain.running.tools!], ...more }),
    };
  });
  after(async () => {
    await supervisor.end();
    ground.remove();
    cleanUp();
  });

  async function done(params: JsonObject): Promise<Converged> {
    const result = await converge(dockerRun, params, ground);
    if (result.kind === 'refused') assert.fail(`${result.by}: ${result.refusal} ${result.reply?.err}`);
    return result;
  }

  const declared = (suffix: string, more: JsonObject = {}): JsonObject => ({
    name: name(suffix),
    image: BASE,
    init: true,
    managed_by: 'supervisord',
    wrapper: ground.at(`lib/run-${suffix}`),
    ...more,
  });

  it('goes through the life of a program', async () => {
    const params = () =>
      declared('life', { program: 'life', env: { SECRET: 's3cr3t $x', CERT: 'two\nlines' } });
    const wrapper = ground.at('lib/run-life');

    // First deployment: only the script, because supervisord does not know the program yet.
    const first = await done(params());
    assert.deepEqual(first.delta, { wrapper: { from: null, to: wrapper } });
    assert.equal((await done(params())).delta, null);
    assert.equal(statSync(wrapper).mode & 0o7777, 0o700);
    assert.equal(statSync(`${wrapper}.env`).mode & 0o7777, 0o600);
    assert.doesNotMatch(readFileSync(wrapper, 'utf8'), /s3cr3t/);

    // Then the program.
    supervisor.program('life', wrapper);
    await until('it runs', () => runs(name('life')));
    assert.equal((await done(params())).delta, null);
    assert.equal(docker('exec', name('life'), 'sh', '-c', 'echo "$SECRET|$CERT"'), 's3cr3t $x|two\nlines');

    // The image is rebuilt.
    const before = inspect(name('life')).Id;
    makeBase(BASE, ['LABEL built=again']);
    const rebuilt = await done(params());
    assert.deepEqual(Object.keys(rebuilt.delta ?? {}).sort(), ['image', 'labels.built']);
    assert.notEqual(inspect(name('life')).Id, before);
    assert.equal(rebuilt.result['id'], inspect(name('life')).Id);
    assert.equal((await done(params())).delta, null);

    // A variable changes.
    const changed = declared('life', { program: 'life', env: { SECRET: 'n3w' } });
    const second = await done(changed);
    assert.deepEqual(Object.keys(second.delta ?? {}).sort(), ['env.CERT', 'env.SECRET', 'wrapper']);
    assert.equal(docker('exec', name('life'), 'sh', '-c', 'echo "$SECRET"'), 'n3w');

    // Killed by hand: supervisord brings it back by itself.
    const alive = inspect(name('life')).Id;
    docker('kill', name('life'));
    await until('it is back', () => ![alive, ''].includes(running(name('life'))));
    assert.equal((await done(changed)).delta, null);

    // Stopped by hand: the task starts it again.
    supervisor.ctl('stop', 'life');
    await until('it is gone', () => !exists(name('life')));
    const restarted = await done(changed);
    assert.deepEqual(restarted.delta, { state: { from: 'stopped', to: 'started' } });
    assert.ok(runs(name('life')));

    const stopped = await done({ ...changed, state: 'stopped' });
    assert.deepEqual(stopped.delta, { state: { from: 'started', to: 'stopped' } });
    assert.ok(!exists(name('life')));
    assert.equal((await done({ ...changed, state: 'stopped' })).delta, null);

    const absent = await done({ ...changed, state: 'absent' });
    assert.deepEqual(absent.delta, { wrapper: { from: 'present', to: 'absent' } });
    assert.equal((await done({ ...changed, state: 'absent' })).delta, null);
  });

  it('restarts the program when an env file changed, or the network it shares is another', async () => {
    ground.lay({ 'w.env': 'A=1\n' });
    const owner = () => declared('owner', { program: 'owner' });
    const sharer = () =>
      declared('sharer', {
        program: 'sharer',
        network: `container:${name('owner')}`,
        env_file: ground.at('w.env'),
      });
    await done(owner());
    await done(sharer());
    supervisor.program('owner', ground.at('lib/run-owner'));
    await until('the owner runs', () => runs(name('owner')));
    supervisor.program('sharer', ground.at('lib/run-sharer'));
    await until('the sharer runs', () => runs(name('sharer')));
    assert.equal((await done(sharer())).delta, null);

    ground.lay({ 'w.env': 'A=2\n' });
    const fields = Object.keys((await done(sharer())).delta ?? {}).sort();
    assert.deepEqual(fields, [`env_file.${ground.at('w.env')}`, 'wrapper'].sort());
    assert.equal(docker('exec', name('sharer'), 'sh', '-c', 'echo "$A"'), '2');

    const lent = running(name('owner'));
    docker('kill', name('owner'));
    await until('the owner is another', () => ![lent, ''].includes(running(name('owner'))));
    const followed = await done(sharer());
    assert.deepEqual(Object.keys(followed.delta ?? {}), ['network']);
    assert.equal(inspect(name('sharer')).HostConfig.NetworkMode, `container:${inspect(name('owner')).Id}`);
    assert.equal((await done(sharer())).delta, null);
  });

  it('takes a container over from the engine, and says why a program cannot run', async () => {
    const byEngine = { name: name('over'), image: BASE, init: true, wait: 'none' };
    await done(byEngine);
    const params = declared('over', { program: 'over' });
    assert.deepEqual(Object.keys((await done(params)).delta ?? {}), ['wrapper']);
    assert.equal((await done(params)).delta, null);
    supervisor.program('over', ground.at('lib/run-over'));
    await until(
      'it is taken over',
      () =>
        tryDocker('inspect', '--format', '{{.HostConfig.AutoRemove}}', name('over')) === 'true' &&
        runs(name('over')),
    );
    assert.equal((await done(params)).delta, null);
    const back = await converge(dockerRun, byEngine, ground);
    assert.ok(isRefusal(back));
    assert.match(back.refusal, /is run by supervisord's program over/);

    const broken = await converge(
      dockerRun,
      { ...params, command: ['sh', '-c', 'echo last words; exit 3'], wait_timeout: 3 },
      ground,
    );
    assert.ok(isRefusal(broken));
    assert.match(broken.refusal, /last words/);
    tryDocker('rm', '-f', name('over'));
  });

  it('joins several networks', async () => {
    docker('network', 'create', name('s1'));
    docker('network', 'create', name('s2'));
    const params = declared('multi', {
      program: 'multi',
      network: name('s1'),
      networks: [{ name: name('s2'), aliases: ['x'] }],
    });
    await done(params);
    supervisor.program('multi', ground.at('lib/run-multi'));
    await until('it runs', () => runs(name('multi')));
    assert.equal((await done(params)).delta, null);
    assert.deepEqual(Object.keys(inspect(name('multi')).NetworkSettings.Networks).sort(), [
      name('s1'),
      name('s2'),
    ]);
    supervisor.ctl('stop', 'multi');
    await until('it is gone', () => !exists(name('multi')));
  });
});
