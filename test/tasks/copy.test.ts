import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  truncateSync,
} from 'node:fs';
import type { Json } from '../../src/runner/contract/json.ts';
import { isRefusal, MOVED } from '../../src/runner/contract/task-type.ts';
import copy from '../../src/runner/tasks/copy.ts';
import {
  applyAfter,
  type Case,
  converge,
  desire,
  type Ground,
  inEachShell,
  laws,
  look,
  mustConverge,
  NASTY,
  REAL,
  say,
  validateParams,
  worldOf,
} from './harness.ts';

const mode = (g: Ground, path: string) => (lstatSync(g.at(path)).mode & 0o7777).toString(8);
const ids = (g: Ground, path: string) => `${lstatSync(g.at(path)).uid}:${lstatSync(g.at(path)).gid}`;
const to = (dest: string, more: Record<string, Json>) => (g: Ground) => ({ dest: g.at(dest), ...more });
const big = Buffer.alloc(300_000, 'line of text\n');
const binary = Buffer.from([0, 1, 2, 255, 10, 0, 13]);

const cases: readonly Case[] = [
  {
    name: 'makes a file from a text',
    params: to('f', { content: 'text\n' }),
    running: { umask: '027' },
    delta: ['content', 'state'],
    after(g, done) {
      assert.equal(`${g.text('f')}${mode(g, 'f')}`, 'text\n640');
      assert.deepEqual(done.delta?.['content'], { from: null, to: 'text\n' });
      assert.deepEqual(done.result, { dest: g.at('f') });
    },
  },
  {
    name: 'shows the old text and the new one, and keeps owner and mode',
    before: (g) => g.run(at(g, 'printf old >f; chown 12:34 f; chmod 0640 f')),
    params: to('f', { content: 'new' }),
    delta: ['content'],
    after(g, done) {
      assert.deepEqual(done.delta, { content: { from: 'old', to: 'new' } });
      assert.equal(`${g.text('f')} ${mode(g, 'f')} ${ids(g, 'f')}`, 'new 640 12:34');
    },
  },
  {
    name: 'changes only the mode where the content is right',
    before: (g) => g.lay({ f: { content: 'same', mode: 0o600 } }),
    params: to('f', { content: 'same', mode: '0644', owner: 12 }),
    delta: ['mode', 'owner'],
    after: (g) => assert.equal(`${mode(g, 'f')} ${ids(g, 'f')}`, '644 12:0'),
  },
  {
    name: 'leaves a file alone that is as declared',
    before: (g) => g.lay({ f: 'x' }),
    params: to('f', { content: 'x' }),
    delta: null,
  },
  {
    name: 'copies a file, mode preserved',
    files: { 'sub/run.sh': { content: '#!/bin/sh\n', mode: 0o750 } },
    params: to('run', { src: 'sub/run.sh', mode: 'preserve', group: 34 }),
    after: (g) => assert.equal(`${g.text('run')}${mode(g, 'run')} ${ids(g, 'run')}`, '#!/bin/sh\n750 0:34'),
  },
  {
    name: 'copies into a directory',
    files: { 'sub/-f': 'x' },
    before: (g) => g.lay({ d: null }),
    params: to('d', { src: 'sub/-f' }),
    after: (g, done) => assert.equal(`${g.text('d/-f')} ${done.result['dest']}`, `x ${g.at('d/-f')}`),
  },
  {
    name: 'copies binary bytes',
    files: { b: binary },
    params: to('b', { src: 'b' }),
    after(g, done) {
      assert.deepEqual(readFileSync(g.at('b')), binary);
      assert.match(String(done.delta?.['content']?.to), /^sha256:/);
    },
  },
  {
    name: 'copies a text beyond the small ones, and shows sizes',
    files: { b: big },
    before: (g) => g.lay({ b: big.subarray(0, 200_000) }),
    params: to('b', { src: 'b' }),
    after(g, done) {
      assert.ok(readFileSync(g.at('b')).equals(big));
      assert.deepEqual(done.delta?.['content'], { from: '200000 bytes', to: '300000 bytes' });
    },
  },
  {
    name: 'streams a large file, and sees a difference of one byte',
    files: { b: Buffer.alloc(3 << 20, 'x') },
    before: (g) => g.lay({ b: Buffer.concat([Buffer.alloc((3 << 20) - 1, 'x'), Buffer.from('y')]) }),
    params: to('b', { src: 'b' }),
    delta: ['content'],
    after: (g) => assert.ok(readFileSync(g.at('b')).equals(Buffer.alloc(3 << 20, 'x'))),
  },
  {
    name: 'replaces a link by the file',
    before: (g) => g.lay({ f: 'old', l: { link: 'f' } }),
    params: to('l', { content: 'x' }),
    delta: ['content', 'state', 'target'],
    after: (g) => assert.ok(g.text('l') === 'x' && g.text('f') === 'old'),
  },
  {
    name: 'follows a link where it is told to',
    before: (g) => g.lay({ 'd/f': 'old', l: { link: 'd/f' } }),
    params: to('l', { content: 'new', follow: true }),
    delta: ['content'],
    after: (g) => assert.equal(`${readlinkSync(g.at('l'))} ${g.text('d/f')}`, 'd/f new'),
  },
  {
    name: 'keeps a backup',
    before: (g) => g.lay({ f: 'old' }),
    params: to('f', { content: 'new', backup: true }),
    after: (g, done) =>
      assert.equal(readFileSync(String(done.result['backup_file']), 'utf8') + g.text('f'), 'oldnew'),
  },
  {
    name: 'leaves what is there without force',
    before: (g) => g.lay({ f: 'mine' }),
    params: to('f', { content: 'theirs', mode: '0600', force: false }),
    delta: null,
  },
  {
    name: 'validates the new file, in its directory and with its mode',
    params: to("it's", { content: 'ok\n', mode: '0600', validate: "grep -q 'ok' %s" }),
    after: (g) => assert.equal(g.text("it's"), 'ok\n'),
  },
  {
    name: 'sweeps what an interrupted attempt left, and leaves nothing of its own',
    before: (g) => g.lay({ [leftover(g.at('f'))]: 'cut off', '.mama-play-else': 'kept' }),
    params: to('f', { content: 'x' }),
    after: (g) => assert.deepEqual(readdirSync(g.dir).sort(), ['.mama-play-else', 'f']),
  },
  {
    name: 'leaves alone what a shell that lives is about to put there',
    before: (g) => g.lay({ [leftover(g.at('f'), '1.')]: 'half' }),
    params: to('f', { content: 'x' }),
    after: (g) => assert.equal(g.text(leftover(g.at('f'), '1.')), 'half'),
  },
  {
    name: 'copies a file of the host',
    before: (g) => g.lay({ a: 'from here', d: null }),
    params: (g) => ({ src: g.at('a'), dest: g.at('d'), remote_src: true, mode: '0600' }),
    delta: ['content', 'mode', 'state'],
    after: (g) => assert.equal(`${g.text('d/a')} ${mode(g, 'd/a')}`, 'from here 600'),
  },
  {
    name: 'refuses: what validate does not accept',
    before: (g) => g.run(at(g, 'printf old >f; rm -f .mama*')),
    params: to('f', { content: 'bad', validate: 'sh -c "echo line 1 is bad; exit 3" %s' }),
    refused: /^validate did not accept the new .*\/f: line 1 is bad$/,
  },
  {
    name: 'refuses: no directory',
    params: to('no/f', { content: '' }),
    refused: /^the directory .*\/no does not exist$/,
  },
  {
    name: 'refuses: a directory in its place',
    before: (g) => g.lay({ d: null }),
    params: to('d', { content: '' }),
    refused: /\/d is a directory$/,
  },
  {
    name: 'refuses: a link to a directory in its place',
    before: (g) => g.lay({ d: null, l: { link: 'd' } }),
    params: to('l', { content: 'x' }),
    refused: /\/l is a link to a directory$/,
  },
  {
    name: 'refuses: a source that is not there',
    params: to('f', { src: 'nothing' }),
    refused: /^nothing was not found$/,
  },
  {
    name: 'refuses: a text into a directory',
    params: to('d/', { content: 'x' }),
    refused: /names a directory/,
  },
  {
    name: 'refuses: a source that the host has not',
    params: (g) => ({ src: g.at('a'), dest: g.at('b'), remote_src: true }),
    refused: /\/a on the host is absent$/,
  },
];

