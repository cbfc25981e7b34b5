import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRefusal } from '../../src/runner/contract/task-type.ts';
import docker_compose from '../../src/runner/tasks/docker_compose.ts';
import { container, type StandIn, standIn } from './docker/compose-stand-in.ts';
import { BASE, cleanUp, docker, makeBase, PREFIX, tryDocker, withDocker } from './docker/engine.ts';
import {
  type Case,
  converge,
  type Ground,
  inEachShell,
  laws,
  makeGround,
  mustConverge,
  NASTY,
  shells,
  validateParams,
} from './harness.ts';

const H1 = '1'.repeat(64);
const H2 = '2'.repeat(64);
const CONFIG = `name: shop
networks:
  default:
    name: shop_default
services:
  web:
    deploy:
      replicas: 2
    environment:
      replicas: "7"
    image: app:1
  db:
    image: app:1
`;

describe('docker_compose, compose 2 played by a stand-in', () => {
  let compose: StandIn;
  const made: StandIn[] = [];
  afterEach(() => {
    for (const one of made.splice(0)) one.remove();
  });
  type Told = Partial<Parameters<typeof standIn>[0]>;

  function ground(told: Told = {}): Ground {
    const up = [container('web', H1), container('web', H1), container('db', H2)];
    compose = standIn({
      hashes: { web: H1, db: H2 },
      config: CONFIG,
      before: [],
      after: up,
      tags: { 'app:1': 'sha256:aa' },
      ...told,
    });
    made.push(compose);
    const g = makeGround(shells()[0]!, {}, compose.running);
    g.lay({ 'shop/compose.yaml': 'services: {}\n' });
    return g;
  }

  async function run(told: Told, params: Record<string, unknown>) {
    const g = ground(told);
    const done = mustConverge(
      await converge(docker_compose, { project_src: g.at('shop'), ...params } as never, g),
    );
    const src = g.at('shop');
    g.remove();
    // What stands before compose's own command is the same each time.
    const said = compose.said().map((words) => {
      assert.deepEqual(words.slice(0, 2), ['--project-directory', src]);
      return words.slice(2).map((word) => word.replace(src, 'SRC'));
    });
    return { delta: done.delta, said, result: done.result };
  }

  it('tells service by service what is not there, and says it to compose', async () => {
    const { delta, said, result } = await run({}, {});
    assert.deepEqual(delta, {
      'services.web': { from: 'absent', to: 'running' },
      'services.db': { from: 'absent', to: 'running' },
    });
    assert.deepEqual(said, [['-p', 'shop', 'up', '-d']]);
    assert.deepEqual(result, { project: 'shop', version: '2.24.5', services: ['web', 'db'] });
  });

  it('says every parameter', async () => {
    const { said } = await run(
      {},
      {
        files: ['a.yaml', '/etc/b.yaml'],
        env_file: 'x.env',
        project_name: 'other',
        services: ['web', 'db'],
        build: true,
        pull: 'never',
        remove_orphans: true,
      },
    );
    const before = ['-f', 'SRC/a.yaml', '-f', '/etc/b.yaml', '--env-file', 'SRC/x.env', '-p', 'other'];
    const words = ['up', '-d', '--remove-orphans', '--build', '--pull', 'never', 'web', 'db'];
    assert.deepEqual(said, [[...before, ...words]]);
    const pulled = await run({}, { pull: 'always' });
    assert.deepEqual(
      pulled.said.map((call) => call.slice(2)),
      [
        ['pull', '--quiet'],
        ['up', '-d'],
      ],
    );
  });

  it('compares hashes, images, numbers, states and health', async () => {
    const differ = async (before: object[], told: Told = {}, params: Record<string, unknown> = {}) =>
      (await run({ before, ...told }, params)).delta;
    const db = container('db', H2);
    const web = container('web', H1);
    assert.equal(await differ([web, web, db]), null);
    assert.deepEqual(await differ([web, db]), { 'services.web.replicas': { from: 1, to: 2 } });
    assert.deepEqual(await differ([web, web, container('db', H1)]), {
      'services.db.config': { from: '111111111111', to: '222222222222' },
    });
    assert.deepEqual(await differ([web, container('web', H1, { status: 'exited' }), db]), {
      'services.web': { from: 'exited', to: 'running' },
    });
    assert.deepEqual(await differ([web, web, container('db', H2, { image: 'sha256:bb' })]), {
      'services.db.image': { from: 'bb', to: 'aa' },
    });
    assert.deepEqual(await differ([web, web, container('db', 'of v1', { version: '1.29.2' })]), {
      'services.db.made_by': { from: 'compose 1.29.2', to: 'compose 2.24.5' },
    });
    const stray = container('old', H1);
    assert.equal(await differ([web, web, db, stray]), null);
    assert.deepEqual(await differ([web, web, db, stray], {}, { remove_orphans: true }), {
      'orphans.shop-old-1': { from: 'running', to: 'absent' },
    });
  });

  it('stops and removes', async () => {
    const before = [container('web', H1), container('db', H2, { status: 'exited' }), container('old', H1)];
    const gone = { before, after: [container('old', H1)] };
    const stop = await run({ before, after: before.slice(1) }, { state: 'stopped' });
    assert.deepEqual(stop.delta, { 'services.web': { from: 'running', to: 'stopped' } });
    assert.deepEqual(stop.said, [['-p', 'shop', 'stop']]);
    const some = await run({ ...gone, after: before.slice(1) }, { state: 'absent', services: ['web'] });
    assert.deepEqual(some.said, [['-p', 'shop', 'rm', '--stop', '--force', 'web']]);
    const all = await run(gone, { state: 'absent', remove_volumes: true });
    assert.deepEqual(Object.keys(all.delta ?? {}).sort(), ['services.db', 'services.web']);
    assert.deepEqual(all.said, [['-p', 'shop', 'down', '--volumes']]);
  });

  it('refuses what makes no sense, and services that nobody declares', async () => {
    const g = ground();
    const refusal = async (params: Record<string, unknown>) => {
      const done = await converge(docker_compose, { project_src: g.at('shop'), ...params } as never, g);
      return done.kind === 'refused' ? done.refusal.replace(g.dir, '') : done.kind;
    };
    assert.equal(
      await refusal({ services: ['nobody'] }),
      'there is no service nobody in the compose files of /shop',
    );
    assert.equal(
      await refusal({ remove_volumes: true }),
      'remove_volumes goes with `state: absent` of the whole project only',
    );
    assert.equal(await refusal({ state: 'stopped', wait: true }), 'wait goes with `state: present` only');
    assert.equal(await refusal({ project_src: g.at('nowhere') }), '/nowhere is no directory of this host');
    g.lay({ empty: null });
    assert.equal(await refusal({ project_src: g.at('empty') }), 'there is no compose file in /empty');
    for (const wrong of [{ project_name: 'A' }, { services: [] }, { services: ['a b'] }, { pull: 'policy' }])
      assert.equal(validateParams(docker_compose, { project_src: '/x', ...wrong }).faults.length, 1);
    g.remove();
  });
});

