import assert from 'node:assert/strict';
import { existsSync, lstatSync, readlinkSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import type { Json } from '../../src/runner/contract/json.ts';
import { isRefusal, MOVED, type TaskType } from '../../src/runner/contract/task-type.ts';
import file from '../../src/runner/tasks/file.ts';
import {
  applyAfter,
  type Case,
  desire,
  type Ground,
  inEachShell,
  laws,
  look,
  NASTY,
  validateParams,
  worldOf,
} from './harness.ts';

const mode = (g: Ground, path: string) => (lstatSync(g.at(path)).mode & 0o7777).toString(8);
const ids = (g: Ground, path: string) => `${lstatSync(g.at(path)).uid}:${lstatSync(g.at(path)).gid}`;
const on = (path: string, more: Record<string, Json> = {}) => {
  return (g: Ground) => ({ path: g.at(path), ...more });
};

const cases: readonly Case[] = [
  {
    name: 'makes a directory and its parents, each as declared',
    params: on('a/b/c', { state: 'directory', mode: '0751', owner: '12', group: 34 }),
    delta: ['group', 'mode', 'owner', 'state'],
    after(g) {
      for (const path of ['a', 'a/b', 'a/b/c']) {
        assert.equal(mode(g, path), '751');
        assert.equal(ids(g, path), '12:34');
      }
    },
  },
  {
    name: 'gives a new directory what the umask leaves',
    params: on('d', { state: 'directory' }),
    running: { umask: '027' },
    delta: ['state'],
    after: (g) => assert.equal(mode(g, 'd'), '750'),
  },
  {
    name: 'leaves a directory alone that is as declared',
    before: (g) => g.lay({ d: null }),
    params: on('d', { state: 'directory', mode: '0755', owner: 'root' }),
    delta: null,
  },
  {
    name: 'sets a directory to exactly the mode, set-group-ID bit included',
    before: (g) => g.run(shell('mkdir d; chmod 2775 d', g)),
    params: on('d', { state: 'directory', mode: '0755' }),
    delta: ['mode'],
    after: (g) => assert.equal(mode(g, 'd'), '755'),
  },
  {
    name: 'makes a directory in one that hands its group down',
    before: (g) => g.run(shell('mkdir s; chgrp 34 s; chmod 2775 s', g)),
    params: on('s/d', { state: 'directory', mode: '0750' }),
    after: (g) => assert.equal(`${mode(g, 's/d')} ${ids(g, 's/d')}`, '750 0:34'),
  },
  {
    name: 'touches: makes an empty file with the right mode',
    params: on('f', { state: 'touch', mode: '0600' }),
    delta: ['mode', 'state'],
    after: (g) => assert.equal(`${mode(g, 'f')} ${g.text('f')}`, '600 '),
  },
  {
    name: 'touches: keeps what is there',
    before: (g) => g.lay({ f: 'text' }),
    params: on('f', { state: 'touch' }),
    delta: null,
    after: (g) => assert.equal(g.text('f'), 'text'),
  },
  {
    name: 'reads symbolic modes',
    before: (g) => g.lay({ f: { content: '', mode: 0o640 } }),
    params: on('f', { mode: 'u+x,g=u,o=r' }),
    delta: ['mode'],
    after: (g) => assert.equal(mode(g, 'f'), '774'),
  },
  {
    name: 'keeps set-ID bits over a change of owner',
    before: (g) => g.lay({ f: { content: '', mode: 0o4755 } }),
    params: on('f', { owner: 12 }),
    delta: ['owner'],
    after: (g) => assert.equal(`${mode(g, 'f')} ${ids(g, 'f')}`, '4755 12:0'),
  },
  {
    name: 'makes a link, relative as written',
    before: (g) => g.lay({ 'd/target': '' }),
    params: on('d/l', { state: 'link', src: 'target' }),
    delta: ['state', 'target'],
    after: (g) => assert.equal(readlinkSync(g.at('d/l')), 'target'),
  },
  {
    name: 'turns a link to another directory, without entering the first',
    before: (g) => g.lay({ one: null, two: null, l: { link: 'one' } }),
    params: on('l', { state: 'link', src: 'two', owner: 12 }),
    delta: ['owner', 'target'],
    after: (g) => assert.equal(`${readlinkSync(g.at('l'))} ${ids(g, 'l')} ${ids(g, 'two')}`, 'two 12:0 0:0'),
  },
  {
    name: 'forces a link in place of a file and to nothing',
    before: (g) => g.lay({ l: 'a file' }),
    params: on('l', { state: 'link', src: '-nothing', force: true }),
    after: (g) => assert.equal(readlinkSync(g.at('l')), '-nothing'),
  },
  {
    name: 'follows a link to set the mode of what it leads to',
    before: (g) => g.lay({ 'd/f': { content: '', mode: 0o600 }, l: { link: 'd/f' } }),
    params: on('l', { mode: '0640' }),
    delta: ['mode'],
    after: (g) => assert.equal(mode(g, 'd/f'), '640'),
  },
  {
    name: 'removes a directory with all that is in it, and not what links lead to',
    before: (g) => g.lay({ keep: 'kept', 'd/e/f': '', 'd/l': { link: '../keep' } }),
    params: on('d', { state: 'absent' }),
    delta: ['state'],
    after: (g) => assert.ok(!existsSync(g.at('d')) && g.text('keep') === 'kept'),
  },
  {
    name: 'removes a link to a directory only',
    before: (g) => g.lay({ 'd/f': '', l: { link: 'd' } }),
    params: on('l', { state: 'absent' }),
    after: (g) => assert.ok(existsSync(g.at('d/f')) && !existsSync(g.at('l'))),
  },
  { name: 'has nothing to remove', params: on('no/such/thing', { state: 'absent' }), delta: null },
  {
    name: 'recurses: modes and owners of everything below, with X',
    before: (g) =>
      g.lay({
        'd/e/f': { content: '', mode: 0o600 },
        'd/x': { content: '', mode: 0o700 },
        'd/l': { link: '/' },
      }),
    params: on('d', { state: 'directory', recurse: true, owner: 12, group: 34, mode: 'u=rwX,g=rX,o=' }),
    delta: ['./e', './e/f', './l', './x', 'group', 'mode', 'owner'],
    after(g) {
      assert.deepEqual(
        ['d', 'd/e', 'd/e/f', 'd/x'].map((p) => mode(g, p)),
        ['750', '750', '640', '750'],
      );
      for (const path of ['d', 'd/e', 'd/e/f', 'd/l']) assert.equal(ids(g, path), '12:34');
    },
  },
  {
    name: 'recurses through strange names',
    before: (g) =>
      g.lay(Object.fromEntries(NASTY.map((name) => [`d/${name}`, { content: '', mode: 0o600 }]))),
    params: on('d', { recurse: true, mode: '0755' }),
    delta: NASTY.map((name) => `./${name}`).sort(),
  },
  {
    name: 'reports a recursion of many by its first hundred',
    before: (g) => g.lay(Object.fromEntries(Array.from({ length: 130 }, (_, i) => [`d/f${i}`, '']))),
    params: on('d', { recurse: true, mode: '0700' }),
    after: (_, done) => assert.deepEqual(done.delta?.['…'], { from: null, to: 'and 30 more' }),
  },
  {
    name: 'refuses: a file where a directory is wanted',
    before: (g) => g.lay({ f: '' }),
    params: on('f', { state: 'directory' }),
    refused: /\/f is a file, not a directory$/,
  },
  {
    name: 'refuses: nothing is there',
    params: on('f', { mode: '0644' }),
    refused: /^there is nothing at .*\/f$/,
  },
  {
    name: 'refuses: no parent',
    params: on('no/f', { state: 'touch' }),
    refused: /^the directory .*\/no does not exist$/,
  },
  {
    name: 'refuses: a file on the way',
    before: (g) => g.lay({ f: '' }),
    params: on('f/d', { state: 'directory' }),
    refused: /\/f is not a directory, so that .*\/f\/d cannot be$/,
  },
  {
    name: 'refuses: a link to nothing',
    params: on('l', { state: 'link', src: 'nowhere' }),
    refused: /^there is nothing at nowhere, where .*\/l is to lead to$/,
  },
  {
    name: 'refuses: a link in place of a full directory, even forced',
    before: (g) => g.lay({ 'd/f': '' }),
    params: on('d', { state: 'link', src: '/', force: true }),
    refused: /Directory not empty/,
  },
  {
    name: 'refuses: a user that the host does not know',
    params: on('d', { state: 'directory', owner: 'nobody-here' }),
    refused: /^the host has no user "nobody-here"$/,
  },
  {
    name: 'refuses: a group that the host does not know',
    params: on('d', { state: 'directory', group: 'nobody-here' }),
    refused: /^the host has no group "nobody-here"$/,
  },
  {
    name: 'refuses: src without a link',
    params: on('d', { state: 'directory', src: 'x' }),
    refused: /^`src` says where a link leads to$/,
  },
  { name: 'refuses: to remove the root', params: { path: '//', state: 'absent' }, refused: /root directory/ },
];

laws(file, cases, {
  nasty: {
    texts: NASTY,
    case: (text) => ({
      before: (g) => g.lay({ [`in ${text}/x`]: '' }),
      params: on(`in ${text}/${text}`, { state: 'link', src: text, force: true }),
      after: (g) => assert.equal(readlinkSync(g.at(`in ${text}/${text}`)), text),
    }),
  },
});

describe('file', () => {
  inEachShell('asks again where the ground moved', async (g) => {
    const reply = await applyAfter(file, { path: g.at('f'), state: 'touch' }, g, () =>
      writeFileSync(g.at('f'), 'mine'),
    );
    assert.equal(reply.code, MOVED);
    assert.equal(g.text('f'), 'mine');
    g.lay({ gone: 'file' });
    const other = await applyAfter(file, { path: g.at('gone'), state: 'absent' }, g, () => {
      g.run(shell('rm gone; mkdir gone', g));
    });
    assert.equal(other.code, MOVED);
    assert.ok(statSync(g.at('gone')).isDirectory());
  });

  inEachShell('explains what another user may not do', (g) => {
    g.lay({ 'd/f': '' });
    const asked = (path: string, more: Record<string, Json>) => {
      const desired = desire(file, { path: g.at(path), ...more }, g);
      return file.decide(
        look(file, desired, { ...g, run: (s) => g.run(s, { uid: 12 }) }),
        desired,
        worldOf({}),
      );
    };
    const barred = asked('d/new', { state: 'touch' });
    assert.ok(isRefusal(barred));
    assert.match(barred.refusal, /^.*\/d may not be written in \(it is root 0755\)$/);
    g.run(shell('chmod 700 d', g));
    const closed = asked('d/f', { mode: '0600' });
    assert.ok(isRefusal(closed));
    assert.match(closed.refusal, /^.*\/d may not be entered$/);
  });

  inEachShell('removes nothing of a tree that the login may not remove whole', (g) => {
    const asked = (uid: number) => {
      const desired = desire(file, { path: g.at('in/tree'), state: 'absent' }, g);
      return file.decide(look(file, desired, { ...g, run: (s) => g.run(s, { uid }) }), desired, worldOf({}));
    };
    const removable = { state: { from: 'directory', to: 'absent' } };
    const stays = (where: RegExp) => {
      const verdict = asked(12);
      assert.ok(isRefusal(verdict), JSON.stringify(verdict));
      assert.match(verdict.refusal, where);
      assert.deepEqual(asked(0), removable);
    };
    g.lay({ 'in/tree/a': '', "in/tree/b c'd/deep/f": '' });
    g.run(shell('chown -R 12:12 in', g));
    assert.deepEqual(asked(12), removable);
    g.run(shell('chown 0:0 in/tree/*/deep/f; mkdir in/tree/empty; chmod 755 in/tree/empty', g));
    assert.deepEqual(
      asked(12),
      removable,
      'files of others, and an empty directory, go with what they are in',
    );
    g.run(shell('chown 0:0 in/tree/*/deep', g));
    stays(/tree can't be removed whole: the login may not remove what is in .*in\/tree\/b c'd\/deep$/);
    g.run(shell('chmod 1777 in/tree/*/deep', g));
    stays(/deep$/);
    g.run(shell('chown 12:12 in/tree/*/deep/f', g));
    assert.deepEqual(asked(12), removable, 'a sticky directory with files of his own');
    g.run(shell('chmod 700 in/tree/*/deep', g));
    stays(/deep$/);
    g.run(shell('chown -R 12:12 in; chown 0:0 in/tree', g));
    stays(/what is in .*in\/tree$/);
  });

  inEachShell("sees a dry run's world", (g) => {
    const decide = (path: string, more: Record<string, Json>, world: Record<string, Json>) => {
      const desired = desire(file, { path: g.at(path), ...more }, g);
      return file.decide(look(file, desired, g), desired, worldOf(world));
    };
    const directory = { kind: 'directory', mode: '0755' };
    assert.deepEqual(decide('d/f', { state: 'touch' }, { [`path:${g.at('d')}`]: directory }), {
      state: { from: 'absent', to: 'file' },
    });
    assert.equal(
      decide('d', { state: 'directory', mode: '0755' }, { [`path:${g.at('d')}`]: directory }),
      null,
    );
    g.lay({ 'e/f': '' });
    assert.equal(decide('e/f', { state: 'absent' }, { [`path:${g.at('e')}`]: { kind: 'absent' } }), null);
    assert.ok(isRefusal(decide('e/f', { state: 'touch' }, { [`path:${g.at('e')}`]: { kind: 'absent' } })));
    symlinkSync('e', g.at('l'));
    const unknown = decide(
      'l/f',
      { state: 'touch' },
      { [`path:${g.at('l')}`]: { kind: 'link', target: 'x' } },
    );
    assert.ok(unknown && 'unknown' in unknown);
    const filled = { [`path:${g.at('checkout')}`]: { kind: 'directory', contents: 'unknown' } };
    assert.deepEqual(decide('checkout/sub/f', { state: 'touch' }, filled), {
      unknown: `what will be in ${g.at('checkout')} is not known yet`,
    });
    const owned = { state: 'touch', owner: 'newcomer', group: 'newgroup' };
    assert.ok(isRefusal(decide('n', owned, { 'user:newcomer': { state: 'present' } })));
    const made = { 'user:newcomer': { state: 'present' }, 'group:newgroup': { state: 'present' } };
    assert.deepEqual(Object.keys(decide('n', owned, made) ?? {}), ['state', 'owner', 'group']);
  });

  inEachShell('swears to the paths it touches, or does not', (g) => {
    g.lay({ f: '', d: null, l: { link: 'f' } });
    g.run(shell('ln f hard', g));
    const touches = (path: string, more: Record<string, Json> = {}) => {
      const desired = desire(file, { path: g.at(path), ...more }, g);
      return file.touches?.(desired, look(file, desired, g)) ?? null;
    };
    assert.deepEqual(touches('d', { state: 'directory' })?.writes, [g.at('d')]);
    assert.ok(touches('d', { state: 'directory' })?.reads.includes(g.dir));
    for (const path of ['f', 'l']) assert.equal(touches(path), null);
    assert.equal(touches('d', { state: 'absent' }), null);
  });

  it('refuses bad parameters', () => {
    const faults = (params: Json) => validateParams(file as TaskType, params).faults.length;
    assert.equal(faults({ path: '/x', mode: '0644' }), 0);
    assert.equal(faults({ dest: '/x' }), 0);
    for (const params of [
      { path: 'x' },
      { path: '/a/../b' },
      { path: '/x', mode: 644 },
      { path: '/x', mode: '0888' },
      { path: '/x', mode: 'rw-r--r--' },
      { path: '/x', state: 'hard' },
      { path: '/x', owner: 'a:b' },
      { path: '/x', colour: 'red' },
      {},
    ] as Json[]) {
      assert.notEqual(faults(params), 0, JSON.stringify(params));
    }
  });
});

function shell(code: string, g: Ground) {
  return { kind: 'script', text: `cd '${g.dir}' && { ${code}; }` } as const;
}
