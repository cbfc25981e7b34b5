import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import type { JsonObject } from '../../src/runner/contract/json.ts';
import { isRefusal } from '../../src/runner/contract/task-type.ts';
import env_file from '../../src/runner/tasks/env_file.ts';
import { BASE, cleanUp, makeBase } from './docker/engine.ts';
import {
  applyAfter,
  type Case,
  desire,
  type Ground,
  laws,
  makeGround,
  NASTY,
  shells,
  validateParams,
  worldOf,
} from './harness.ts';

const at = (more: JsonObject) => (ground: Ground) => ({ dest: ground.at('app.env'), ...more });
const TEMPLATE = '# of {{ app }}\n  A=1\n\nSECRET_KEY={{ key }}\n';

const cases: Case[] = [
  {
    name: 'writes a new one, for its owner only',
    params: at({ variables: { B: 'two words', A: 1, ON: true, EMPTY: '', P: '$x #"y\\' } }),
    delta: ['env.A', 'env.B', 'env.EMPTY', 'env.ON', 'env.P', 'mode', 'state'],
    after: (g, done) => {
      assert.equal(g.text('app.env'), 'B=two words\nA=1\nON=true\nEMPTY=\nP=$x #"y\\\n');
      assert.equal(statSync(g.at('app.env')).mode & 0o777, 0o600);
      assert.deepEqual(Object.keys(done.delta ?? {}).slice(2), [
        'env.B',
        'env.A',
        'env.ON',
        'env.EMPTY',
        'env.P',
      ]);
      assert.deepEqual(done.result, { dest: g.at('app.env') });
    },
  },
  {
    name: 'tells added, changed and removed variables, and hides what is secret',
    before: (g) =>
      g.lay({ 'app.env': 'HOST=old\nKEPT=k\nBY_HAND=x\nPIN=1111\nOLD_PASSWORD=hunter2\nDB_PASS=before1\n' }),
    params: at({
      variables: { HOST: 'new', KEPT: 'k', PIN: '2222', DB_PASS: 'after12', NEW_TOKEN: 'abcdef' },
      secret: ['PIN'],
    }),
    delta: ['env.BY_HAND', 'env.DB_PASS', 'env.HOST', 'env.NEW_TOKEN', 'env.OLD_PASSWORD', 'env.PIN', 'mode'],
    after: (_, done) =>
      assert.deepEqual(done.delta, {
        mode: { from: '0644', to: '0600' },
        'env.HOST': { from: 'old', to: 'new' },
        'env.PIN': { from: '(not shown)', to: '(another value, not shown)' },
        'env.DB_PASS': { from: '(not shown)', to: '(another value, not shown)' },
        'env.NEW_TOKEN': { from: null, to: '(not shown)' },
        'env.BY_HAND': { from: 'x', to: null },
        'env.OLD_PASSWORD': { from: '(not shown)', to: null },
      }),
  },
  {
    name: 'shows nothing where all is secret',
    before: (g) => g.lay({ 'app.env': 'A=before1\n' }),
    params: at({ variables: { A: 'after12' }, secret: true, mode: '0644' }),
    after: (_, done) => assert.doesNotMatch(JSON.stringify(done.delta), /before1|after12/),
  },
  {
    name: 'leaves alone what is as declared',
    before: (g) => g.lay({ 'app.env': { content: 'A=1\n', mode: 0o600 } }),
    params: at({ variables: { A: 1 } }),
    delta: null,
  },
  {
    name: 'changes only the mode',
    before: (g) => g.lay({ 'app.env': 'A=1\n' }),
    params: at({ variables: { A: 1 }, mode: '0640' }),
    delta: ['mode'],
  },
  {
    name: 'rewrites what says the same otherwise',
    before: (g) => g.lay({ 'app.env': { content: '# by hand\nB=2\nA=1', mode: 0o600 } }),
    params: at({ variables: { A: 1, B: 2 } }),
    delta: ['content'],
    after: (g, done) => {
      assert.equal(g.text('app.env'), 'A=1\nB=2\n');
      assert.equal(done.delta?.['content']?.from, 'the same variables, written otherwise');
    },
  },
  {
    name: 'takes a template, with variables in their places',
    templates: { 'app.env.hbs': TEMPLATE },
    variables: { app: 'mama', key: 's3cr3t' },
    params: at({ src: 'app.env.hbs', variables: { Z: 26, A: 2 } }),
    after: (g, done) => {
      assert.equal(g.text('app.env'), '# of mama\nA=2\n\nSECRET_KEY=s3cr3t\nZ=26\n');
      assert.doesNotMatch(JSON.stringify(done.delta), /s3cr3t/);
    },
  },
  {
    name: 'replaces a large one without telling it',
    before: (g) => g.lay({ 'app.env': `A=${'x'.repeat(70_000)}\n` }),
    params: at({ variables: { A: 1 } }),
    delta: ['content', 'mode'],
  },
  {
    name: 'refuses a directory that is not there',
    params: (g) => ({ dest: g.at('no/app.env'), variables: { A: 1 } }),
    refused: /no does not exist/,
  },
];

