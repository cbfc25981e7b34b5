import assert from 'node:assert/strict';
import debug from '../../src/runner/tasks/debug.ts';
import { declarationLaws, validateParams } from './harness.ts';

declarationLaws(debug);

describe('debug', () => {
  it('says its message', () => {
    assert.deepEqual(debug.evaluate({ msg: 'hello' }), { result: {}, msg: 'hello' });
  });
  it('shows a list or map as JSON', () => {
    assert.equal(debug.evaluate({ msg: ['a', { b: 1 }] }).msg, '["a",{"b":1}]');
  });
  it('shows an expression with its value', () => {
    assert.deepEqual(debug.evaluate({ var: { expr: 'ports', value: [1, 2] } }), {
      result: { expr: 'ports', value: [1, 2] },
      msg: 'ports = [1,2]',
    });
  });
  it('wants exactly one of msg and var', () => {
    assert.equal(validateParams(debug, {}).faults.length, 1);
    assert.equal(validateParams(debug, { msg: 'a', var: 'b' }).faults.length, 1);
    assert.deepEqual(validateParams(debug, 'a').params, { msg: 'a' });
  });
});
