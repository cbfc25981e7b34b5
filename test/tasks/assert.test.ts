import assert from 'node:assert/strict';
import assertType from '../../src/runner/tasks/assert.ts';
import { declarationLaws, validateParams } from './harness.ts';

declarationLaws(assertType);

const told = { success_msg: 'All conditions hold', quiet: false };
const yes = { expr: 'a == 1', value: true };
const no = { expr: 'b == 2', value: false };
const odd = { expr: 'c', value: 'yes' };

describe('assert', () => {
  it('is content when all hold', () => {
    assert.deepEqual(assertType.evaluate({ that: [yes], ...told }), {
      result: { failing: [] },
      msg: 'All conditions hold',
    });
  });
  it('takes a lone condition', () => {
    assert.deepEqual(assertType.evaluate({ that: no, ...told }), {
      result: { failing: ['b == 2'] },
      failed: 'does not hold: b == 2',
    });
  });
  it('names every condition that does not hold, after the message', () => {
    const verdict = assertType.evaluate({ that: [no, yes, odd], fail_msg: 'Fix it', ...told });
    assert.equal(verdict.failed, 'Fix it (b == 2; c (gives "yes", which is not true or false))');
    assert.deepEqual(verdict.result, { failing: ['b == 2', 'c'] });
  });
  it('can be quiet', () => {
    assert.deepEqual(assertType.evaluate({ that: yes, ...told, quiet: true }), { result: { failing: [] } });
  });
  it('knows msg as fail_msg, and wants that', () => {
    assert.equal(validateParams(assertType, { that: 'a', msg: 'x' }).params['fail_msg'], 'x');
    assert.equal(validateParams(assertType, {}).faults.length, 1);
  });
});
