import assert from 'node:assert/strict';
import type { Json } from '../../src/runner/contract/json.ts';
import { maskDelta } from '../../src/runner/contract/mask-delta.ts';
import { maskEvent } from '../../src/runner/contract/mask-event.ts';
import { Secrets } from '../../src/runner/contract/secret.ts';

function secrets(...values: string[]): Secrets {
  const all = new Secrets();
  all.add(values);
  return all;
}

/** One change without its secrets: `*` for each. */
function change(from: Json, to: Json): { readonly from: Json; readonly to: Json } {
  const { field } = maskDelta({ field: { from, to } }, secrets('new-secret', 'other-new'));
  return JSON.parse(JSON.stringify(field).replace(/<secret [0-9a-f]{8}>/g, '*'));
}

describe('secrets in what is being replaced', () => {
  const cases: readonly (readonly [string, Json, Json, Json, Json])[] = [
    ['a whole value', 'old-secret', 'new-secret', '*', '*'],
    ['a part of a value', 'user:old@host', 'user:new-secret@host', 'user:*@host', 'user:*@host'],
    ['a value of another form', 'completely else', 'user:new-secret@host', '*', 'user:*@host'],
    ['a number', 1234, 'new-secret', '*', '*'],
    ['nothing', null, 'new-secret', null, '*'],
    [
      'a value beside',
      { a: 'old', b: 'x' },
      { a: 'new-secret', b: 'y' },
      { a: '*', b: 'x' },
      { a: '*', b: 'y' },
    ],
    ['a key that is gone', { a: 'old', b: 1 }, { c: 'new-secret' }, { a: '*', b: '*' }, { c: '*' }],
    ['no secret at all', { a: 'old' }, { b: 'new' }, { a: 'old' }, { b: 'new' }],
    ['the same secret', 'new-secret', null, '*', null],
    [
      'a list',
      ['A=old', 'B=1', 'C=2'],
      ['A=new-secret', 'B=1', 'C=3'],
      ['A=*', 'B=1', 'C=2'],
      ['A=*', 'B=1', 'C=3'],
    ],
    ['a list in a map', { env: ['A=old'] }, { env: ['A=new-secret'] }, { env: ['A=*'] }, { env: ['A=*'] }],
    ['a long old value', ['old-one', 'x'], 'new-secret', ['*', '*'], '*'],
  ];
  for (const [what, from, to, shownFrom, shownTo] of cases) {
    it(`hides ${what}`, () => assert.deepEqual(change(from, to), { from: shownFrom, to: shownTo }));
  }

  it('line by line in texts: only what holds no secret now is shown', () => {
    const from = [
      '# settings',
      'PASSWORD=old-secret',
      'LEVEL=debug',
      'OLDNAME=older-secret',
      'listen 80;',
      '  <param name="pw" value="older"/>',
      'url: amqp://u:old@h/',
      '',
      '',
    ];
    const to = [
      '# settings',
      'PASSWORD=new-secret',
      'LEVEL=info',
      'NEWNAME=other-new',
      'listen 81;',
      '  <param name="pw" value="new-secret"/>',
      'url: amqp://u:new-secret@h/',
      '',
      '',
    ];
    assert.deepEqual(
      change(from.join('\n'), to.join('\n')).from,
      [
        '# settings',
        'PASSWORD=*',
        'LEVEL=debug',
        'OLDNAME=*',
        'listen 80;',
        '  <param name="pw" value="*"/>',
        'url: amqp://u:*@h/',
        '',
        '',
      ].join('\n'),
    );
  });

  it('a line that is nothing but a word may be a secret as a whole', () => {
    const from = ['oldsecret', 'b2xkc2VjcmV0==', 'an old pass phrase', 'requirepass old', 'k = v', ''].join(
      '\n',
    );
    const to = ['new-secret', 'requirepass other-new', ''].join('\n');
    assert.equal(change(from, to).from, '*\n*\n*\nrequirepass *\nk = *\n');
  });

  it('shows that it is another one', () => {
    const all = secrets('new-secret');
    const { a } = maskDelta({ a: { from: 'PW=old\n', to: 'PW=new-secret\n' } }, all);
    assert.match(String(a!.from), /^PW=<secret [0-9a-f]{8}>\n$/);
    assert.notEqual(a!.from, a!.to);
    assert.deepEqual(maskDelta({ a: a! }, all).a, a, 'and does so for good');
  });
});

describe('secrets in events', () => {
  it('are masked in all that a host or a user said, and nowhere else', () => {
    const all = secrets('task', 'done', 'changed', 'web1', 'command');
    const event = maskEvent(
      {
        event: 'task',
        host: 'web1',
        play: 'the task',
        task: 'do task',
        type: 'command',
        status: 'changed',
        at: 'site.yaml:1:1',
        delta: { task: { from: 'x', to: 'task' } },
        msg: 'task',
        hint: 'task',
        ms: 1,
        item: 'task',
        result: { changed: true, stdout: 'task' },
      },
      all,
    );
    const shown = JSON.stringify(event).replace(/<secret [0-9a-f]{8}>/g, '*');
    assert.deepEqual(JSON.parse(shown), {
      event: 'task',
      host: 'web1',
      play: 'the *',
      task: 'do *',
      type: 'command',
      status: 'changed',
      at: 'site.yaml:1:1',
      delta: { '*': { from: '*', to: '*' } },
      msg: '*',
      hint: '*',
      ms: 1,
      item: '*',
      result: { '*': true, stdout: '*' },
    });
  });

  it('are masked in the line that an error shows', () => {
    const diagnostic = {
      code: 'usage' as const,
      message: 'not hidden-one',
      line: 'a: hidden-one',
      hint: 'hidden-one?',
    };
    const event = maskEvent({ event: 'error', diagnostic }, secrets('hidden-one'));
    assert.equal(JSON.stringify(event).includes('hidden'), false);
  });
});

describe('a failure that is told in long lines', () => {
  const failed = (msg: string, ...known: string[]) => {
    const event = {
      event: 'task',
      host: 'h',
      play: 'p',
      task: 't',
      type: 'shell',
      at: 'p.yaml:1:1',
      ms: 1,
    } as const;
    const masked = maskEvent({ ...event, status: 'failed', msg, result: { msg, rc: 1 } }, secrets(...known));
    assert.ok(masked.event === 'task');
    assert.equal(masked.result?.['msg'], masked.msg);
    return masked.msg!;
  };
  const x = (n: number) => 'x'.repeat(n);

  it('is cut, line by line', () => {
    assert.equal(failed(`exited 1\n${x(2001)}\n${x(2000)}`), `exited 1\n${x(2000)} …\n${x(2000)}`);
  });

  it('shows no part of a secret that lies across the cut', () => {
    const shown = failed(`${x(1990)}a-long-enough-secret${x(100)}`, 'a-long-enough-secret');
    assert.match(shown, /^x{1990}<secret [0-9a-f]{2} …$/);
  });
});
