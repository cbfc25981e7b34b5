import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Connect, type Conversation, isTrouble } from '../../src/runner/contract/exchange.ts';
import { runHere, writeFiles } from './run-here.ts';

const PLAYBOOK = `
- hosts: all
  strategy: STRATEGY
  tasks:
    - {name: one, shell: "sleep 0.2; echo > {{ root }}/one-{{ inventory_hostname }}"}
    - {name: two, shell: "echo > {{ root }}/two-{{ inventory_hostname }}", when: inventory_hostname == "a"}
`;

describe('a bug of our own', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'mama-own-bug-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  for (const strategy of ['free', 'linear']) {
    it(`ends the run (${strategy}): other hosts finish the task in hand, and every line is closed`, async () => {
      writeFiles(dir, {
        'site.yaml': PLAYBOOK.replace('STRATEGY', strategy),
        'inv.yaml': `all:\n  vars: {ansible_connection: local, root: ${dir}}\n  hosts: {a: {}, b: {}}\n`,
      });
      const closed: string[] = [];
      const around =
        (connect: Connect): Connect =>
        async (target) => {
          const talk = await connect(target);
          return isTrouble(talk) ? talk : broken(talk, target.name, closed);
        };
      await assert.rejects(runHere(dir, ['site.yaml', '-i', 'inv.yaml'], null, around), /^Error: a bug$/);
      assert.deepEqual(closed.sort(), ['a', 'b']);
      assert.deepEqual(
        ['one-a', 'two-a'].map((name) => existsSync(join(dir, name))),
        [true, false],
      );
    });
  }
});

/** Says everything but to the host b. */
function broken(talk: Conversation, host: string, closed: string[]): Conversation {
  return {
    exchange: async (identity, fragments) => {
      if (host === 'b') throw new Error('a bug');
      return talk.exchange(identity, fragments);
    },
    stream: (...args) => talk.stream(...args),
    traffic: talk.traffic,
    close: () => {
      closed.push(host);
      return talk.close();
    },
  };
}
