import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, lstatSync } from 'node:fs';
import copy from '../../../src/runner/tasks/copy.ts';
import lineinfile from '../../../src/runner/tasks/lineinfile.ts';
import { converge, type Ground, makeGround, shells } from '../harness.ts';

const run = (...[file, ...args]: [string, ...string[]]) => execFileSync(file, args, { encoding: 'utf8' });
const acl = (g: Ground, path = 'f') => run('getfacl', '-pc', g.at(path)).trim().split('\n');
const mode = (g: Ground) => (lstatSync(g.at('f')).mode & 0o7777).toString(8);

describe('a file in place of another @host', () => {
  for (const shell of shells().filter(({ name }) => name !== 'busybox ash')) {
    const files = ['a', 'd/b', 'd/odd \u00e9', 'd/plain'];
    let ground: Ground;
    beforeEach(() => {
      ground = makeGround(shell, {
        files: Object.fromEntries(files.map((file) => [`t/${file}`, `new ${file}\n`])),
      });
      ground.lay({ f: 'old\n' });
      run('setfacl', '-m', 'u:daemon:rw,g::r', ground.at('f'));
      run('setfattr', '-n', 'user.note', '-v', 'kept', ground.at('f'));
    });
    afterEach(() => ground.remove());

    it(`keeps its ACL and its extended attributes: nobody may more than before (${shell.name})`, async () => {
      const before = acl(ground);
      assert.ok(before.includes('group::r--') && before.includes('mask::rw-'));
      await converge(copy, { dest: ground.at('f'), content: 'new\n' }, ground);
      await converge(lineinfile, { path: ground.at('f'), line: 'more' }, ground);
      assert.equal(ground.text('f'), 'new\nmore\n');
      assert.deepEqual(acl(ground), before);
      assert.match(run('getfattr', '-d', '--absolute-names', ground.at('f')), /user\.note="kept"/);
    });

    it(`keeps them in a tree, too (${shell.name})`, async () => {
      for (const file of files) ground.lay({ [`t/${file}`]: 'old\n' });
      for (const file of files.slice(0, 3)) {
        run('setfacl', '-m', 'u:daemon:rw,g::r', ground.at(`t/${file}`));
        run('setfattr', '-n', 'user.note', '-v', 'kept', ground.at(`t/${file}`));
      }
      chmodSync(ground.at('t/d/plain'), 0o604);
      const before = files.map((file) => acl(ground, `t/${file}`));
      await converge(copy, { dest: ground.at('t'), src: 't/' }, ground);
      for (const [i, file] of files.entries()) {
        assert.equal(ground.text(`t/${file}`), `new ${file}\n`);
        assert.deepEqual(acl(ground, `t/${file}`), before[i]);
      }
      const notes = run('getfattr', '-R', '-d', '--absolute-names', ground.at('t'));
      assert.equal(notes.match(/user\.note="kept"/g)?.length, 3);
    });

    it(`is meanwhile for its owner only, also where the old one is for all (${shell.name})`, async () => {
      const cp = `#!/bin/sh\n/bin/cp "$@"; c=$?\nfor f; do :; done\nstat -c %a "$f" >>"\${0%/*}/seen"\nexit $c\n`;
      ground.lay({ open: 'old\n', 'tools/cp': cp });
      chmodSync(ground.at('tools/cp'), 0o755);
      chmodSync(ground.at('open'), 0o644);
      run('setfattr', '-n', 'user.note', '-v', 'kept', ground.at('open'));
      const watched = makeGround({ ...shell, tools: `${ground.at('tools')}:${shell.tools}` });
      await converge(copy, { dest: ground.at('open'), content: 'new\n', mode: '0600' }, watched);
      watched.remove();
      assert.equal(ground.text('tools/seen'), '600\n');
      assert.match(run('getfattr', '-d', '--absolute-names', ground.at('open')), /user\.note="kept"/);
    });

    it(`has the mode that is declared (${shell.name})`, async () => {
      await converge(copy, { dest: ground.at('f'), content: 'new\n', mode: '0600' }, ground);
      assert.equal(mode(ground), '600');
      assert.ok(acl(ground).includes('mask::---'));
    });
  }
});