laws(copy, cases, {
  nasty: {
    texts: NASTY,
    case: (text) => ({
      files: { [`src ${text}`]: text },
      before: (g) => g.lay({ [`in ${text}/x`]: '' }),
      params: to(`in ${text}/`, { src: `src ${text}`, mode: '0644' }),
      after: (g) => assert.equal(g.text(`in ${text}/src ${text}`), text),
    }),
  },
});

describe('copy', () => {
  inEachShell('asks again where the file changed in between, and leaves it', async (g) => {
    g.lay({ f: 'old' });
    const params = { dest: g.at('f'), content: 'new' };
    const reply = await applyAfter(copy, params, g, () => appendFileSync(g.at('f'), ' and more'));
    assert.equal(`${reply.code} ${g.text('f')}`, `${MOVED} old and more`);
    assert.deepEqual(readdirSync(g.dir), ['f']);
  });

  inEachShell(
    'leaves nothing behind where the line is lost in the middle',
    async (g) => {
      g.lay({ b: 'old' });
      const desired = desire(copy, { src: 'b', dest: g.at('b') }, g);
      const apply = copy.apply({ content: { from: null, to: '' } }, desired, look(copy, desired, g));
      assert.ok('stream' in apply);
      const child = spawn(g.shell.path, ['-c', apply.script.text], {
        argv0: 'sh',
        cwd: g.cwd,
        env: { PATH: g.shell.tools },
      });
      const ended = new Promise((resolve) => child.once('exit', resolve));
      // Nobody hears what it says.
      for (const output of [child.stdout, child.stderr]) output.destroy();
      child.stdin.end('the beginning');
      await ended;
      assert.deepEqual([g.text('b'), readdirSync(g.dir)], ['old', ['b']]);
    },
    { files: { b: Buffer.alloc(2 << 20) } },
  );

  inEachShell(
    'leaves the old file whole where the stream is cut off',
    async (g) => {
      g.lay({ b: 'old' });
      const desired = desire(copy, { src: 'b', dest: g.at('b') }, g);
      const current = look(copy, desired, g);
      const apply = copy.apply({ content: { from: null, to: '' } }, desired, current);
      assert.ok('stream' in apply);
      const reply = await say({ ...apply, stream: () => desired.content.stream().take(5) }, g);
      assert.notEqual(reply.code, 0);
      assert.match(
        copy.explain?.(reply, desired).refusal ?? '',
        /could not change .*\/b: the content came incomplete/,
      );
      assert.deepEqual([g.text('b'), readdirSync(g.dir)], ['old', ['b']]);
      truncateSync(g.at('b'), 0);
    },
    { files: { b: Buffer.alloc(2 << 20) } },
  );

  inEachShell('refuses what another user may not do, and says whose it is', (g) => {
    g.lay({ 'd/f': { content: '', mode: 0o600 } });
    const decide = (dest: string) => {
      const desired = desire(copy, { dest: g.at(dest), content: 'x' }, g);
      const current = look(copy, desired, { ...g, run: (script) => g.run(script, { uid: 12 }) });
      const verdict = isRefusal(current) ? current : copy.decide(current, desired, worldOf({}));
      return isRefusal(verdict) ? `${verdict.refusal}; ${verdict.hint}` : JSON.stringify(verdict);
    };
    assert.match(decide('d/new'), /^.*\/d may not be written in \(it is root 0755\); .*become: true/);
    assert.match(decide('d/f'), /^.*\/d\/f may not be read \(it is root 0600\); .*become: true/);
  });

  inEachShell("sees a dry run's world", (g) => {
    const decide = (dest: string, world: Record<string, Json>) => {
      const desired = desire(copy, { dest: g.at(dest), content: 'x' }, g);
      return copy.decide(look(copy, desired, g), desired, worldOf(world));
    };
    const made = { [`path:${g.at('d')}`]: { kind: 'directory' } };
    assert.deepEqual(Object.keys(decide('d/f', made) ?? {}), ['state', 'content']);
    const desired = desire(copy, { dest: g.at('f'), content: 'x' }, g);
    const current = look(copy, desired, g);
    const after = copy.predict?.({}, desired, current, REAL) ?? {};
    assert.equal(decide('f', after), null, 'what it would write is what it wants');
    assert.ok(isRefusal(decide('f/g', after)));
  });

  inEachShell(
    'runs nothing that a path or a content holds, nor leaves others a look at a secret',
    async (g) => {
      const params = { dest: g.at('s'), content: 'secret', mode: '0600' };
      const seen: string[] = [];
      mustConverge(await converge(copy, params, g));
      seen.push(mode(g, 's'));
      assert.deepEqual([seen, existsSync(g.at('pwned'))], [['600'], false]);
    },
  );

  it('refuses bad parameters', () => {
    const faults = (params: Json) => validateParams(copy, params).faults.length;
    assert.equal(faults({ dest: '/x', content: '' }), 0);
    assert.equal(faults({ dest: '/x', src: 'a', mode: 'preserve' }), 0);
    for (const params of [
      { dest: '/x' },
      { dest: '/x', src: 'a', content: 'b' },
      { dest: 'x', content: '' },
      { dest: '/x', content: '', mode: 'preserved' },
      { dest: '/x', content: '', validate: 'true' },
      { dest: '/x\0', content: '' },
    ] as Json[]) {
      assert.notEqual(faults(params), 0, JSON.stringify(params));
    }
  });
});

function at(g: Ground, code: string) {
  return { kind: 'script', text: `cd '${g.dir}' && { ${code}; }` } as const;
}

/** The name of a temporary file of an interrupted attempt at `path`. */
function leftover(path: string, shell = ''): string {
  return `.mama-play-${createHash('sha256').update(path).digest('hex').slice(0, 12)}.${shell}abcdef`;
}
