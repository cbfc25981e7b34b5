import assert from 'node:assert/strict';
import fail from '../../src/runner/tasks/fail.ts';
import { declarationLaws, validateParams } from './harness.ts';

declarationLaws(fail);

describe('fail', () => {
  it('fails with its message', () => {
    assert.deepEqual(fail.evaluate({ msg: 'no disk' }), { result: {}, failed: 'no disk' });
  });
  it('has a message of its own, and a short form', () => {
    assert.deepEqual(validateParams(fail, {}).params, { msg: 'Failed as requested from task' });
    assert.deepEqual(validateParams(fail, 'why').params, { msg: 'why' });
  });
});
