import assert from 'node:assert/strict';
import type { JsonObject } from '../../src/runner/contract/json.ts';
import group from '../../src/runner/tasks/group.ts';
import { converge, declarationLaws, mustConverge, shells, shellsFor, validateParams } from './harness.ts';
import { asNobody, refusedOf, settles } from './services/accounts.ts';
import { type LittleRoot, makeLittleRoot } from './services/little-root.ts';
import { without } from './services/without.ts';

declarationLaws(group);

describe('group', () => {
  it('knows what cannot be a name', () => {
    for (const name of ['', '-x', 'a:b', 'a b', 'a\nb', '1000', 'ä', 'a,b', 'a'.repeat(33)]) {
      assert.notEqual(validateParams(group, { name }).faults.length, 0, name);
    }
    for (const name of ['_apt', 'systemd-journal', 'x', 'host$']) {
      assert.deepEqual(validateParams(group, name).faults, []);
    }
  });

  for (const shell of shells()) {
    const trial = (title: string, test: (root: LittleRoot) => Promise<void>) => {
      if (!shellsFor(title).includes(shell)) return;
      it(`${title} (${shell.name})`, async () => {
        const root = makeLittleRoot(shell);
        try {
          await test(root);
        } finally {
          root.ground.remove();
        }
      });
    };
    const run = (root: LittleRoot, params: JsonObject) => settles(group, params, root);
    const refused = (root: LittleRoot, params: JsonObject) => refusedOf(group, params, root);

    trial('makes one', async (root) => {
      const done = await run(root, { name: 'team', gid: 2100 });
      assert.deepEqual(done.delta, {
        state: { from: 'absent', to: 'present' },
        gid: { from: null, to: 2100 },
      });
      assert.deepEqual(done.result, { name: 'team', gid: 2100, state: 'present' });
      assert.equal(root.entry('group', 'team'), 'team:x:2100:');
    });

    trial('makes one with a number of the host’s choice', async (root) => {
      assert.equal((await run(root, { name: 'people' })).result['gid'], 1000);
      const daemon = (await run(root, { name: 'daemon', system: true })).result['gid'];
      assert.ok(Number(daemon) < 1000);
    });

    trial('changes the number', async (root) => {
      const done = await run(root, { name: 'docker', gid: 2100 });
      assert.deepEqual(done.delta, { gid: { from: 998, to: 2100 } });
      assert.equal(root.entry('group', 'docker'), 'docker:x:2100:www');
    });

    trial('leaves one alone', async (root) => {
      const done = await run(root, { name: 'docker', gid: 998 });
      assert.equal(done.delta, null);
      assert.deepEqual(done.result, { name: 'docker', gid: 998, state: 'present' });
    });

    trial('removes one', async (root) => {
      const done = await run(root, { name: 'docker', state: 'absent' });
      assert.deepEqual(done.delta, { state: { from: 'present', to: 'absent' } });
      assert.deepEqual(done.result, { name: 'docker', gid: null, state: 'absent' });
      assert.equal(root.entry('group', 'docker'), undefined);
      assert.equal((await run(root, { name: 'docker', state: 'absent' })).delta, null);
    });

    trial('takes none from its users', async (root) => {
      root.inside('useradd', '-g', 'adm', 'eve');
      const { refusal } = await refused(root, { name: 'adm', state: 'absent' });
      assert.equal(refusal, 'group adm is the primary group of eve');
    });

    trial('takes no number from another', async (root) => {
      const { refusal } = await refused(root, { name: 'team', gid: 998 });
      assert.equal(refusal, 'the number 998 belongs to group docker');
    });

    trial('says who may, before it is tried', async (root) => {
      const ground = asNobody(root.ground);
      const done = await converge(group, { name: 'team' }, ground);
      assert.ok(done.kind === 'refused' && done.by === 'decide');
      assert.equal(done.refusal, 'only root may change users and groups');
      assert.equal(done.hint, 'run it as root: `become: true`');
      assert.equal(mustConverge(await converge(group, { name: 'docker' }, ground)).delta, null);
    });

    trial('says so where the tools are missing, if they are needed', async (root) => {
      const ground = without(root.ground, 'groupadd', 'groupmod', 'groupdel', 'getent');
      const done = await converge(group, 'team', ground);
      assert.ok(done.kind === 'refused');
      assert.equal(done.refusal, 'this host has no groupadd, no groupmod, no groupdel');
      assert.equal(mustConverge(await converge(group, 'docker', ground)).delta, null);
    });
  }
});