describe('docker_compose, any directory for data', () => {
  for (const text of NASTY) {
    inEachShell(JSON.stringify(text), async (g) => {
      const compose = standIn({
        hashes: { web: H1 },
        config: 'name: shop\nservices:\n  web:\n    image: x\n',
        before: [],
        after: [container('web', H1)],
        tags: { 'app:1': 'sha256:aa' },
      });
      g.lay({ [`${text}/${text}.yaml`]: '' });
      const params = { project_src: g.at(text), files: [`${text}.yaml`], env_file: text };
      const run = { ...g, run: (script: Parameters<Ground['run']>[0]) => g.run(script, compose.running) };
      const done = mustConverge(await converge(docker_compose, params, run));
      const [words] = compose.said();
      assert.deepEqual(words!.slice(0, 6), [
        '--project-directory',
        g.at(text),
        '-f',
        g.at(`${text}/${text}.yaml`),
        '--env-file',
        g.at(`${text}/${text}`),
      ]);
      assert.deepEqual(done.result['services'], ['web']);
      const again = mustConverge(await converge(docker_compose, params, run));
      assert.equal(again.delta, null);
      compose.remove();
    });
  }
});

describe('docker_compose @host, with version 1', function () {
  this.timeout(180_000);
  let tools: string;
  const name = `${PREFIX}shop`;
  const own = (image: string) => `    image: ${image}\n    stop_signal: SIGKILL\n`;
  const YAML = `version: "3.8"\nservices:\n  web:\n${own(BASE)}    depends_on: [db]\n  db:\n${own(BASE)}volumes: {data: {}}\n`;

  before(() => {
    makeBase();
    tools = mkdtempSync(join(tmpdir(), 'mama-play-compose-'));
    symlinkSync('/usr/bin/docker-compose', join(tools, 'docker-compose'));
  });
  after(() => {
    cleanUp();
    rmSync(tools, { recursive: true, force: true });
  });
  const label = `label=com.docker.compose.project=${name}`;
  const running = () => ({ tools: [...withDocker().tools!, tools] });
  const down = () => {
    const ids = tryDocker('ps', '-aq', '--filter', label);
    if (ids) tryDocker('rm', '-f', ...ids.split('\n'));
    tryDocker('network', 'rm', `${name}_default`);
    tryDocker('volume', 'rm', `${name}_data`);
  };
  afterEach(down);
  const at = (g: Ground, more: object = {}) => ({ project_src: g.at(name), ...more }) as never;
  const lay =
    (yaml = YAML) =>
    (g: Ground) =>
      g.lay({ [`${name}/docker-compose.yml`]: yaml });
  const all = () =>
    [
      tryDocker('ps', '-a', '--filter', label, '--format', '{{.ID}} {{.State}}'),
      tryDocker('network', 'ls', '-q', '--filter', label),
      tryDocker('volume', 'ls', '-q', '--filter', label),
    ].join('\n--\n');
  const ids = () => tryDocker('ps', '-aq', '--filter', label);

  const cases: Omit<Case, 'running'>[] = [
    {
      name: 'brings a project up',
      before: lay(),
      params: (g) => at(g, { wait: true, wait_timeout: 30 }),
      delta: ['services.db', 'services.web'],
      after: (_, done) =>
        assert.deepEqual(done.result, { project: name, version: '1.29.2', services: ['db', 'web'] }),
    },
    {
      name: 'a file that is none',
      before: lay('services: {web: {imag: x}}\n'),
      params: (g) => at(g),
      refused: /compose can't read the project .*Unsupported config option for services\.web: 'imag'/,
    },
  ];
  describe('its laws', () => {
    before(() => {
      for (const one of cases) Object.assign(one, { running: running() });
    });
    laws(docker_compose, cases, { fingerprint: all });
  });

  it('a life of a project', async () => {
    const g = makeGround(shells()[0]!, {}, running());
    const run = async (more: object = {}) =>
      mustConverge(await converge(docker_compose, at(g, more), g)).delta;
    lay()(g);
    assert.deepEqual(Object.keys((await run({ services: ['db'] })) ?? {}), ['services.db']);
    assert.deepEqual(Object.keys((await run()) ?? {}), ['services.web']);
    assert.equal(await run({ wait: true }), null);
    const before = ids();
    lay(YAML.replace('depends_on: [db]', 'depends_on: [db]\n    environment: {A: b}'))(g);
    const changed = await run();
    assert.deepEqual(Object.keys(changed ?? {}), ['services.web.config']);
    assert.notEqual(ids(), before);
    docker('stop', '-t', '0', `${name}_db_1`);
    assert.deepEqual(await run(), { 'services.db': { from: 'exited', to: 'running' } });
    makeBase(BASE, ['ENV NEWER=yes']);
    assert.deepEqual(Object.keys((await run()) ?? {}).sort(), ['services.db.config', 'services.web.config']);
    lay(YAML.replace('  db:', '  other:').replace('[db]', '[other]'))(g);
    assert.deepEqual(
      Object.keys((await run({ remove_orphans: true })) ?? {}).sort(),
      [`orphans.${name}_db_1`, 'services.other', 'services.web.config'].filter(
        (field) => field !== 'services.web.config' || true,
      ),
    );
    assert.deepEqual(Object.keys((await run({ state: 'stopped' })) ?? {}).sort(), [
      'services.other',
      'services.web',
    ]);
    assert.equal(await run({ state: 'stopped' }), null);
    assert.deepEqual(Object.keys((await run({ state: 'absent' })) ?? {}).sort(), [
      `networks.${name}_default`,
      'services.other',
      'services.web',
    ]);
    assert.deepEqual(await run({ state: 'absent', remove_volumes: true }), {
      [`volumes.${name}_data`]: { from: 'present', to: 'absent' },
    });
    assert.equal(await run({ state: 'absent', remove_volumes: true }), null);
    g.remove();
  });

  it('tells what did not come up, what compose said, and what it can not do', async () => {
    const g = makeGround(shells()[2]!, {}, running());
    const told = async (more: object) => {
      const done = await converge(docker_compose, at(g, more), g);
      return done.kind === 'refused' ? done.refusal : done.kind;
    };
    lay(YAML.replace('volumes:', `  ill:\n${own(BASE)}    command: ["false"]\nvolumes:`))(g);
    assert.match(
      await told({ wait: true, wait_timeout: 20 }),
      /did not come up in 20 s: ill ended with status 1$/,
    );
    down();
    lay(YAML.replace(BASE, `${PREFIX}-none:1`))(g);
    assert.match(
      await told({}),
      /^the project .*(pull access denied|lookup|dial|refused|no such host|Client\.Timeout|not found)/i,
    );
    assert.equal(
      await told({ pull: 'never' }),
      'docker-compose 1 pulls what lacks, and cannot be told not to',
    );
    g.remove();
  });

  it('a host without any compose is told what to install', async () => {
    const g = makeGround(shells()[2]!, {}, withDocker());
    lay()(g);
    const done = await converge(docker_compose, at(g), g);
    assert.ok(done.kind === 'refused' && isRefusal(done));
    assert.equal(done.refusal, 'this host has no docker compose');
    assert.match(done.hint ?? '', /docker-compose/);
    g.remove();
  });
});
