import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from '../../src/runner/contract/exchange.ts';
import { sh, withInput } from '../../src/runner/contract/script.ts';
import { isRefusal } from '../../src/runner/contract/task-type.ts';
import { changedPaths, fakeLocal, inEachShell, NASTY, shells, treeState } from './harness.ts';

describe('the harness', () => {
  it('knows three shells, busybox with its own tools only @host', () => {
    assert.deepEqual(
      shells().map((shell) => shell.name),
      ['dash', 'bash', 'busybox ash'],
    );
  });

  inEachShell('keeps nasty words whole', (ground) => {
    for (const nasty of NASTY) {
      assert.equal(text(ground.run(sh`printf %s ${nasty}`).out), nasty);
    }
  });

  inEachShell('gives a script its input, or nothing', (ground) => {
    assert.equal(text(ground.run(withInput(sh`cat`, 'in')).out), 'in');
    assert.equal(text(ground.run(sh`cat; echo end`).out), 'end\n');
  });

  inEachShell('contains exit and syntax errors, and passes the code on', (ground) => {
    assert.equal(ground.run(sh`exit 7`).code, 7);
    assert.notEqual(ground.run(sh`if then`).code, 0);
  });

  inEachShell('uses the umask and the working directory it is told', (ground) => {
    assert.match(text(ground.run(sh`umask`, { umask: '027' }).out), /0?027/);
    assert.equal(text(ground.run(sh`pwd`).out), `${ground.cwd}\n`);
  });

  inEachShell('sees every change of a tree', (ground) => {
    ground.lay({ a: 'one', b: { content: 'two', mode: 0o600 }, l: { link: 'a' }, d: null });
    const before = treeState(ground.dir);
    assert.deepEqual(changedPaths(before, treeState(ground.dir)), []);
    ground.run(sh`chmod 640 ${ground.at('b')}; ln -sf b ${ground.at('l')}; rm ${ground.at('a')}`);
    assert.deepEqual(changedPaths(before, treeState(ground.dir)), ['.', 'a', 'b', 'l']);
  });

  it('fakes a controller', () => {
    const dir = mkdtempSync(join(tmpdir(), 'mama-play-local-'));
    const local = fakeLocal(dir, {
      files: { 'a.txt': 'A', 't/x': 'X', 't/sub/y': 'Y', 't/l': { link: 'x' } },
      templates: { 'a.hbs': 'hello {{name}}' },
      variables: { name: '<you>' },
    });
    const tree = local.tree('t');
    const file = local.file('a.txt');
    assert.ok(!isRefusal(tree) && !isRefusal(file));
    assert.deepEqual(
      tree.map((entry) => `${entry.kind} ${entry.path}`),
      ['link l', 'directory sub', 'file sub/y', 'file x'],
    );
    assert.equal(file.sha256(), '559aead08264d5795d3909718cdd05abd49572e84fe55590eef31a88a08fdffd');
    assert.equal(local.render('a.hbs'), 'hello <you>');
    assert.ok(isRefusal(local.file('nothing')));
    rmSync(dir, { recursive: true });
  });
});
