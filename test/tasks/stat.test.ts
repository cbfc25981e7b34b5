import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { lstatSync } from 'node:fs';
import type { JsonObject } from '../../src/runner/contract/json.ts';
import type { Predictions } from '../../src/runner/contract/task-type.ts';
import { Overlay } from '../../src/runner/engine/world.ts';
import { STAT_PROPERTIES } from '../../src/runner/tasks/lib/files/stat-fields.ts';
import stat from '../../src/runner/tasks/stat.ts';
import {
  changedPaths,
  declarationLaws,
  type Ground,
  inEachShell,
  NASTY,
  query,
  treeState,
} from './harness.ts';

declarationLaws(stat);

function look(g: Ground, path: string, more: JsonObject = {}): JsonObject {
  const verdict = query(stat, { path: g.at(path), ...more }, g);
  assert.ok('result' in verdict);
  assert.equal(verdict.failed, undefined);
  return verdict.result['stat'] as JsonObject;
}

describe('stat', () => {
  inEachShell('tells what a file is, and changes nothing', (g) => {
    g.lay({ f: { content: 'text', mode: 0o640 } });
    const before = treeState(g.dir);
    const seen = look(g, 'f');
    const { uid, gid, mtimeMs, ino } = lstatSync(g.at('f'));
    assert.deepEqual(
      [
        seen['exists'],
        seen['isreg'],
        seen['isdir'],
        seen['islnk'],
        seen['mode'],
        seen['size'],
        seen['uid'],
        seen['gid'],
      ],
      [true, true, false, false, '0640', 4, uid, gid],
    );
    assert.deepEqual(
      [seen['owner'], seen['gr_name'], seen['mtime'], seen['inode'], seen['nlink'], seen['path']],
      ['root', 'root', Math.floor(mtimeMs / 1000), ino, 1, g.at('f')],
    );
    assert.equal(seen['checksum'], createHash('sha1').update('text').digest('hex'));
    assert.deepEqual(changedPaths(before, treeState(g.dir)), []);
  });

  inEachShell('tells that nothing is there', (g) => {
    assert.deepEqual(look(g, 'no/thing'), { exists: false });
  });

  inEachShell('looks at a link, or at what it leads to', (g) => {
    g.lay({ 'd/f': 'text', l: { link: 'd/f' }, dead: { link: 'nowhere\n' } });
    const link = look(g, 'l');
    assert.deepEqual(
      [link['islnk'], link['lnk_target'], link['lnk_source'], link['checksum']],
      [true, 'd/f', g.at('d/f'), undefined],
    );
    const followed = look(g, 'l', { follow: true, checksum_algorithm: 'sha256' });
    assert.deepEqual([followed['islnk'], followed['isreg'], followed['size']], [false, true, 4]);
    assert.equal(followed['checksum'], createHash('sha256').update('text').digest('hex'));
    assert.deepEqual(
      [look(g, 'dead', { follow: true }), look(g, 'dead')['lnk_target']],
      [{ exists: false }, 'nowhere\n'],
    );
  });

  inEachShell('takes names for data, and registers only what it declares', (g) => {
    g.lay(Object.fromEntries(NASTY.map((name) => [name, name])));
    for (const name of NASTY) {
      const seen = look(g, name, { get_checksum: false });
      assert.equal(seen['size'], Buffer.byteLength(name));
      assert.deepEqual(
        Object.keys(seen).filter((field) => !(field in STAT_PROPERTIES)),
        [],
      );
    }
  });

  it('is unknown in a dry run where something would have changed before', () => {
    const told = (predictions: Predictions) => {
      const desired = { path: '/a/b/c', follow: false, hash: null };
      const overlay = new Overlay();
      overlay.predict(predictions, 'it');
      const reply = { kind: 'reply', code: 0, out: new Uint8Array(), err: new Uint8Array() } as const;
      return overlay.look().doubt(stat.looksAt?.(desired, reply));
    };
    assert.equal(told({}), null);
    assert.equal(told({ 'path:/a/b/c': { kind: 'file' } }), '"it" would change /a/b/c before');
    assert.equal(told({ 'path:/a': { kind: 'absent' } }), '"it" would change /a before');
    assert.equal(told({ 'path:/a/b': { kind: 'directory' } }), null);
    assert.equal(told({ 'path:/a/b': { kind: 'directory', fresh: true } }), '"it" would change /a/b before');
    assert.equal(told({ 'path:/a/b/cd': { kind: 'file' }, 'user:root': {} }), null);
  });

  inEachShell('does not take a closed directory for an empty one', (g) => {
    g.lay({ 'd/f': '' });
    g.run({ kind: 'script', text: `chmod 700 '${g.at('d')}'` });
    const verdict = query(stat, { path: g.at('d/f') }, { ...g, run: (script) => g.run(script, { uid: 12 }) });
    assert.ok('failed' in verdict);
    assert.equal(verdict.failed, `${g.at('d')} may not be entered`);
    g.lay({ l: { link: 'd/f' } });
    const behind = { path: g.at('l'), follow: true };
    const followed = query(stat, behind, { ...g, run: (script) => g.run(script, { uid: 12 }) });
    assert.ok('failed' in followed);
    assert.match(followed.failed ?? '', /^could not look at .*[Pp]ermission denied$/);
  });
});
