import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import type { JsonObject } from '../../src/runner/contract/json.ts';
import { isRefusal } from '../../src/runner/contract/task-type.ts';
import docker_image from '../../src/runner/tasks/docker_image.ts';
import { cleanUp, docker, inspect, makeBase, PREFIX, tryDocker, withDocker } from './docker/engine.ts';
import {
  type Case,
  converge,
  declarationLaws,
  desire,
  type Ground,
  laws,
  makeGround,
  mustConverge,
  shells,
  validateParams,
  worldOf,
} from './harness.ts';

declarationLaws(docker_image);

const name = (tag: string) => `${PREFIX}-image:${tag}`;
const ID = `sha256:${'a'.repeat(64)}`;

describe('docker_image', () => {
  const refusals: readonly (readonly [JsonObject, string])[] = [
    [{ name: 'x', state: 'absent', id: ID }, 'archive, id and tag_as go with state: present only'],
    [{ name: 'x', archive: 'none.tar' }, 'none.tar was not found'],
    [{ name: `x@${ID}`, archive: 'a.tar' }, `x@${ID} is no name that can be given: it holds a digest`],
    [{ name: 'x', tag_as: [`y@${ID}`] }, `y@${ID} is no name that can be given: it holds a digest`],
  ];
  for (const [params, refusal] of refusals) {
    it(`refuses ${JSON.stringify(params)}`, () => {
      const ground = makeGround(shells()[0]!);
      const desired = desire(docker_image, params, ground);
      ground.remove();
      assert.ok(isRefusal(desired));
      assert.equal(desired.refusal, refusal);
    });
  }
  it('knows what cannot be', () => {
    for (const params of [
      {},
      { name: '-x' },
      { name: 'a b' },
      { name: 'x', id: 'abc' },
      { name: 'x', pull: 'always' },
    ] as JsonObject[]) {
      assert.notEqual(validateParams(docker_image, params).faults.length, 0, JSON.stringify(params));
    }
  });
});

