import assert from 'node:assert/strict';
import { existsSync, lstatSync, readFileSync } from 'node:fs';
import type { JsonObject } from '../../src/runner/contract/json.ts';
import { isRefusal, isUnknown, MOVED } from '../../src/runner/contract/task-type.ts';
import { readPattern } from '../../src/runner/tasks/lib/edit/pattern.ts';
import lineinfile from '../../src/runner/tasks/lineinfile.ts';
import {
  applyAfter,
  type Case,
  converge,
  desire,
  type Ground,
  inEachShell,
  laws,
  look,
  makeGround,
  NASTY,
  REAL,
  shells,
  worldOf,
} from './harness.ts';

const at = (more: JsonObject) => (g: Ground) => ({ path: g.at('f'), ...more });

function edits(name: string, from: string, params: JsonObject, to: string): Case {
  return {
    name,
    before: (g) => g.lay({ f: from }),
    params: at(params),
    delta: from === to ? null : ['content'],
    after: (g) => assert.equal(g.text('f'), to),
  };
}

const cases: readonly Case[] = [
  edits('appends a line', 'a\n', { line: 'b' }, 'a\nb\n'),
  edits('ends the last line first', 'a', { line: 'b' }, 'a\nb\n'),
  edits('begins an empty file', '', { line: 'b' }, 'b\n'),
  edits('leaves a line that is there', 'b\na', { line: 'b' }, 'b\na'),
  edits('replaces the last match', 'x=1\ny\nx=2\nz\n', { regexp: '^x=', line: 'x=3' }, 'x=1\ny\nx=3\nz\n'),
  edits(
    'replaces the first match',
    'x=1\nx=2\n',
    { regexp: '^x=', line: 'x=3', firstmatch: true },
    'x=3\nx=2\n',
  ),
  edits('appends where nothing matches', 'a\n', { regexp: '^x=', line: 'x=3' }, 'a\nx=3\n'),
  edits(
    'is content with the line though nothing matches',
    'x 3\na\n',
    { regexp: '^x=', line: 'x 3' },
    'x 3\na\n',
  ),
  edits('finds a text as it stands', 'a.b\naxb\n', { search_string: 'a.b', line: 'c' }, 'c\naxb\n'),
  edits('inserts after the last match', 's\na\ns\nb\n', { insertafter: '^s$', line: 'n' }, 's\na\ns\nn\nb\n'),
  edits(
    'inserts after the first',
    's\na\ns\n',
    { insertafter: '^s$', line: 'n', firstmatch: true },
    's\nn\na\ns\n',
  ),
  edits('inserts after a last line without an end', 'a\ns', { insertafter: '^s$', line: 'n' }, 'a\ns\nn\n'),
  edits('inserts before a match', 'a\nexit 0\n', { insertbefore: '^exit', line: 'n' }, 'a\nn\nexit 0\n'),
  edits('inserts at the beginning', 'a\n', { insertbefore: 'BOF', line: 'n' }, 'n\na\n'),
  edits(
    'inserts at the end where the place is not found',
    'a\n',
    { insertbefore: 'no', line: 'n' },
    'a\nn\n',
  ),
  edits(
    'takes groups',
    'k="v"\n',
    { regexp: '^k="(?P<v>v)"$', line: '\\g<1>=\\1\\\\', backrefs: true },
    'v=v\\\n',
  ),
  edits(
    'does nothing with backrefs and no match',
    'a\n',
    { regexp: '(x)', line: '\\1', backrefs: true },
    'a\n',
  ),
  edits('takes flags of Python', 'KEY=1\n', { regexp: '(?i)\\Akey=\\d\\Z', line: 'key=2' }, 'key=2\n'),
  edits('ends the last line where it is replaced', 'a\nx=1', { regexp: '^x', line: 'x=2' }, 'a\nx=2\n'),
  edits('adds no line to a mixture of ends', 'a\r\nb\n', { line: 'c' }, 'a\r\nb\nc\n'),
  edits(
    'finds in a mixture of ends what it looks for, and keeps its end',
    'a=1\r\nb\n',
    { regexp: '=1$', line: 'a=2' },
    'a=2\r\nb\n',
  ),
  edits('is content with the line in a mixture of ends', 'a\r\nb\n', { line: 'a' }, 'a\r\nb\n'),
  edits('keeps CR LF', 'a\r\nx=1\r\n', { regexp: '^x=1$', line: 'x=2' }, 'a\r\nx=2\r\n'),
  edits('removes all equal lines', 'a\nb\na\n', { line: 'a', state: 'absent' }, 'b\n'),
  edits('removes all matches', 'a1\nb\na2', { regexp: '^a', state: 'absent' }, 'b\n'),
  edits('removes what holds a text', 'x(y\nz\n', { search_string: '(y', state: 'absent' }, 'z\n'),
  edits('removes the only line', 'a\n', { line: 'a', state: 'absent' }, ''),
  {
    name: 'has nothing to remove where no file is',
    params: (g) => ({ path: g.at('no/f'), line: 'a', state: 'absent' }),
    delta: null,
  },
  {
    name: 'makes a file',
    params: at({ line: 'a', create: true, mode: '0640' }),
    delta: ['content', 'mode', 'state'],
    after(g, done) {
      assert.equal(`${g.text('f')}${(lstatSync(g.at('f')).mode & 0o777).toString(8)}`, 'a\n640');
      assert.deepEqual(done.result, { path: g.at('f') });
    },
  },
  {
    name: 'keeps owner and mode, and shows the texts',
    before: (g) => g.lay({ f: { content: 'a\n', mode: 0o604 } }),
    params: at({ line: 'b' }),
    after(g, done) {
      assert.equal(lstatSync(g.at('f')).mode & 0o777, 0o604);
      assert.deepEqual(done.delta, { content: { from: 'a\n', to: 'a\nb\n' } });
    },
  },
  {
    name: 'changes only the mode',
    before: (g) => g.lay({ f: { content: 'a\n', mode: 0o644 } }),
    params: at({ line: 'a', mode: '0600' }),
    delta: ['mode'],
  },
  {
    name: 'follows a link',
    before: (g) => g.lay({ real: 'a\n', f: { link: 'real' } }),
    params: at({ line: 'b' }),
    after: (g) => assert.ok(g.text('real') === 'a\nb\n' && lstatSync(g.at('f')).isSymbolicLink()),
  },
  {
    name: 'keeps a backup',
    before: (g) => g.lay({ f: 'a\n' }),
    params: at({ line: 'b', backup: true }),
    after: (g, done) =>
      assert.equal(readFileSync(String(done.result['backup_file']), 'utf8') + g.text('f'), 'a\na\nb\n'),
  },
  {
    name: 'edits a large one, and shows hashes',
    before: (g) => g.lay({ f: 'some words\n'.repeat(90_000) }),
    params: at({ line: 'b', insertbefore: 'BOF' }),
    after(g, done) {
      assert.ok(g.text('f') === `b\n${'some words\n'.repeat(90_000)}`);
      assert.match(JSON.stringify(done.delta), /^{"content":{"from":"sha256:\w+","to":"sha256:\w+"}}$/);
    },
  },
  {
    name: 'validates',
    before: (g) => g.lay({ f: 'a\n' }),
    params: at({ line: 'b', validate: 'grep -q nothing %s' }),
    refused: /^validate did not accept the new .*\/f: it said nothing$/,
  },
  { name: 'refuses a file that is not there', params: at({ line: 'a' }), refused: /\/f does not exist$/ },
  {
    name: 'refuses a directory',
    before: (g) => g.lay({ f: null }),
    params: at({ line: 'a' }),
    refused: /\/f is a directory$/,
  },
  {
    name: 'refuses what is no text',
    before: (g) => g.lay({ f: Buffer.from([255, 0]) }),
    params: at({ line: 'a' }),
    refused: /\/f is no UTF-8 text: it is not edited$/,
  },
  {
    name: 'refuses too large a file',
    before: (g) => g.lay({ f: 'x'.repeat((1 << 20) + 1) }),
    params: at({ line: 'a' }),
    refused: /\/f has more than 1048576 bytes: it is not edited$/,
  },
  {
    name: 'refuses what would change at every run',
    before: (g) => g.lay({ f: 'opts=a\n' }),
    params: at({ regexp: '^opts=(.*)', line: 'opts=x \\1', backrefs: true }),
    refused: /\/f would be changed again at every run/,
  },
];

