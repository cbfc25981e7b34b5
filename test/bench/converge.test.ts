import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { convergeScript } from '../../bench/lib/converge.ts';
import { mustHold } from '../../bench/lib/tree.ts';
import { expectedTree, TASKS } from '../../bench/lib/work.ts';
import { shellsFor } from '../tasks/harness/shells.ts';

describe('the shell script that the benchmark compares with', () => {
  for (const shell of shellsFor('converge')) {
    it(`does the twenty tasks, and nothing the second time (${shell.name}) @slow`, () => {
      const root = mkdtempSync(join(tmpdir(), 'converge-'));
      const run = (mode: 'run' | 'check') => {
        const env = { PATH: shell.tools, TMPDIR: tmpdir() };
        const done = spawnSync(shell.path, ['-s', root, 'a-host', mode], { input: convergeScript(), env });
        return done.stdout.toString() + done.stderr.toString();
      };
      const holds = () => mustHold(root, expectedTree(root, 'a-host'), 'it');

      assert.equal(run('run'), `a-host changed=${TASKS}\n`);
      holds();
      assert.equal(run('run'), 'a-host changed=0\n');
      holds();

      writeFileSync(join(root, 'share/motd'), 'by hand');
      chmodSync(join(root, 'logs'), 0o700);
      assert.equal(run('check'), 'a-host changed=2\n');
      assert.throws(holds, /share\/motd with another content|logs with mode 700/);
      assert.equal(run('run'), 'a-host changed=2\n');
      holds();
      rmSync(root, { recursive: true });
    });
  }

  it('has twenty tasks', () => assert.equal(TASKS, 20));
});