/** Texts that the format can hold as a value. */
const HOLDS = NASTY.filter((text) => !/[\n\r]|^\s|\s$|^(["']).+\1$/.test(text));

laws(env_file, cases, {
  nasty: {
    texts: HOLDS,
    case: (text) => ({
      params: at({ variables: { A: text } }),
      after: (g) => assert.equal(g.text('app.env'), `A=${text}\n`),
    }),
  },
});

describe('env_file', () => {
  const refusals: readonly (readonly [string, JsonObject, string, string?])[] = [
    ['nothing', {}, 'an env_file needs variables', 'declare `variables`, or a template with `src`'],
    ['a blank in a name', { variables: { 'A B': 1 } }, '/e: "A B" is no name of a variable'],
    [
      'export',
      { variables: { 'export A': 1 } },
      '/e: "export A" is no name of a variable',
      'no blanks, no `=`, no `export`',
    ],
    ['= in a name', { variables: { 'A=': 1 } }, '/e: "A=" is no name of a variable'],
    [
      'a line break',
      { variables: { A: 'hus\nhush' } },
      '/e: A holds a line break',
      'mount it as a file instead',
    ],
    ['a carriage return', { variables: { A: 'hush\r' } }, '/e: A holds a line break'],
    ['NUL', { variables: { A: 'x\0y' } }, '/e: A holds a NUL character'],
    ['a blank at the end', { variables: { A: 'hush ' } }, '/e: A begins or ends with a blank'],
    [
      'quotes',
      { variables: { A: '"hush"', B: "'hush'" } },
      '/e: A is in quotes, which docker takes for a part of the value; B is in quotes, which docker takes for a part of the value',
      'leave the quotes out: blanks, `$` and `#` need none',
    ],
    ['what was not filled in', { variables: { A: 'REPLACE-ME' } }, '/e: A was not filled in (replace-me)'],
    ['too long a value', { variables: { A: 'x'.repeat(60_000) } }, '/e: A has more than 60000 bytes'],
    [
      'what is required and not there, or empty',
      { variables: { A: '', BETA: 'x' }, required: ['A', 'BETTA'] },
      '/e: A is required and empty; BETTA is required and not declared',
      'Did you mean "BETA"?',
    ],
    [
      'an empty one where none may be',
      { variables: { A: '', B: 1 }, required: true },
      '/e: A is required and empty',
    ],
    [
      'a secret that is none',
      { variables: { A: 1 }, secret: ['B'] },
      '/e: secret names B, which is not declared',
    ],
    [
      'a template’s faults',
      { src: 'bad.env' },
      '/e: line 2 is neither NAME=value nor a comment; A is there twice; line 4 is neither NAME=value nor a comment',
    ],
  ];
  for (const [title, params, refusal, hint] of refusals) {
    it(`refuses ${title}`, () => {
      const ground = makeGround(shells()[0]!, { templates: { 'bad.env': 'A=1\nB\nA=2\n=x\n' } });
      const desired = desire(env_file, { dest: '/e', ...params }, ground);
      ground.remove();
      assert.ok(isRefusal(desired));
      assert.equal(desired.refusal, refusal);
      if (hint !== undefined) assert.equal(desired.hint, hint);
      assert.doesNotMatch(JSON.stringify(desired), /hush/);
    });
  }

  it('takes texts, numbers and booleans only', () => {
    for (const value of [null, [], {}] as const) {
      assert.notEqual(validateParams(env_file, { dest: '/e', variables: { A: value } }).faults.length, 0);
    }
    assert.equal(validateParams(env_file, { path: '/e', variables: { A: 1.5 } }).params['mode'], '0600');
  });

  it('does not write over what was changed meanwhile', async () => {
    const ground = makeGround(shells()[0]!);
    ground.lay({ 'app.env': 'A=1\n' });
    const reply = await applyAfter(env_file, at({ variables: { A: 2 } })(ground), ground, () =>
      ground.lay({ 'app.env': 'A=33\n' }),
    );
    assert.equal(reply.code, 75);
    assert.equal(ground.text('app.env'), 'A=33\n');
    ground.remove();
  });

  it('knows in a dry run that an earlier task would write the file', () => {
    const ground = makeGround(shells()[0]!);
    ground.lay({ 'app.env': 'A=1\n' });
    const desired = desire(env_file, at({ variables: { A: 2 } })(ground), ground);
    const current = env_file.read(ground.run(env_file.probe(desired)), desired);
    assert.ok(!isRefusal(current));
    const world = worldOf({
      [`path:${ground.at('app.env')}`]: { kind: 'file', sha256: 'other', mode: '0600' },
    });
    assert.deepEqual(env_file.decide(current, desired, world), {
      content: { from: 'another content', to: 'as declared' },
    });
    ground.remove();
  });
});

describe('env_file and docker @host', function () {
  this.timeout(60_000);
  after(cleanUp);

  it('what it writes is what a container gets', () => {
    makeBase();
    const ground = makeGround(shells()[0]!);
    const values = Object.fromEntries(HOLDS.map((text, i) => [`V${i}`, text]));
    const desired = desire(env_file, at({ variables: { ...values, EMPTY: '' } })(ground), ground);
    const current = env_file.read(ground.run(env_file.probe(desired)), desired);
    assert.ok(!isRefusal(current));
    const delta = env_file.decide(current, desired, worldOf({}));
    const script = env_file.apply(delta as never, desired, current);
    ground.run('script' in script ? script.script : script);
    const said = execFileSync(
      'docker',
      ['run', '--rm', '--env-file', ground.at('app.env'), BASE, 'env', '-0'],
      {
        encoding: 'utf8',
      },
    );
    const seen = Object.fromEntries(
      said.split('\0').map((line) => [line.split('=')[0], line.slice(line.indexOf('=') + 1)]),
    );
    for (const [name, value] of Object.entries({ ...values, EMPTY: '' }))
      assert.equal(seen[name], value, name);
    ground.remove();
  });
});
