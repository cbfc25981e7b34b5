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
    const link = new Link(conversation, () => assert.fail(), assert.fail, []);
    const machine = new Machine('web1', link, null);
    machine.send({ identity: LOGIN, fragment: FRAGMENT, done: (answer) => assert.ok(isTrouble(answer)) });
    await machine.runErrands();
    assert.equal(await machine.say(LOGIN, [FRAGMENT], []), trouble);
    assert.equal(calls, 1);
    assert.equal(await machine.say(LOGIN, [FRAGMENT], []), trouble);
    assert.equal(calls, 2);
  });

  it('whose line is called again when the run is ended is hung up on: nothing of the call stays', async () => {
    const lost: Trouble = { kind: 'trouble', trouble: 'lost', message: 'cut' };
    const conversation: Conversation = {
      traffic: { sent: 0, received: 0 },
      exchange: async () => lost,
      stream: async () => lost,
      close: () => Promise.resolve(),
    };
    let called: (stop: AbortSignal) => void = () => {};
    const calling = new Promise<AbortSignal>((resolve) => (called = resolve));
    const never = new Promise<never>(() => {});
    const call = (stop: AbortSignal) => {
      called(stop);
      return never;
    };
    const link = new Link(conversation, call, () => {}, [0]);
    const mended = link.mend(lost, conversation);
    const stop = await calling;
    assert.equal(stop.aborted, false);
    await link.interrupt(true);
    assert.equal(stop.aborted, true);
    assert.deepEqual(await mended, { kind: 'given-up', trouble: lost });
  });
});
