import assert from 'node:assert/strict';
import type { JsonObject } from '../../src/runner/contract/json.ts';
import { isRefusal } from '../../src/runner/contract/task-type.ts';
import docker_prune from '../../src/runner/tasks/docker_prune.ts';
import { BASE, cleanUp, docker, exists, makeBase, PREFIX, tryDocker, withDocker } from './docker/engine.ts';
import {
  type Case,
  converge,
  declarationLaws,
  desire,
  laws,
  makeGround,
  shells,
  validateParams,
} from './harness.ts';

declarationLaws(docker_prune);

const OWNER = `${PREFIX}-owner`;
const LABEL = `mama-play.owner=${OWNER}`;
const name = (what: string) => `${PREFIX}-${what}`;

describe('docker_prune', () => {
  const refusals: readonly (readonly [JsonObject, string])[] = [
    [{ owner: 'x' }, 'docker_prune has nothing to look at'],
    [{ owner: 'x', volumes: [] }, 'volumes hold data: they are removed only if delete_data is true'],
    [{ owner: 'x', containers: [], delete_data: true }, 'delete_data goes with a list of volumes'],
  ];
  for (const [params, refusal] of refusals) {
    it(`refuses ${JSON.stringify(params)}`, () => {
      const ground = makeGround(shells()[0]!);
      const desired = desire(docker_prune, params, ground);
      ground.remove();
      assert.ok(isRefusal(desired));
      assert.equal(desired.refusal, refusal);
    });
  }
  it('knows what cannot be', () => {
    for (const params of [
      { containers: [] },
      { owner: '', containers: [] },
      { owner: 'a b', containers: [] },
      { owner: 'a', label: 'x"}}', containers: [] },
      { owner: 'a', containers: ['-x'] },
      { owner: 'a', containers: 'web' },
    ] as JsonObject[]) {
      assert.notEqual(validateParams(docker_prune, params).faults.length, 0, JSON.stringify(params));
    }
  });
});

