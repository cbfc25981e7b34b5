import assert from 'node:assert/strict';
import setFact from '../../src/runner/tasks/set_fact.ts';
import { declarationLaws } from './harness.ts';

declarationLaws(setFact);

describe('set_fact', () => {
  it('sets every key', () => {
    const values = { a: 1, b_2: ['x', { y: null }] };
    assert.deepEqual(setFact.evaluate(values), { result: { ansible_facts: values }, facts: values });
  });
  it('refuses what cannot be a name', () => {
    const verdict = setFact.evaluate({ ok: 1, 'not-ok': 2 });
    assert.equal(verdict.failed, '"not-ok" cannot be the name of a variable');
    assert.equal(verdict.facts, undefined);
  });
  it('refuses to set nothing', () => {
    assert.equal(setFact.evaluate({}).failed, 'set_fact names no variable');
  });
});
