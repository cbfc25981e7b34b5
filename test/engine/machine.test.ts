import assert from 'node:assert/strict';
import type { Conversation, Fragment, Trouble } from '../../src/runner/contract/exchange.ts';
import { isTrouble } from '../../src/runner/contract/exchange.ts';
import { sh } from '../../src/runner/contract/script.ts';
import { Link } from '../../src/runner/engine/link.ts';
import { Machine } from '../../src/runner/engine/machine.ts';

const LOGIN = { kind: 'login' } as const;
const FRAGMENT: Fragment = { script: sh`true`, runs: 'ours', role: 'probe' };

describe('a machine', () => {
  it('that could not be reached for an errand is not tried again by the question behind it, but by the next', async () => {
    const trouble: Trouble = { kind: 'trouble', trouble: 'unreachable', message: 'no shell' };
    let calls = 0;
    const conversation: Conversation = {
      traffic: { sent: 0, received: 0 },
      async exchange() {
        calls += 1;
        return trouble;
      },
      stream: async () => trouble,
      close: () => Promise.resolve(),
    };
    const link = new Link(conversation, assert.fail, assert.fail, []);
    const machine = new Machine('web1', link, null);
    machine.send({ identity: LOGIN, fragment: FRAGMENT, done: (answer) => assert.ok(isTrouble(answer)) });
    await machine.runErrands();
    assert.equal(await machine.say(LOGIN, [FRAGMENT], []), trouble);
    assert.equal(calls, 1);
    assert.equal(await machine.say(LOGIN, [FRAGMENT], []), trouble);
    assert.equal(calls, 2);
  });
});
