import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Json } from '../../../src/runner/contract/json.ts';
import { isRefusal, isUnknown, type StateType } from '../../../src/runner/contract/task-type.ts';
import copy from '../../../src/runner/tasks/copy.ts';
import file from '../../../src/runner/tasks/file.ts';
import { inEachShell } from '../harness/each.ts';
import type { Ground } from '../harness/ground.ts';
import { converge, desire, look, REAL } from '../harness/trial.ts';

/** Runs `body` while an own file system, with a file in it, is mounted at the path. */
async function mounted(ground: Ground, path: string, body: () => void | Promise<void>): Promise<void> {
  execFileSync('mount', ['-t', 'tmpfs', 'none', ground.at(path)]);
  try {
    ground.lay({ [`${path}/kept`]: 'kept\n' });
    await body();
    assert.ok(existsSync(ground.at(`${path}/kept`)));
  } finally {
    execFileSync('umount', [ground.at(path)]);
  }
}

function refusal(type: StateType, params: Record<string, Json>, ground: Ground): string | null {
  const desired = desire(type, params, ground);
  const verdict = type.decide(look(type, desired, ground), desired, REAL);
  assert.ok(!isUnknown(verdict));
  return isRefusal(verdict) ? verdict.refusal.replaceAll(`${ground.at('')}/`, '') : null;
}

describe('what is mounted in a tree that is to go', () => {
  inEachShell('keeps it: file absent', async (ground) => {
    ground.lay({ 'd/a b\\c/deep': null, 'd/x': 'x', 'd2/y': 'y' });
    await mounted(ground, 'd/a b\\c/deep', () => {
      const told = 'd is not removed: what is mounted at d/a b\\c/deep would be lost with it';
      assert.equal(refusal(file, { path: ground.at('d'), state: 'absent' }, ground), told);
      assert.equal(refusal(file, { path: ground.at('d/x'), state: 'absent' }, ground), null);
      const itself = 'd/a b\\c/deep is not removed: what is mounted at d/a b\\c/deep would be lost with it';
      assert.equal(refusal(file, { path: ground.at('d/a b\\c/deep'), state: 'absent' }, ground), itself);
    });
    const { kind } = await converge(file, { path: ground.at('d'), state: 'absent' }, ground);
    assert.equal(kind, 'converged');
  });

  inEachShell(
    'keeps it: copy with delete',
    async (ground) => {
      ground.lay({ 'd/x': 'x', 'd/up/loads': null, 'd/more/in': null });
      const there = { dest: ground.at('d'), delete: true };
      await mounted(ground, 'd/up/loads', async () => {
        const told = 'd/up is not removed: what is mounted at d/up/loads would be lost with it';
        assert.equal(refusal(copy, { ...there, src: 'without/' }, ground), told);
        const { kind } = await converge(copy, { ...there, src: 'with/' }, ground);
        assert.equal(kind, 'converged');
        assert.ok(!existsSync(ground.at('d/more')));
      });
    },
    { files: { 'without/x': 'x', 'with/x': 'x', 'with/up/loads/kept': 'kept\n' } },
  );
});
