import assert from 'node:assert/strict';
import { lstatSync } from 'node:fs';
import type { JsonObject } from '../../src/runner/contract/json.ts';
import { isRefusal, MOVED } from '../../src/runner/contract/task-type.ts';
import blockinfile from '../../src/runner/tasks/blockinfile.ts';
import {
  applyAfter,
  type Case,
  desire,
  type Ground,
  inEachShell,
  laws,
  makeGround,
  NASTY,
  shells,
  validateParams,
} from './harness.ts';

const at = (more: JsonObject) => (g: Ground) => ({ path: g.at('f'), ...more });
const [B, E] = ['# BEGIN ANSIBLE MANAGED BLOCK', '# END ANSIBLE MANAGED BLOCK'];

function edits(name: string, from: string, params: JsonObject, to: string): Case {
  return {
    name,
    before: (g) => g.lay({ f: from }),
    params: at(params),
    delta: from === to ? null : ['content'],
    after: (g) => assert.equal(g.text('f'), to),
  };
}

function refuses(name: string, from: string, refused: RegExp): Case {
  return { name, before: (g) => g.lay({ f: from }), params: at({ block: 'n' }), refused };
}

const cases: readonly Case[] = [
  edits('appends a block', 'a', { block: 'x\n\ny\n' }, `a\n${B}\nx\n\ny\n${E}\n`),
  edits('leaves a block that is as declared', `a\n${B}\nx\n${E}`, { block: 'x' }, `a\n${B}\nx\n${E}`),
  edits(
    'replaces a block in its place',
    `a\n${B}\nx\n${E}\nb\n`,
    { block: 'y\nz' },
    `a\n${B}\ny\nz\n${E}\nb\n`,
  ),
  edits(
    'inserts after the last match',
    's\ns\nb\n',
    { block: 'x', insertafter: '^s' },
    `s\ns\n${B}\nx\n${E}\nb\n`,
  ),
  edits(
    'inserts before the last match',
    'a\ne\n',
    { block: 'x', insertbefore: '^e' },
    `a\n${B}\nx\n${E}\ne\n`,
  ),
  edits('inserts at the beginning', 'a\n', { block: 'x', insertbefore: 'BOF' }, `${B}\nx\n${E}\na\n`),
  edits(
    'does not move a block',
    `${B}\nx\n${E}\na\n`,
    { block: 'x', insertafter: 'EOF' },
    `${B}\nx\n${E}\na\n`,
  ),
  edits('keeps CR LF', 'a\r\n', { block: 'x\ny' }, `a\r\n${B}\r\nx\r\ny\r\n${E}\r\n`),
  edits('adds no line to a mixture of ends', 'a\r\nb\n', { block: 'x' }, `a\r\nb\n${B}\nx\n${E}\n`),
  edits('finds its block in a mixture of ends', `a\n${B}\r\nx\r\n${E}\r\n`, { block: '' }, 'a\n'),
  edits('removes a block', `a\n${B}\nx\n${E}\nb`, { state: 'absent' }, 'a\nb'),
  edits('removes a last block without an end', `a\n${B}\nx\n${E}`, { block: '' }, 'a\n'),
  edits('has nothing to remove', 'a\n', { state: 'absent' }, 'a\n'),
  edits(
    'keeps blocks with other markers',
    `${B}\nx\n${E}\n`,
    { block: 'y', marker: '; {mark} $& two', marker_begin: 'from', marker_end: 'to' },
    `${B}\nx\n${E}\n; from $& two\ny\n; to $& two\n`,
  ),
  { name: 'removes nothing where no file is', params: at({ state: 'absent' }), delta: null },
  {
    name: 'makes a file',
    params: at({ block: 'x', create: true, mode: '0600' }),
    delta: ['content', 'mode', 'state'],
    after(g, done) {
      assert.equal(g.text('f'), `${B}\nx\n${E}\n`);
      assert.equal(lstatSync(g.at('f')).mode & 0o777, 0o600);
      assert.deepEqual(done.result, { path: g.at('f') });
    },
  },
  { name: 'refuses a file that is not there', params: at({ block: 'x' }), refused: /\/f does not exist$/ },
  refuses(
    'refuses a beginning without an end',
    `${B}\nx\n`,
    /\/f has the line "# BEGIN ANSIBLE.*" without its end$/,
  ),
  refuses('refuses an end alone', `x\n${E}\n`, /\/f has the line "# END ANSIBLE.*" without its beginning$/),
  refuses('refuses the wrong order', `${E}\n${B}\n`, /\/f has the marker lines in the wrong order$/),
  refuses('refuses two blocks', `${B}\n${E}\n${B}\n${E}\n`, /\/f has the block more than once$/),
];

laws(blockinfile, cases, {
  nasty: {
    texts: NASTY,
    case: (text) => ({
      before: (g) => g.lay({ f: 'a\n' }),
      params: at({ block: text }),
      after: (g) => assert.equal(g.text('f'), `a\n${B}\n${text.replace(/\n$/, '')}\n${E}\n`),
    }),
  },
});

describe('blockinfile', () => {
  const refusals: readonly (readonly [string, JsonObject, string])[] = [
    ['equal markers', { marker_end: 'BEGIN' }, 'both marker lines would be the same'],
    ['its own marker in the block', { block: `a\n${E}` }, 'block holds one of its own marker lines'],
    ['a NUL', { block: 'a\0' }, 'block holds a NUL character'],
    [
      'two places',
      { insertafter: 'a', insertbefore: 'b' },
      'insertafter and insertbefore exclude each other',
    ],
    [
      'a broken expression',
      { insertafter: '[' },
      'insertafter is no regular expression: Unterminated character class',
    ],
  ];
  for (const [title, params, refusal] of refusals) {
    it(`refuses ${title}`, () => {
      const ground = makeGround(shells()[0]!);
      const desired = desire(blockinfile, { path: '/f', block: 'x', ...params }, ground);
      ground.remove();
      assert.ok(isRefusal(desired));
      assert.equal(desired.refusal, refusal);
    });
  }

  it('takes markers of one line that tell the ends apart', () => {
    for (const marker of ['# block', '# {mark}\n']) {
      assert.equal(validateParams(blockinfile, { path: '/f', block: 'x', marker }).faults.length, 1);
    }
  });

  inEachShell('does not write over what was changed meanwhile', async (ground) => {
    ground.lay({ f: 'a\n' });
    const params = at({ block: 'b' })(ground);
    const reply = await applyAfter(blockinfile, params, ground, () => ground.lay({ f: 'other\n' }));
    assert.equal(reply.code, MOVED);
    assert.equal(ground.text('f'), 'other\n');
  });
});
