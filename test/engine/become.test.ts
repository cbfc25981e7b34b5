import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Connect, isTrouble, type Trouble } from '../../src/runner/contract/exchange.ts';
import { runHere, stateDir, writeFiles } from './run-here.ts';

const NOBODY: Trouble = { kind: 'trouble', trouble: 'become', message: 'unknown user app' };

/** Hosts on which nobody can become another user before the path is there. */
function only(after: string): (connect: Connect) => Connect {
  return (connect) => async (target) => {
    const real = await connect(target);
    if (isTrouble(real)) return real;
    return {
      traffic: real.traffic,
      renew: async () => writeFiles(after, { '../renewed': '' }),
      close: () => real.close(),
      stream: (_, ...rest) => real.stream({ kind: 'login' }, ...rest),
      exchange: async ({ kind }, fragments) =>
        kind === 'login' || existsSync(after) ? real.exchange({ kind: 'login' }, fragments) : NOBODY,
    };
  };
}

describe('meta: reset_connection', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'mama-reset-'));
    writeFiles(dir, {
      'i.yaml': `all: {vars: {ansible_connection: local, root: ${dir}}, hosts: {a: }}\n`,
      'p.yaml': `- hosts: a
  tasks:
    - {name: before, copy: {dest: "{{ root }}/x", content: x}}
    - meta: reset_connection
    - {name: behind, copy: {dest: "{{ root }}/y", content: y}}
`,
    });
  });
  afterEach(() => {
    for (const path of [dir, stateDir(dir)]) rmSync(path, { recursive: true, force: true });
  });

  async function ran(calls: number) {
    const lines: string[] = [];
    const around =
      (connect: Connect): Connect =>
      async (target) => {
        if (lines.filter((one) => one === 'called').length === calls)
          return { kind: 'trouble', trouble: 'unreachable', message: 'gone' };
        const real = await connect(target);
        if (isTrouble(real)) return real;
        lines.push('called');
        return {
          traffic: real.traffic,
          stream: (...args) => real.stream(...args),
          exchange: (...args) => real.exchange(...args),
          close: async () => {
            await real.close();
            lines.push('closed');
          },
        };
      };
    const holder = { run: 'r', who: 'r@here' };
    const { recap, tasks, events } = await runHere(dir, ['p.yaml', '-i', 'i.yaml'], holder, around);
    const told = tasks.map(({ task, status }) => `${task} ${status}`);
    const notes = events.flatMap((event) => (event.event === 'note' ? [event.msg] : []));
    return { lines, told, state: recap!.hosts['a']!.state, notes };
  }

  it('is a new login, which holds the lease', async () => {
    assert.deepEqual(await ran(2), {
      lines: ['called', 'called', 'closed', 'closed'],
      told: ['before changed', 'behind changed'],
      state: 'done',
      notes: [],
    });
  });

  it('fails where nobody answers any more', async () => {
    const { told, state } = await ran(1);
    assert.deepEqual(told, ['before changed', 'meta: reset_connection unreachable']);
    assert.equal(state, 'unreachable');
  });
});

describe('a user whom the play itself makes', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'mama-become-'));
    mkdirSync(join(dir, 'h'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  async function tell(first: string, ...args: string[]): Promise<string[]> {
    const root = join(dir, 'h');
    writeFiles(dir, {
      'i.yaml': `all: {vars: {ansible_connection: local, root: ${root}}, hosts: {a: }}\n`,
      'p.yaml': `- hosts: a
  tasks:
    - {name: the user, ${first}}
    - {name: his folder, file: {path: "{{ root }}/app", state: directory}, become: true, become_user: app}
    - {name: his file, copy: {dest: "{{ root }}/app/x", content: x}, become: true, become_user: app}
    - {name: a look, stat: {path: "{{ root }}/app/x"}, become: true, become_user: app}
`,
    });
    const ran = await runHere(dir, ['p.yaml', '-i', 'i.yaml', ...args], null, only(join(root, 'made')));
    assert.deepEqual(ran.refused, []);
    return ran.tasks.map(({ task, status, msg }) => `${task} ${status}${msg ? `: ${msg}` : ''}`);
  }

  it('can be become by the tasks behind', async () => {
    for (const args of [[], ['--no-batching']]) {
      assert.deepEqual(await tell('file: {path: "{{ root }}/made", state: directory}', ...args), [
        'the user changed',
        'his folder changed',
        'his file changed',
        'a look ok',
      ]);
      rmSync(join(dir, 'h'), { recursive: true });
      mkdirSync(join(dir, 'h'));
    }
  });

  it('is unknown to a dry run that did not make him', async () => {
    const now = 'as the host is now: unknown user app; but';
    assert.deepEqual(await tell('command: "mkdir {{ root }}/made"', '--check'), [
      'the user unknown: it would run, and only then can be told what it does',
      `his folder unknown: ${now} "the user" was not run: what it does is not known`,
      `his file unknown: ${now} "the user" was not run: what it does is not known`,
      `a look unknown: ${now} "the user" was not run: what it does is not known`,
    ]);
  });

  it('is one whose shell is begun anew before what may change the accounts of the host', async () => {
    await tell('file: {path: "{{ root }}/made", state: directory}');
    assert.equal(existsSync(join(dir, 'h/renewed')), false);
    await tell('command: "true", changed_when: false');
    assert.equal(existsSync(join(dir, 'h/renewed')), false);
    await tell('command: "true"');
    assert.ok(existsSync(join(dir, 'h/renewed')));
  });

  it('fails in a dry run that would not make him', async () => {
    assert.deepEqual(await tell('file: {path: "{{ root }}/other", state: directory}', '--check'), [
      'the user would_change',
      'his folder failed: unknown user app',
    ]);
  });
});
