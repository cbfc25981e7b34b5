import assert from 'node:assert/strict';
import { existsSync, lstatSync, mkdirSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import type { Json } from '../../src/runner/contract/json.ts';
import { isRefusal, MOVED } from '../../src/runner/contract/task-type.ts';
import copy from '../../src/runner/tasks/copy.ts';
import {
  applyAfter,
  type Case,
  desire,
  type Ground,
  inEachShell,
  laws,
  look,
  NASTY,
  say,
} from './harness.ts';

const mode = (g: Ground, path: string) => (lstatSync(g.at(path)).mode & 0o7777).toString(8);
const ids = (g: Ground, path: string) => `${lstatSync(g.at(path)).uid}:${lstatSync(g.at(path)).gid}`;
const to = (dest: string, more: Record<string, Json>) => (g: Ground) => ({ dest: g.at(dest), ...more });
const long = 'a-rather-long-directory-name/'.repeat(6);

const files = {
  't/a.txt': 'A\n',
  't/bin/run': { content: '#!/bin/sh\n', mode: 0o755 },
  't/bin/zero': { content: '', mode: 0o600 },
  't/empty': null,
  't/link': { link: 'a.txt' },
  't/naïve/ünï.txt': 'odd',
  [`t/${long}${'x'.repeat(120)}`]: 'long',
  't/.hidden': 'h',
  't/big': Buffer.alloc(200_000, 'b'),
};

const cases: readonly Case[] = [
  {
    name: 'makes a tree, its parents too',
    files,
    running: { umask: '027' },
    params: to('new/t', { src: 't/' }),
    after(g) {
      assert.equal(
        g.text('new/t/a.txt') + g.text('new/t/naïve/ünï.txt') + g.text(`new/t/${long}${'x'.repeat(120)}`),
        'A\noddlong',
      );
      assert.equal(readlinkSync(g.at('new/t/link')), 'a.txt');
      assert.deepEqual(
        ['new', 'new/t', 'new/t/empty', 'new/t/bin/run', 'new/t/a.txt'].map((path) => mode(g, path)),
        ['750', '750', '750', '640', '640'],
      );
      assert.deepEqual(readdirSync(g.at('new/t')).sort(), [
        '.hidden',
        'a-rather-long-directory-name',
        'a.txt',
        'big',
        'bin',
        'empty',
        'link',
        'naïve',
      ]);
    },
  },
  {
    name: 'without a slash: the directory itself, modes preserved, all owned',
    files,
    params: to('.', { src: 't', mode: 'preserve', directory_mode: '0700', owner: 12, group: '34' }),
    after(g) {
      assert.deepEqual(
        ['t', 't/bin', 't/bin/run', 't/bin/zero'].map((path) => `${mode(g, path)} ${ids(g, path)}`),
        ['700 12:34', '700 12:34', '755 12:34', '600 12:34'],
      );
      assert.equal(ids(g, 't/link'), '12:34');
      assert.equal(ids(g, '.'), '0:0');
    },
  },
  {
    name: 'changes only what differs, and keeps owners and modes of what it replaces',
    files: { 't/same': 'same', 't/other': 'new', 't/bare': 'x', 't/sub/new': 'n' },
    before: (g) => {
      g.lay({
        't/same': 'same',
        't/other': 'old',
        't/bare': { content: 'x', mode: 0o600 },
        't/extra': 'kept',
        't/sub': null,
      });
      g.run(at(g, 'chown 12:34 t/other; chmod 0604 t/other t/sub'));
    },
    params: to('t', { src: 't/' }),
    delta: ['./other', './sub/new'],
    after(g, done) {
      assert.equal(`${g.text('t/other')} ${mode(g, 't/other')} ${ids(g, 't/other')}`, 'new 604 12:34');
      assert.equal(`${mode(g, 't/bare')} ${mode(g, 't/sub')} ${g.text('t/extra')}`, '600 604 kept');
      assert.match(
        JSON.stringify(done.delta?.['./other']),
        /^\{"from":\{"content":"sha256:.*"to":\{"content":"sha256:/,
      );
    },
  },
  {
    name: 'sets modes and owners without sending anything',
    files: { 't/a': 'a', 't/l': { link: 'a' } },
    before: (g) => g.lay({ 't/a': { content: 'a', mode: 0o4755 }, 't/l': { link: 'a' } }),
    params: to('t', { src: 't/', owner: 12, mode: 'u=rwxs,go=rx' }),
    delta: ['./a', './l'],
    after: (g) => assert.equal(`${mode(g, 't/a')} ${ids(g, 't/a')} ${ids(g, 't/l')}`, '4755 12:0 12:0'),
  },
  {
    name: 'removes what the source has not, on request',
    files: { 't/a': 'a', 't/d/b': 'b' },
    before: (g) =>
      g.lay({
        't/a': 'a',
        't/d/b': 'b',
        't/d/old': '',
        't/gone/deep/x': '',
        't/l': { link: 'a' },
        't/-rf': '',
      }),
    params: to('t', { src: 't/', delete: true }),
    delta: ['./-rf', './d/old', './gone', './l'],
    after: (g) => assert.deepEqual(readdirSync(g.at('t')).sort(), ['a', 'd']),
  },
  {
    name: 'removes a name that is no text',
    files: { 't/a': 'a' },
    before: (g) =>
      g.run(at(g, "mkdir t && printf a >t/a && : >t/$(printf '\\377\\376') && mkdir t/$(printf 'd\\377')")),
    params: to('t', { src: 't/', delete: true }),
    after: (g) => assert.deepEqual(readdirSync(g.at('t')), ['a']),
  },
  {
    name: 'replaces links and turns files into links',
    files: { 't/a': 'file', 't/b': { link: 'a' }, 't/c': { link: 'a' } },
    before: (g) => g.lay({ d: null, 't/a': { link: '../d' }, 't/b': 'file', 't/c': { link: 'b' } }),
    params: to('t', { src: 't/' }),
    delta: ['./a', './b', './c'],
    after: (g) =>
      assert.equal(`${g.text('t/a')} ${readlinkSync(g.at('t/b'))} ${readlinkSync(g.at('t/c'))}`, 'file a a'),
  },
  {
    name: 'leaves files that are there without force',
    files: { 't/a': 'theirs', 't/b': 'new' },
    before: (g) => g.lay({ 't/a': 'mine' }),
    params: to('t', { src: 't/', force: false, mode: '0600' }),
    delta: ['./b'],
    after: (g) => assert.equal(`${g.text('t/a')} ${mode(g, 't/a')} ${mode(g, 't/b')}`, 'mine 644 600'),
  },
  {
    name: 'keeps strange names apart',
    files: Object.fromEntries(
      [...NASTY, '.', '..'].map((name, i) => [
        `t/${name.trim() === name && /^\.+$/.test(name) ? `x${name}` : name}`,
        `${i}`,
      ]),
    ),
    before: (g) =>
      g.lay({ "t/it's": 'old', 't/back\\slash\\n and \\': 'old', 't/first line\nsecond line': 'old' }),
    params: to('t', { src: 't/', delete: true }),
    after: (g) =>
      assert.deepEqual(
        NASTY.map((name) => g.text(`t/${name}`)),
        NASTY.map((_, i) => `${i}`),
      ),
  },
  {
    name: 'sweeps the staging directory of an interrupted attempt',
    files: { 't/a': 'a' },
    before: (g) => g.lay({ 't/.mama-play-tree.abcdef/0/a': 'cut off' }),
    params: to('t', { src: 't/', delete: true }),
    after: (g) => assert.deepEqual(readdirSync(g.at('t')), ['a']),
  },
  {
    name: 'refuses: a directory where the source has a file',
    files: { 't/a': 'a' },
    before: (g) => g.lay({ 't/a/x': '' }),
    params: to('t', { src: 't/', delete: true }),
    refused: /\/t\/a is a directory on the host, and a file in the source$/,
  },
  {
    name: 'refuses: a file where the root goes',
    files: { 't/a': 'a' },
    before: (g) => g.lay({ t: '' }),
    params: to('t', { src: 't/' }),
    refused: /\/t is a file, not a directory$/,
  },
];

laws(copy, cases);

describe('copy of a directory', () => {
  inEachShell(
    'asks again where a file changed or appeared in between',
    async (g) => {
      const params = { dest: g.at('t'), src: 't/' };
      g.lay({ 't/a': 'old' });
      const changed = await applyAfter(copy, params, g, () => writeFileSync(g.at('t/a'), 'mine!'));
      const appeared = await applyAfter(copy, params, g, () => {
        mkdirSync(g.at('t/d'));
        writeFileSync(g.at('t/d/b'), 'mine');
      });
      assert.deepEqual([changed.code, appeared.code, g.text('t/a')], [MOVED, MOVED, 'mine!']);
      assert.deepEqual(readdirSync(g.at('t')).sort(), ['a', 'd']);
    },
    { files: { 't/a': 'new', 't/d/b': 'b' } },
  );

  inEachShell(
    'touches nothing where the stream is cut off',
    async (g) => {
      g.lay({ 't/a': 'old' });
      const desired = desire(copy, { dest: g.at('t'), src: 't/' }, g);
      const current = look(copy, desired, g);
      assert.ok(!isRefusal(current));
      const apply = copy.apply({}, desired, current);
      assert.ok('stream' in apply && apply.stream);
      const chunks: Buffer[] = [];
      for await (const chunk of apply.stream()) chunks.push(chunk as Buffer);
      const whole = Buffer.concat(chunks);
      for (const bytes of [0, 100, 1024, whole.length - 2048]) {
        const reply = g.run(apply.script, { stdin: whole.subarray(0, bytes) });
        assert.ok(reply.code !== 0 && reply.code !== MOVED, `${bytes} bytes passed for all`);
        assert.deepEqual([g.text('t/a'), readdirSync(g.at('t'))], ['old', ['a']]);
      }
      assert.equal((await say(apply, g)).code, 0);
      assert.equal(g.text('t/a'), 'new');
      assert.ok(existsSync(g.at('t/b')));
    },
    { files: { 't/a': 'new', 't/b': 'b' } },
  );
});

function at(g: Ground, code: string) {
  return { kind: 'script', text: `cd '${g.dir}' && { ${code}; }` } as const;
}
