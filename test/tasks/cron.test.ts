import assert from 'node:assert/strict';
import { lstatSync } from 'node:fs';
import type { JsonObject } from '../../src/runner/contract/json.ts';
import { isRefusal, MOVED } from '../../src/runner/contract/task-type.ts';
import cron from '../../src/runner/tasks/cron.ts';
import { schedule } from '../../src/runner/tasks/lib/cron/schedule.ts';
import { withItem } from '../../src/runner/tasks/lib/cron/table.ts';
import {
  applyAfter,
  type Case,
  desire,
  inEachShell,
  laws,
  look,
  makeGround,
  NASTY,
  REAL,
  shells,
  validateParams,
  worldOf,
} from './harness.ts';
import { crontabTools, layTable, table } from './services/crontabs.ts';
import { without } from './services/without.ts';

const { tools, remove } = crontabTools();
const running = { tools: [tools] };
after(remove);

const OTHERS = '# mine\n5 4 * * * mine\n';
const MARKED = '#mama-play: j\n0 1 * * * x\n';

function inTable(name: string, from: string, params: JsonObject, to: string): Case {
  return {
    name,
    running,
    before: (g) => layTable(g, from),
    params: { name: 'j', ...params },
    delta: from === to ? null : ['content'],
    after: (g) => assert.equal(table(g), to),
  };
}

const cases: readonly Case[] = [
  inTable('makes a table', '', { job: 'x', minute: 0, hour: 1 }, MARKED),
  inTable('adds a job', OTHERS, { job: 'x', minute: 0, hour: 1 }, OTHERS + MARKED),
  inTable(
    'leaves a job that is as declared',
    MARKED + OTHERS,
    { job: 'x', minute: 0, hour: 1 },
    MARKED + OTHERS,
  ),
  inTable(
    'disables one',
    MARKED + OTHERS,
    { job: 'y', special_time: 'daily', disabled: true },
    `#mama-play: j\n#@daily y\n${OTHERS}`,
  ),
  inTable('removes one', MARKED + OTHERS, { state: 'absent' }, OTHERS),
  inTable('has nothing to remove', '', { state: 'absent' }, ''),
  inTable(
    'sets a variable',
    OTHERS,
    { name: 'MAILTO', env: true, value: 'a "b"' },
    `MAILTO='a "b"'\n${OTHERS}`,
  ),
  {
    name: 'works on the table of another user',
    running,
    before: (g) => layTable(g, ''),
    params: { name: 'j', job: 'x', user: 'daemon' },
    after: (g) => assert.equal(table(g, 'daemon'), '#mama-play: j\n* * * * * x\n'),
  },
  {
    name: 'refuses a user that is not there',
    running,
    before: (g) => layTable(g, ''),
    params: { name: 'j', job: 'x', user: 'nosuch' },
    refused: /^the host has no user "nosuch"$/,
  },
  {
    name: 'writes a file of its own, closed to the writing of others',
    params: (g) => ({ name: 'j', job: 'x', special_time: 'reboot', user: 'www', cron_file: g.at('f') }),
    running: { umask: '000' },
    delta: ['content', 'mode', 'state'],
    after(g, done) {
      assert.equal(g.text('f'), '#mama-play: j\n@reboot www x\n');
      assert.equal(lstatSync(g.at('f')).mode & 0o777, 0o644);
      assert.deepEqual(done.result, { path: g.at('f') });
    },
  },
  {
    name: 'leaves a stricter mode',
    before: (g) => g.lay({ f: { content: '', mode: 0o600 } }),
    params: (g) => ({ name: 'j', job: 'x', user: 'www', cron_file: g.at('f') }),
    delta: ['content'],
  },
  {
    name: 'removes from no file',
    params: (g) => ({ name: 'j', state: 'absent', cron_file: g.at('f') }),
    delta: null,
  },
];

laws(cron, cases, {
  mark: '@host',
  nasty: {
    // All of it travels on stdin: one trial of everything will do.
    texts: [NASTY.filter((text) => !/[\r\n]/.test(text)).join('')],
    case: (text) => ({
      running,
      before: (g) => layTable(g, ''),
      params: { name: `a${text}b`, job: `x ${text}y` },
      after: (g) => assert.equal(table(g), `#mama-play: a${text}b\n* * * * * x ${text}y\n`),
    }),
  },
});

