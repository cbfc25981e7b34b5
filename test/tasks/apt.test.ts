import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../src/runner/contract/json.ts';
import { isRefusal } from '../../src/runner/contract/task-type.ts';
import apt from '../../src/runner/tasks/apt.ts';
import {
  type Converged,
  changedPaths,
  converge,
  declarationLaws,
  deepFreeze,
  desire,
  inEachShell,
  look,
  makeGround,
  mustConverge,
  REAL,
  type Refused,
  registersWhatItDeclares,
  shells,
  treeState,
  validateParams,
} from './harness.ts';
import { type AptRoot, buildPackages, makeAptRoot } from './services/apt-root.ts';
import { without } from './services/without.ts';

declarationLaws(apt);

describe('apt', () => {
  const refusals: readonly (readonly [JsonObject, RegExp])[] = [
    [{}, /nothing to do/],
    [{ name: 'a1', purge: true }, /purge goes with state: absent/],
    [{ name: 'a1=1', state: 'latest' }, /a version goes with state: present only, not latest/],
    [{ name: ['a1', 'b1=2'], state: 'absent' }, /not absent/],
  ];
  for (const [params, refusal] of refusals) {
    it(`refuses ${JSON.stringify(params)}`, () => {
      const ground = makeGround(shells()[0]!);
      const desired = desire(apt, params, ground);
      ground.remove();
      assert.ok(isRefusal(desired));
      assert.match(desired.refusal, refusal);
    });
  }
  it('knows what cannot be a package', () => {
    for (const name of ['-y', 'A', 'a b', 'a;b', 'a=', 'a/stable', '$(x)', '*']) {
      assert.notEqual(validateParams(apt, { name }).faults.length, 0, name);
      assert.notEqual(validateParams(apt, { name: [name] }).faults.length, 0, name);
    }
    assert.deepEqual(validateParams(apt, 'libstdc++6:i386').faults, []);
    assert.deepEqual(validateParams(apt, { pkg: 'docker.io=20.10*' }).faults, []);
  });
  inEachShell('says so where there is no apt', async (ground) => {
    const done = await converge(apt, { name: 'x1' }, without(ground, 'apt-get'));
    assert.ok(done.kind === 'refused');
    assert.equal(done.refusal, 'this host has no apt-get');
  });
});

