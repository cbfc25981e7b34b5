import assert from 'node:assert/strict';
import pause from '../../src/runner/tasks/pause.ts';
import { checkedParams, declarationLaws, registersWhatItDeclares, validateParams } from './harness.ts';

declarationLaws(pause);

describe('pause', () => {
  const paused = (given: Record<string, string | number>) => pause.pause!(checkedParams(pause, given));

  it('adds its times up, and asks where there is none', () => {
    assert.deepEqual(paused({ seconds: 1.5 }), { seconds: 1.5, prompt: null });
    assert.deepEqual(paused({ minutes: 2, seconds: 3, prompt: 'x' }), { seconds: 123, prompt: 'x' });
    assert.deepEqual(paused({ minutes: 0 }), { seconds: 0, prompt: null });
    assert.deepEqual(paused({ prompt: 'x' }), { seconds: null, prompt: 'x' });
    assert.deepEqual(paused({}), { seconds: null, prompt: 'Go on?' });
  });

  it('tells how long it took and what was typed', () => {
    for (const how of [null, { seconds: 2.5, typed: 'yes' }]) {
      const { result } = pause.evaluate({}, how);
      registersWhatItDeclares(pause, result);
      assert.deepEqual(result, { delta: how?.seconds ?? 0, user_input: how?.typed ?? '' });
    }
  });

  it('takes numbers that a clock can count', () => {
    for (const wrong of [{ seconds: -1 }, { seconds: '5' }, { minutes: 1e9 }, { prompt: '' }, { echo: true }])
      assert.equal(validateParams(pause, wrong).faults.length, 1, JSON.stringify(wrong));
  });
});