laws(lineinfile, cases, {
  nasty: {
    texts: NASTY.filter((text) => !/[\n\r]/.test(text)),
    case: (text) => ({
      before: (g) => g.lay({ f: 'a\n' }),
      params: at({ line: text }),
      after: (g) => assert.equal(g.text('f'), `a\n${text}\n`),
    }),
  },
});

describe('lineinfile', () => {
  const refusals: readonly (readonly [string, JsonObject, string])[] = [
    ['no line', {}, 'line is missing'],
    ['two lines', { line: 'a\nb' }, 'line holds more than one line'],
    ['nothing to remove', { state: 'absent' }, 'nothing says which lines are to be absent'],
    [
      'two searches',
      { line: 'a', regexp: 'a', search_string: 'b' },
      'regexp and search_string exclude each other',
    ],
    [
      'two places',
      { line: 'a', insertafter: 'a', insertbefore: 'b' },
      'insertafter and insertbefore exclude each other',
    ],
    ['backrefs alone', { line: '\\1', backrefs: true }, 'backrefs needs a regexp'],
    [
      'a group too many',
      { line: '\\2', regexp: '(a)', backrefs: true },
      'line names group 2, and regexp has 1',
    ],
    [
      'a broken expression',
      { line: 'a', regexp: '(' },
      'regexp is no regular expression: Unterminated group',
    ],
    ['a flag in the middle', { line: 'a', regexp: 'a(?x)b' }, 'regexp: "(?x)" is not known here'],
    ['an open quote', { line: 'a', validate: "x 'y %s" }, "validate has a quote that is not closed: x 'y %s"],
  ];
  for (const [title, params, refusal] of refusals) {
    it(`refuses ${title}`, () => {
      const ground = makeGround(shells()[0]!);
      const desired = desire(lineinfile, { path: '/f', ...params }, ground);
      ground.remove();
      assert.ok(isRefusal(desired));
      assert.equal(desired.refusal, refusal);
    });
  }

  it('refuses an expression that takes for ever', () => {
    const pattern = readPattern('regexp', '^(a+)+$');
    assert.ok(!isRefusal(pattern));
    const found = pattern.find([`${'a'.repeat(40)}b`]);
    assert.ok(isRefusal(found));
    assert.equal(found.refusal, 'regexp takes more than 1 s over this file');
  });

  inEachShell('makes no file for backrefs, which find nothing in it', async (ground) => {
    const params = at({ regexp: '^a=(.*)', line: 'a=\\1;', backrefs: true, create: true })(ground);
    const done = await converge(lineinfile, params, ground);
    assert.ok(done.kind === 'converged' && done.delta === null);
    assert.equal(existsSync(ground.at('f')), false);
  });

  inEachShell('does not write over what was changed meanwhile', async (ground) => {
    ground.lay({ f: 'a\n' });
    const reply = await applyAfter(lineinfile, at({ line: 'b' })(ground), ground, () =>
      ground.lay({ f: 'other\n' }),
    );
    assert.equal(reply.code, MOVED);
    assert.equal(ground.text('f'), 'other\n');
  });

  inEachShell('sees in a dry run what earlier edits would have made', async (ground) => {
    const first = await converge(lineinfile, at({ line: 'a', create: true })(ground), ground);
    assert.ok(first.kind === 'converged' && first.delta);
    const predicted = worldOf(
      lineinfile.predict!(first.delta, first.desired, first.current, REAL) as JsonObject,
    );
    ground.run({ kind: 'script', text: `rm '${ground.at('f')}'` });
    const decided = (params: JsonObject, world = predicted) => {
      const desired = desire(lineinfile, at(params)(ground), ground);
      return lineinfile.decide(look(lineinfile, desired, ground), desired, world);
    };
    assert.equal(decided({ line: 'a' }), null);
    assert.deepEqual(Object.keys(decided({ line: 'b' }) ?? {}), ['content']);
    assert.equal(existsSync(ground.at('f')), false);
    const copied = worldOf({ [`path:${ground.at('f')}`]: { kind: 'file', sha256: '00' } });
    assert.ok(isUnknown(decided({ line: 'b' }, copied)));
  });
});