describe('docker_prune @host', function () {
  this.timeout(120_000);
  before(() => makeBase());
  after(cleanUp);
  afterEach(() => {
    const all = (...words: string[]) =>
      tryDocker(...words)
        .split('\n')
        .filter(Boolean);
    const containers = all('ps', '-aq', '--filter', `name=${PREFIX}-`);
    if (containers.length > 0) tryDocker('rm', '-f', ...containers);
    for (const sort of ['network', 'volume']) {
      const names = all(sort, 'ls', '-q', '--filter', `name=${PREFIX}-`);
      if (names.length > 0) tryDocker(sort, 'rm', ...names);
    }
    tryDocker('rmi', name('img:1'), name('img:2'));
  });

  const run = (what: string, ...words: string[]) =>
    void docker('run', '-d', '--init', '--name', name(what), ...words, BASE, 'sleep', '1000');
  const image = (tag: string, ...changes: string[]) => makeBase(name(tag), [`LABEL ${LABEL}`, ...changes]);
  const there = (sort: string) =>
    tryDocker(
      sort,
      'ls',
      ...(sort === 'container' ? ['-a', '--format', '{{.Names}} {{.State}}'] : ['--format', '{{.Name}}']),
      '--filter',
      `name=${PREFIX}-`,
    )
      .split('\n')
      .filter(Boolean)
      .sort();

  const cases: readonly Case[] = [
    {
      name: 'removes containers of the owner that are not listed',
      before: () => {
        run('stays', '--label', LABEL);
        run('goes', '--label', LABEL);
        run('stopped', '--label', LABEL);
        docker('stop', '-t', '0', name('stopped'));
        run('other', '--label', 'mama-play.owner=somebody');
        run('plain');
        docker('create', '--name', `${name('stays')}.mama-play-old`, '--label', LABEL, BASE);
      },
      params: { owner: OWNER, containers: [name('stays')] },
      delta: [`container.${name('goes')}`, `container.${name('stopped')}`],
      after: (_, done) => {
        assert.deepEqual(done.delta?.[`container.${name('goes')}`], { from: 'running', to: 'absent' });
        assert.deepEqual(done.delta?.[`container.${name('stopped')}`], { from: 'exited', to: 'absent' });
        for (const what of ['stays', 'stays.mama-play-old', 'other', 'plain'])
          assert.ok(exists(name(what)), what);
        for (const what of ['goes', 'stopped']) assert.ok(!exists(name(what)), what);
        assert.deepEqual(done.result, {
          removed: [`container.${name('goes')}`, `container.${name('stopped')}`],
        });
      },
    },
    {
      name: 'finds nothing to do',
      before: () => run('stays', '--label', LABEL),
      params: {
        owner: OWNER,
        containers: [name('stays')],
        networks: [],
        images: [],
        volumes: [],
        delete_data: true,
      },
      delta: null,
    },
    {
      name: 'looks only at sorts that are listed',
      before: () => {
        run('stays', '--label', LABEL);
        docker('volume', 'create', '--label', LABEL, name('data'));
      },
      params: { owner: OWNER, networks: [] },
      delta: null,
      after: () => assert.deepEqual(there('volume'), [name('data')]),
    },
    {
      name: 'removes networks and volumes after the containers that used them',
      before: () => {
        for (const net of ['net', 'net2']) docker('network', 'create', '--label', LABEL, name(net));
        for (const vol of ['vol', 'vol2']) docker('volume', 'create', '--label', LABEL, name(vol));
        docker('volume', 'create', name('foreign'));
        run('goes', '--label', LABEL, '--network', name('net'), '-v', `${name('vol')}:/data`);
      },
      params: {
        owner: OWNER,
        containers: [],
        networks: [name('net2')],
        volumes: [name('vol2')],
        delete_data: true,
      },
      delta: [`container.${name('goes')}`, `network.${name('net')}`, `volume.${name('vol')}`],
      after: () => {
        assert.deepEqual(there('network'), [name('net2')]);
        assert.deepEqual(there('volume'), [name('foreign'), name('vol2')]);
      },
    },
    {
      name: 'takes no network from a container that stays',
      before: () => {
        docker('network', 'create', '--label', LABEL, name('net'));
        run('plain', '--network', name('net'));
      },
      params: { owner: OWNER, networks: [] },
      refused: /network \S+-net is used by \S+-plain, which stays/,
    },
    {
      name: 'takes no volume from a container that stays, even from one that does not run',
      before: () => {
        docker('volume', 'create', '--label', LABEL, name('vol'));
        docker('create', '--name', name('plain'), '-v', `${name('vol')}:/data`, BASE);
      },
      params: { owner: OWNER, volumes: [], delete_data: true },
      refused: /volume \S+-vol is used by \S+-plain, which stays/,
    },
    {
      name: 'leaves to supervisord what supervisord runs',
      before: () => run('goes', '--label', LABEL, '--label', 'mama-play.program=web'),
      params: { owner: OWNER, containers: [] },
      refused: /container \S+-goes is run by supervisord's program web/,
    },
    {
      name: 'removes images that are neither listed nor used, and unnamed ones',
      before: () => {
        image('img:1', 'ENV V=0');
        image('img:1', 'ENV V=1');
        image('img:2', 'ENV V=2');
        image('img:3', 'ENV V=3');
        docker('run', '-d', '--init', '--name', name('plain'), name('img:3'), 'sleep', '1000');
      },
      params: { owner: OWNER, images: [name('img:2')] },
      after: (_, done) => {
        const fields = Object.keys(done.delta ?? {});
        assert.equal(fields.length, 2);
        assert.ok(fields.includes(`image.${name('img:1')}`));
        assert.ok(fields.some((field) => /^image\.[0-9a-f]{12}$/.test(field)));
        const left = docker(
          'image',
          'ls',
          '--format',
          '{{.Repository}}:{{.Tag}}',
          '--filter',
          `label=${LABEL}`,
        );
        assert.deepEqual(left.split('\n').sort(), [name('img:2'), name('img:3')]);
        tryDocker('rm', '-f', name('plain'));
        tryDocker('rmi', name('img:3'));
      },
    },
  ];
  laws(
    docker_prune,
    cases.map((one) => ({ ...one, running: withDocker() })),
    { fingerprint: () => JSON.stringify(there('container')) + there('network') + there('volume') },
  );

  it('removes no container that took the name meanwhile', async () => {
    const ground = makeGround(shells()[0]!, {}, withDocker());
    run('goes', '--label', LABEL);
    const desired = desire(docker_prune, { owner: OWNER, containers: [] }, ground);
    const current = docker_prune.read(ground.run(docker_prune.probe(desired)), desired);
    assert.ok(!isRefusal(current));
    docker('rm', '-f', name('goes'));
    run('goes');
    const script = docker_prune.apply({}, desired, current);
    ground.run('script' in script ? script.script : script);
    assert.ok(exists(name('goes')));
    assert.equal((await converge(docker_prune, { owner: OWNER, containers: [] }, ground)).kind, 'converged');
    ground.remove();
  });
});