describe('cron', () => {
  const refusals: readonly (readonly [string, JsonObject, string])[] = [
    ['no job', {}, 'job is missing'],
    ['a job of two lines', { job: 'a\nb' }, 'job holds more than one line'],
    ['two times', { job: 'x', hour: 1, special_time: 'daily' }, 'special_time and hour exclude each other'],
    ['a file without a user', { job: 'x', cron_file: 'f' }, 'cron_file needs a user'],
    [
      'a variable with a time',
      { value: 'x', env: true, hour: 1 },
      'a variable has no time and is not disabled',
    ],
    [
      'a variable that is none',
      { name: 'a b', value: 'x', env: true },
      'name: "a b" is no name of a variable',
    ],
    [
      'a value of all quotes',
      { value: `'"`, env: true },
      'value holds both kinds of quotes, which a crontab cannot say',
    ],
    ['a minute too many', { job: 'x', minute: 60 }, 'minute: cron does not understand "60"'],
    [
      'a wrong part',
      { job: 'x', weekday: 'mon,fry' },
      'weekday: cron does not understand "fry" in "mon,fry"',
    ],
  ];
  for (const [title, params, refusal] of refusals) {
    it(`refuses ${title}`, () => {
      const ground = makeGround(shells()[0]!);
      const desired = desire(cron, { name: 'j', ...params }, ground);
      ground.remove();
      assert.ok(isRefusal(desired));
      assert.equal(desired.refusal, refusal);
    });
  }

  it('takes only names that cron reads, and whole paths', () => {
    for (const more of [
      { cron_file: 'a.b' },
      { cron_file: '/etc/../x' },
      { name: 'a\nb' },
      { special_time: 'noon' },
      { hour: -1 },
    ]) {
      assert.equal(
        validateParams(cron, { name: 'j', job: 'x', ...more }).faults.length,
        1,
        JSON.stringify(more),
      );
    }
  });

  it('knows what cron understands', () => {
    const good = ['*', '*/5', '0', '1,2,3', '1-5', '1-5/2', '0-10,30-40/5', '7, 8'];
    for (const minute of good) assert.equal(schedule({ minute }), `${minute.replace(' ', '')} * * * *`);
    for (const minute of ['', '60', '5-1', '5/2', '*/0', '1-', '-1', 'a', '1,,2', '*-3', 'mon']) {
      assert.ok(isRefusal(schedule({ minute })), minute);
    }
    assert.equal(schedule({ month: 'Jan-mar', weekday: 'sun,7' }), '* * * Jan-mar sun,7');
  });

  it('changes a job in its place, and takes no other line for it', () => {
    const job = (name: string, line: string | null) => ({ kind: 'job', name, line }) as const;
    const to = (now: string, line: string | null) => withItem(now, job('j', line));
    assert.equal(
      to(`#mama-play: j\n1 1 * * * old\n${OTHERS}`, '@daily x'),
      `#mama-play: j\n@daily x\n${OTHERS}`,
    );
    assert.equal(to(`#mama-play: j\n#1 1 * * * old\n${OTHERS}`, null), OTHERS);
    for (const next of ['# a b c d e f g h', 'PATH=/bin', '', '#mama-play: k']) {
      assert.equal(to(`#mama-play: j\n${next}\n`, null), `${next}\n`);
    }
    assert.equal(
      to(`#mama-play: j\n@daily x\n#mama-play: j\n@daily y\n`, '@daily x'),
      '#mama-play: j\n@daily x\n',
    );
    assert.equal(to(`#Ansible: j\n@daily y`, '@daily x'), '#Ansible: j\n@daily y\n#mama-play: j\n@daily x\n');
    assert.equal(to('#mama-play: j\n@daily x', '@daily x'), '#mama-play: j\n@daily x');
  });

  it('changes a variable in its place, and keeps one of it', () => {
    const to = (now: string, line: string | null) => withItem(now, { kind: 'variable', name: 'A', line });
    assert.equal(to(`x\n"A" = 1\nAB=2\nA=3\n`, 'A="4"'), 'x\nA="4"\nAB=2\n');
    assert.equal(to('A=1\n#A=2\n', null), '#A=2\n');
  });

  inEachShell(
    'does not write over what was changed meanwhile @host',
    async (ground) => {
      ground.lay({ tables: null });
      const reply = await applyAfter(cron, { name: 'j', job: 'x' }, ground, () => layTable(ground, OTHERS));
      assert.equal(reply.code, MOVED);
      assert.equal(table(ground), OTHERS);
    },
    {},
    running,
  );

  inEachShell('says that there is no crontab', (ground) => {
    const bare = without(ground, 'crontab');
    const current = look(cron, desire(cron, { name: 'j', job: 'x' }, ground), bare);
    assert.ok(isRefusal(current));
    assert.equal(current.refusal, 'there is no crontab on this host');
  });

  it('sees in a dry run what earlier tasks would have written, and whom they would have made @host', () => {
    const ground = makeGround(shells()[0]!, {}, running);
    ground.lay({ tables: null });
    const ask = (params: JsonObject, world: JsonObject) => {
      const desired = desire(cron, params, ground);
      return {
        desired,
        current: look(cron, desired, ground),
        decide() {
          return cron.decide(this.current, this.desired, worldOf(world));
        },
      };
    };
    const first = ask({ name: 'j', job: 'x' }, {});
    const delta = first.decide();
    assert.ok(delta && 'content' in delta);
    const predicted = cron.predict!(delta, first.desired, first.current, REAL)!;
    assert.deepEqual(predicted, { 'crontab:root': { text: '#mama-play: j\n* * * * * x\n' } });
    assert.equal(ask({ name: 'j', job: 'x' }, predicted).decide(), null);
    const stranger = { name: 'j', job: 'x', user: 'nosuch' };
    assert.ok('refusal' in ask(stranger, {}).decide()!);
    assert.ok('content' in ask(stranger, { 'user:nosuch': { state: 'present' } }).decide()!);
    ground.remove();
  });
});