describe('docker_image @host', function () {
  this.timeout(120_000);
  let saved: Buffer;
  let id: string;
  let other: string;

  before(() => {
    for (const tag of ['saved', 'other']) makeBase(name(tag), [`ENV WHO=${tag}`]);
    id = inspect(name('saved')).Id;
    other = inspect(name('other')).Id;
    saved = execFileSync('docker', ['save', name('saved')], { maxBuffer: 1 << 28 });
  });
  after(cleanUp);
  afterEach(() => {
    tryDocker('rm', '-f', `${PREFIX}-user`);
    tryDocker('rmi', '-f', ...['saved', 'more', 'further'].map(name));
    spawnSync('docker', ['load'], { input: saved });
    docker('tag', other, name('other'));
  });

  const gone = () => void docker('rmi', name('saved'));
  const archived = (more: JsonObject) => ({ name: name('saved'), archive: 'a.tar', ...more });
  const cases: readonly Case[] = [
    { name: 'leaves one alone', params: { name: name('saved') }, delta: null },
    {
      name: 'gives further names',
      params: { name: name('saved'), tag_as: [name('more'), name('further'), name('other')] },
      delta: ['more', 'further', 'other'].map((tag) => `tag.${name(tag)}`).sort(),
      after: (_, done) => {
        for (const tag of ['more', 'further', 'other']) assert.equal(inspect(name(tag)).Id, id);
        const short = (one: string) => one.slice(7, 19);
        assert.deepEqual(done.delta?.[`tag.${name('other')}`], { from: short(other), to: short(id) });
        assert.deepEqual(done.result, { image: name('saved'), id });
      },
    },
    {
      name: 'removes one',
      params: { name: name('saved'), state: 'absent' },
      delta: ['state'],
      after: (_, done) => assert.deepEqual(done.result, { image: name('saved'), id: null }),
    },
    {
      name: 'removes a name of an image that is used by another name',
      before: () => {
        docker('tag', name('saved'), name('more'));
        docker('create', '--name', `${PREFIX}-user`, name('more'));
      },
      params: { name: name('saved'), state: 'absent' },
      delta: ['state'],
    },
    {
      name: 'takes none from a container, even from one that does not run',
      before: () => void docker('create', '--name', `${PREFIX}-user`, name('saved')),
      params: { name: name('saved'), state: 'absent' },
      refused: /image \S+:saved is used by \S+-user/,
    },
    {
      name: 'refuses one that is missing and must not be pulled',
      before: gone,
      params: { name: name('saved'), pull: 'never' },
      refused: /image \S+:saved is not on this host, and pull is never/,
    },
    {
      name: 'refuses one that is another and must not be pulled',
      params: { name: name('saved'), pull: 'never', id: ID },
      refused: /image \S+:saved is [0-9a-f]{12}, not a{12}, and pull is never/,
    },
  ];

  laws(
    docker_image,
    cases.map((one) => ({ ...one, running: withDocker() })),
    {
      fingerprint: () =>
        tryDocker(
          'image',
          'ls',
          '--no-trunc',
          '--format',
          '{{.ID}} {{.Repository}}:{{.Tag}}',
          `${PREFIX}-image`,
        )
          .split('\n')
          .sort()
          .join(' '),
    },
  );

  for (const shell of shells()) {
    const trial = (title: string, test: (ground: Ground) => Promise<void>, content = () => saved) =>
      it(`${title} (${shell.name})`, async () => {
        const ground = makeGround(shell, { files: { 'a.tar': content() } }, withDocker());
        await test(ground);
        ground.remove();
      });

    trial('loads one from an archive', async (g) => {
      gone();
      const params = archived({ tag_as: [name('more')] });
      const done = mustConverge(await converge(docker_image, params, g));
      assert.deepEqual(done.delta, {
        image: { from: null, to: `${name('saved')} (loaded)` },
        [`tag.${name('more')}`]: { from: null, to: name('saved') },
      });
      assert.deepEqual(done.result, { image: name('saved'), id });
      assert.equal(inspect(name('more')).Id, id);
      assert.equal(mustConverge(await converge(docker_image, params, g)).delta, null);
    });

    trial(
      'loads one whose name stands for another image, from a compressed archive',
      async (g) => {
        docker('tag', other, name('saved'));
        assert.equal(mustConverge(await converge(docker_image, archived({}), g)).delta, null);
        const done = mustConverge(await converge(docker_image, archived({ id }), g));
        assert.deepEqual(Object.keys(done.delta ?? {}), ['image']);
        assert.equal(inspect(name('saved')).Id, id);
        assert.equal(mustConverge(await converge(docker_image, archived({ id }), g)).delta, null);
      },
      () => gzipSync(saved),
    );

    trial('says so where the archive does not hold it', async (g) => {
      const done = await converge(docker_image, archived({ name: name('more') }), g);
      assert.ok(done.kind === 'refused');
      assert.equal(done.refusal, `the archive does not hold ${name('more')}`);
      assert.equal(done.hint, `it holds ${name('saved')}`);
      const wrong = await converge(docker_image, archived({ id: ID }), g);
      assert.ok(wrong.kind === 'refused');
      assert.equal(wrong.refusal, `the archive does not hold ${name('saved')} with the id aaaaaaaaaaaa`);
    });

    trial(
      'says so where the archive is none',
      async (g) => {
        gone();
        const done = await converge(docker_image, archived({}), g);
        assert.ok(done.kind === 'refused');
        assert.match(done.refusal, /^image \S+:saved: /);
      },
      () => Buffer.from('no archive'),
    );

    trial('pulls one that is missing, if there is a registry that has it', async (g) => {
      const done = await converge(docker_image, { name: 'localhost:1/nothing:1' }, g);
      assert.ok(done.kind === 'refused' && done.by === 'apply');
      assert.match(done.refusal, /^image localhost:1\/nothing:1: .*connection refused/);
      assert.match(done.hint ?? '', /build it first/);
    });
  }

  it('counts on an earlier task of a dry run', () => {
    const ground = makeGround(shells()[0]!, {}, withDocker());
    const desired = desire(
      docker_image,
      { name: name('built'), pull: 'never', tag_as: [name('more')] },
      ground,
    );
    const now = docker_image.read(ground.run(docker_image.probe(desired)), desired);
    assert.ok(!isRefusal(now));
    const world = worldOf({ [`image:${name('built')}`]: { rebuilt: true } });
    const delta = docker_image.decide(now, desired, world);
    assert.deepEqual(delta, { [`tag.${name('more')}`]: { from: null, to: name('built') } });
    assert.deepEqual(docker_image.predict?.(delta as never, desired, now, world), {
      [`image:${name('more')}`]: { rebuilt: true },
    });
    ground.remove();
  });
});
