import assert from 'node:assert/strict';
import { closest, didYouMean } from '../../src/runner/language/suggest.ts';

describe('suggestions', () => {
  const words = ['path', 'state', 'recurse', 'become_user'];

  for (const [word, expected] of [
    ['pth', 'path'],
    ['paht', 'path'],
    ['State', 'state'],
    ['recurze', 'recurse'],
    ['becomeuser', 'become_user'],
  ] as const) {
    it(`${word} is near ${expected}`, () => assert.equal(closest(word, words), expected));
  }

  it('what is far is not suggested, nor anything for one or two letters', () => {
    assert.equal(closest('owner', words), undefined);
    assert.equal(closest('x', ['y', 'z']), undefined);
    assert.equal(closest('ab', ['ac']), undefined);
  });

  it('the nearest wins', () => assert.equal(closest('statee', ['stated', 'state']), 'stated'));

  it('is a question', () => {
    assert.equal(didYouMean('pth', words), 'did you mean "path"?');
    assert.equal(didYouMean('owner', words), undefined);
  });
});
