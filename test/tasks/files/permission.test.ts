import assert from 'node:assert/strict';
import { chmodSync, chownSync } from 'node:fs';
import type { Json } from '../../../src/runner/contract/json.ts';
import { isRefusal, isUnknown, type StateType } from '../../../src/runner/contract/task-type.ts';
import copy from '../../../src/runner/tasks/copy.ts';
import file from '../../../src/runner/tasks/file.ts';
import lineinfile from '../../../src/runner/tasks/lineinfile.ts';
import { inEachShell } from '../harness/each.ts';
import type { Ground } from '../harness/ground.ts';
import { converge, desire, look, REAL, say } from '../harness/trial.ts';

/** Who tries, `www-data` and its group, and another, `daemon`: in Debian both have one number for user and group. */
const ME = 33;
const OTHER = 1;

type Try = readonly [type: StateType, params: Record<string, Json>, message: RegExp | null];

/** In a directory that the login may write in, with `mine` and `theirs`. */
const TRIES: readonly Try[] = [
  [
    file,
    { path: 'new', state: 'touch', owner: 'root' },
    /www-data may not give .*\/new to root: only root may/,
  ],
  [file, { path: 'new', state: 'directory', owner: 'www-data' }, null],
  [file, { path: 'new', state: 'directory', owner: ME, group: ME }, null],
  [file, { path: 'mine', owner: 'daemon' }, /www-data may not give .*\/mine to daemon/],
  [file, { path: 'mine', mode: '0600' }, null],
  [file, { path: 'mine', group: 'daemon' }, /www-data is not in the group daemon, and may not give it /],
  [file, { path: 'theirs', mode: '0600' }, /theirs belongs to daemon: www-data may not change its mode/],
  [
    file,
    { path: 'theirs', group: 'www-data' },
    /theirs belongs to daemon: www-data may not change its group/,
  ],
  [file, { path: 'theirs', mode: '0644' }, null],
  [file, { path: 'theirs', state: 'absent' }, null],
  [copy, { dest: 'new', content: 'x', owner: 'root' }, /www-data may not give .*\/new to root/],
  [copy, { dest: 'new', content: 'x', owner: 'www-data', group: 'www-data', mode: '0600' }, null],
  [copy, { dest: 'mine', content: 'x', mode: '0600' }, null],
  [
    copy,
    { dest: 'theirs', content: 'x' },
    /theirs belongs to daemon, and www-data may not write a file for another/,
  ],
  [copy, { dest: 'theirs', content: 'x', owner: 'www-data', group: 'www-data' }, null],
  [copy, { dest: 'theirs', content: 'theirs\n', mode: '0600' }, /www-data may not change its mode/],
  [copy, { dest: 'given/new', content: 'x', group: 'daemon' }, null],
  [lineinfile, { path: 'theirs', line: 'x' }, /www-data may not write a file for another/],
  [lineinfile, { path: 'mine', line: 'x' }, null],
];

function lay(ground: Ground): void {
  ground.lay({
    'd/mine': { content: 'mine\n', mode: 0o644 },
    'd/theirs': { content: 'theirs\n', mode: 0o644 },
  });
  ground.lay({ 'd/given': null });
  for (const [path, uid, gid] of [
    ['d', ME, ME],
    ['d/mine', ME, ME],
    ['d/theirs', OTHER, OTHER],
    ['d/given', ME, OTHER],
  ] as const)
    chownSync(ground.at(path), uid, gid);
  chmodSync(ground.at('d/given'), 0o2775);
}

describe('what a login may not do to a file', () => {
  for (const [type, params, message] of TRIES) {
    inEachShell(
      `is told before it is tried, and nothing else is: ${type.name} ${JSON.stringify(params)}`,
      async (ground) => {
        lay(ground);
        const [key, path] = 'dest' in params ? ['dest', params['dest']] : ['path', params['path']];
        const there = { ...params, [key]: ground.at(`d/${String(path)}`) };
        const desired = desire(type, there, ground);
        const verdict = type.decide(look(type, desired, ground), desired, REAL);
        if (message === null) {
          const { kind, ...more } = await converge(type, there, ground);
          return assert.equal(kind, 'converged', JSON.stringify(more));
        }
        assert.match(verdict && isRefusal(verdict) ? verdict.refusal : JSON.stringify(verdict), message);
        const asRoot = look(type, desired, { ...ground, run: (script) => ground.run(script, { uid: 0 }) });
        const delta = type.decide(asRoot, desired, REAL);
        assert.ok(delta && !isRefusal(delta) && !isUnknown(delta));
        const tried = await say(type.apply(delta, desired, asRoot), ground);
        assert.match(`${tried.code} ${tried.err}`, /^1 .*not permitted/s, 'it could have been done');
      },
      {},
      { uid: ME },
    );
  }

  inEachShell('is all that root may', (ground) => {
    lay(ground);
    for (const [type, params] of TRIES) {
      const [key, path] = 'dest' in params ? ['dest', params['dest']] : ['path', params['path']];
      const desired = desire(type, { ...params, [key]: ground.at(`d/${String(path)}`) }, ground);
      const verdict = type.decide(look(type, desired, ground), desired, REAL);
      assert.ok(verdict === null || !isRefusal(verdict), JSON.stringify([params, verdict]));
    }
  });

  // No file system can be counted on to have immutable files: the shell's answer is given to it.
  inEachShell('root may not change what is immutable', (ground) => {
    lay(ground);
    const answered: Ground = {
      ...ground,
      run(script) {
        const reply = ground.run(script);
        return { ...reply, out: Buffer.concat([Buffer.from('W\0'), reply.out]) };
      },
    };
    const decide = (params: Record<string, Json>) => {
      const desired = desire(file, { path: ground.at('d/roots'), ...params }, ground);
      return file.decide(look(file, desired, answered), desired, REAL);
    };
    ground.lay({ 'd/roots': { content: '', mode: 0o644 } });
    for (const params of [{ mode: '0600' }, { owner: 'daemon' }, { state: 'absent' }]) {
      const verdict = decide(params);
      assert.ok(verdict && isRefusal(verdict), JSON.stringify(verdict));
      assert.match(verdict.refusal, /roots is closed to root as well: it is immutable or read-only$/);
    }
    assert.equal(decide({ mode: '0644' }), null);
    chmodSync(ground.at('d/roots'), 0o444);
    assert.ok(!isRefusal(decide({ mode: '0600' }) ?? {}), 'it may be only its mode that says so');
  });
});