describe('apt on a root of its own @host', function () {
  this.timeout(60_000);
  let repository: string;
  before(() => {
    repository = mkdtempSync(join(tmpdir(), 'mama-play-debs-'));
    buildPackages(repository, {
      'foo_1.0': {},
      'foo_1.1': { Depends: 'dep' },
      dep_1: {},
      rec_1: { Recommends: 'dep' },
      rival_2: { Conflicts: 'foo', Provides: 'virtual' },
      'lib++_3': {},
    });
  });
  after(() => rmSync(repository, { recursive: true }));

  const ALL = ['foo_1.0', 'dep_1', 'rec_1', 'rival_2', 'lib++_3'];

  /** Says it, keeping the laws that `laws` would check. */
  async function run(root: AptRoot, params: JsonObject): Promise<Converged> {
    const desired = desire(apt, params, root.ground);
    deepFreeze(desired);
    const before = treeState(root.ground.dir);
    const current = look(apt, desired, root.ground);
    assert.deepEqual(changedPaths(before, treeState(root.ground.dir)), [], 'probing changed something');
    deepFreeze(current);
    assert.deepEqual(apt.decide(current, desired, REAL), apt.decide(current, desired, REAL));
    const done = mustConverge(await converge(apt, params, root.ground));
    registersWhatItDeclares(apt, done.result);
    assert.equal(mustConverge(await converge(apt, params, root.ground)).delta, null, 'not converged');
    return done;
  }
  const refused = async (root: AptRoot, params: JsonObject): Promise<Refused> => {
    const done = await converge(apt, params, root.ground);
    return done.kind === 'refused' ? done : assert.fail(JSON.stringify(done.delta));
  };
  const trial = (title: string, test: (root: AptRoot) => Promise<void>) =>
    inEachShell(title, async (ground) => {
      const root = makeAptRoot(ground, repository);
      root.offer(ALL);
      root.apt('update');
      root.age(60);
      await test(root);
    });

  trial('installs what is missing, and nothing else', async (root) => {
    root.apt('install', 'foo=1.0');
    root.offer([...ALL, 'foo_1.1']);
    root.apt('update');
    const done = await run(root, { name: ['foo', 'lib++'] });
    assert.deepEqual(done.delta, { 'lib++': { from: null, to: '3' } });
    assert.deepEqual(done.result, { versions: { foo: '1.0', 'lib++': '3' }, cache_updated: false });
    assert.deepEqual(root.installed(), ['foo 1.0', 'lib++ 3']);
  });

  trial('tells what comes along', async (root) => {
    root.offer(['foo_1.1', 'dep_1']);
    root.apt('update');
    const done = await run(root, { name: 'foo' });
    assert.deepEqual(done.delta, {
      foo: { from: null, to: '1.1' },
      dependencies: { from: null, to: ['dep 1'] },
    });
  });

  trial('installs recommended packages, or not', async (root) => {
    await run(root, { name: 'rec', install_recommends: false });
    assert.deepEqual(root.installed(), ['rec 1']);
    await run(root, { name: 'rec', state: 'absent' });
    await run(root, { name: 'rec', install_recommends: true });
    assert.deepEqual(root.installed(), ['dep 1', 'rec 1']);
  });

  trial('keeps to the version that it is told', async (root) => {
    root.offer([...ALL, 'foo_1.1']);
    root.apt('update');
    assert.deepEqual((await run(root, { name: 'foo=1.0' })).delta, { foo: { from: null, to: '1.0' } });
    const up = await run(root, { name: ['foo=1.1*'] });
    assert.deepEqual(up.delta?.['foo'], { from: '1.0', to: '1.1' });
    const down = await refused(root, { name: 'foo=1.0' });
    assert.match(down.refusal, /downgraded/);
    assert.match(down.hint ?? '', /allow_downgrade: true/);
    await run(root, { name: 'foo=1.0', allow_downgrade: true });
    assert.deepEqual(root.installed(), ['dep 1', 'foo 1.0']);
  });

  trial('brings the latest', async (root) => {
    root.apt('install', 'foo=1.0');
    root.offer([...ALL, 'foo_1.1']);
    assert.equal((await run(root, { name: 'foo', state: 'latest' })).delta, null);
    assert.equal((await run(root, { name: 'foo', state: 'latest', update_cache: true })).delta, null);
    root.age(4000);
    const done = await run(root, { name: 'foo', state: 'latest', update_cache: true });
    assert.deepEqual(Object.keys(done.delta ?? {}), ['cache']);
    assert.match(String(done.delta?.['cache']?.from), /^40\d\d s old$/);
    assert.deepEqual(done.result, { versions: { foo: '1.1' }, cache_updated: true });
  });

  trial('removes and purges', async (root) => {
    root.apt('install', 'foo=1.0', 'dep');
    const done = await run(root, { name: ['foo', 'rec'], state: 'absent' });
    assert.deepEqual(done.delta, { foo: { from: '1.0', to: null } });
    assert.deepEqual(root.installed(), ['dep 1']);
    await run(root, { name: 'dep', state: 'absent', purge: true });
    assert.deepEqual(root.installed(), []);
  });

  trial('says which other packages would go', async (root) => {
    root.offer([...ALL, 'foo_1.1']);
    root.apt('update');
    root.apt('install', 'foo=1.1');
    const done = await run(root, { name: 'dep', state: 'absent' });
    assert.deepEqual(done.delta, { dep: { from: '1', to: null }, foo: { from: '1.1', to: null } });
    root.apt('install', 'foo=1.0');
    const rival = await run(root, { name: 'rival' });
    assert.deepEqual(rival.delta, { foo: { from: '1.0', to: null }, rival: { from: null, to: '2' } });
  });

  trial('knows a package by what it provides', async (root) => {
    const done = await run(root, { name: 'virtual' });
    assert.deepEqual(done.delta, { dependencies: { from: null, to: ['rival 2'] } });
  });

  trial('refreshes the lists when they are old, were never fetched, or do not have it', async (root) => {
    const only = { update_cache: true };
    assert.equal((await run(root, only)).delta, null);
    root.age(3601);
    const old = (await run(root, only)).delta;
    assert.match(String(old?.['cache']?.from), /^36\d\d s old$/);
    root.age(60);
    root.ground.lay({ 'etc/apt/sources.list.d/new.list': '' });
    assert.deepEqual((await run(root, only)).delta, { cache: { from: 'not fetched yet', to: 'fresh' } });
    root.age(60);
    root.apt('clean');
    rmSync(root.ground.at('lists'), { recursive: true });
    root.ground.lay({ 'lists/partial': null });
    const missing = await refused(root, { name: 'foo' });
    assert.match(missing.refusal, /^Unable to locate package foo$/);
    assert.match(missing.hint ?? '', /update_cache: true/);
    const done = await run(root, { name: 'foo', ...only });
    assert.deepEqual(done.delta, {
      cache: { from: 'not fetched yet', to: 'fresh' },
      foo: { from: null, to: 'installed' },
    });
    assert.deepEqual(done.result, { versions: { foo: '1.0' }, cache_updated: true });
    assert.equal((await run(root, { name: 'foo', update_cache: true, cache_valid_time: 0 })).delta, null);
  });

  trial('says why it could not', async (root) => {
    const unknown = await refused(root, { name: ['foo', 'nonesuch'], update_cache: true });
    assert.equal(unknown.by, 'apply');
    assert.equal(unknown.refusal, 'Unable to locate package nonesuch');
    assert.deepEqual(root.installed(), []);
    const version = await refused(root, { name: 'foo=9' });
    assert.equal(version.refusal, "Version '9' for 'foo' was not found");
    rmSync(root.ground.at('repo'), { recursive: true });
    root.age(9999);
    const sources = await refused(root, { update_cache: true });
    assert.match(sources.refusal, /File not found|Failed to fetch/);
  });
});
