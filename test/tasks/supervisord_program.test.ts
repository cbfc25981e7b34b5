import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonObject } from '../../src/runner/contract/json.ts';
import { isRefusal } from '../../src/runner/contract/task-type.ts';
import program from '../../src/runner/tasks/supervisord_program.ts';
import {
  type Case,
  converge,
  desire,
  type Ground,
  laws,
  look,
  makeGround,
  mustConverge,
  NASTY,
  REAL,
  shells,
} from './harness.ts';
import { type Supervisord, startSupervisord } from './services/supervisord.ts';

const at = (more: JsonObject) => (ground: Ground) => ({ name: 'web', dest: ground.dir, ...more });

const BEFORE = '[program:web]\ncommand = /bin/web --port 1\nautostart = true\n';

const cases: Case[] = [
  {
    name: 'writes a new program',
    params: at({ command: '/bin/web', startsecs: 5, autorestart: 'unexpected', exitcodes: [0, 2] }),
    delta: ['autorestart', 'command', 'exitcodes', 'mode', 'startsecs', 'state'],
    after: (g) => {
      assert.equal(
        g.text('web.conf'),
        '[program:web]\ncommand = /bin/web\nautorestart = unexpected\nstartsecs = 5\nexitcodes = 0,2\n',
      );
      assert.equal(statSync(g.at('web.conf')).mode & 0o777, 0o644);
    },
  },
  {
    name: 'hides the environment, in the file and in the delta',
    params: at({ command: 'x', environment: { TOKEN: 'new', KEPT: 'a,b', ADDED: 7 } }),
    before: (g) =>
      g.lay({ 'web.conf': '[program:web]\ncommand = x\nenvironment = TOKEN="old",KEPT="a,b",GONE="g"\n' }),
    delta: ['environment.ADDED', 'environment.GONE', 'environment.TOKEN', 'mode'],
    after: (g, done) => {
      assert.equal(statSync(g.at('web.conf')).mode & 0o777, 0o600);
      assert.match(g.text('web.conf'), /environment = TOKEN="new",KEPT="a,b",ADDED="7"\n/);
      assert.doesNotMatch(JSON.stringify(done.delta), /"(old|new|g|7)"/);
    },
  },
  {
    name: 'tells changed, added and removed options',
    params: at({ command: '/bin/web --port 2', user: 'www' }),
    before: (g) => g.lay({ 'web.conf': BEFORE }),
    delta: ['autostart', 'command', 'user'],
    after: (_, done) =>
      assert.deepEqual(done.delta, {
        command: { from: '/bin/web --port 1', to: '/bin/web --port 2' },
        autostart: { from: 'true', to: null },
        user: { from: null, to: 'www' },
      }),
  },
  {
    name: 'rewrites what says the same otherwise',
    params: at({ command: '/bin/web --port 1', autostart: true }),
    before: (g) => g.lay({ 'web.conf': `; by hand\n${BEFORE}` }),
    delta: ['content'],
    after: (g) => assert.equal(g.text('web.conf'), BEFORE),
  },
  {
    name: 'tells of other sections that go',
    params: at({ command: '/bin/web --port 1', autostart: true }),
    before: (g) => g.lay({ 'web.conf': `${BEFORE}[group:g]\nprograms = web\n` }),
    delta: ['[group:g]'],
  },
  {
    name: 'leaves alone what is as declared',
    params: at({ command: '/bin/web --port 1', autostart: true }),
    before: (g) => g.lay({ 'web.conf': BEFORE }),
    delta: null,
  },
  {
    name: 'changes only the mode',
    params: at({ command: '/bin/web --port 1', autostart: true, mode: '0640' }),
    before: (g) => g.lay({ 'web.conf': BEFORE }),
    delta: ['mode'],
  },
  {
    name: 'removes a program',
    params: at({ state: 'absent' }),
    before: (g) => g.lay({ 'web.conf': BEFORE, 'other.conf': '' }),
    delta: ['state'],
    after: (g) => assert.throws(() => g.text('web.conf')),
  },
  { name: 'finds nothing to remove', params: at({ state: 'absent' }), delta: null },
  {
    name: 'finds nothing to remove where there is no directory',
    params: (g) => ({ name: 'web', dest: g.at('none'), state: 'absent' }),
    delta: null,
  },
  {
    name: 'refuses a directory that is not there',
    params: (g) => ({ name: 'web', dest: g.at('none'), command: 'x' }),
    refused: /none does not exist/,
  },
  { name: 'refuses no command', params: at({}), refused: /needs a command/ },
  { name: 'refuses an empty command', params: at({ command: [] }), refused: /needs a command/ },
  { name: 'refuses a carriage return', params: at({ command: 'a\rb' }), refused: /carriage return/ },
  {
    name: 'refuses processes of one name',
    params: at({ command: 'x', numprocs: 2 }),
    refused: /needs a process_name/,
  },
  {
    name: 'refuses half a group',
    params: at({ command: 'x', stopasgroup: true, killasgroup: false }),
    refused: /stopasgroup/,
  },
  {
    name: 'refuses an environment that supervisord cannot hold',
    params: at({ command: 'x', environment: { A: `b'c"d` } }),
    refused: /both kinds of quotes, as A has/,
  },
  {
    name: 'refuses quotes that supervisord would drop',
    params: at({ command: 'x', environment: { A: '"b"' } }),
    refused: /drops quotes at the ends of a value, as A has/,
  },
  {
    name: 'refuses a name that no variable can have',
    params: at({ command: 'x', environment: { 'a b': 'c' } }),
    refused: /"a b" is no name of a variable/,
  },
];

const fitting = NASTY.filter((text) => !/[\0\r]/.test(text) && text !== '');

laws(program, cases, {
  nasty: { texts: fitting, case: (text) => ({ params: at({ command: ['echo', text] }) }) },
});

describe('supervisord_program predicts', () => {
  it('file and program', async () => {
    const ground = makeGround(shells()[0]!);
    const params = { name: 'web', dest: ground.dir, command: 'x' };
    const desired = desire(program, params, ground);
    const current = look(program, desired, ground);
    const delta = program.decide(current, desired, REAL);
    assert.ok(delta && !isRefusal(delta) && !('unknown' in delta));
    const world = program.predict!(delta as never, desired, current, REAL)!;
    assert.deepEqual(Object.keys(world).sort(), [
      `path:${ground.at('web.conf')}`,
      'program:*',
      'program:web',
    ]);
    ground.remove();
  });
});

describe('supervisord_program read by supervisord @host', function () {
  this.timeout(60_000);
  let ground: Ground;
  let daemon: Supervisord;
  before(async () => {
    ground = makeGround(shells()[0]!);
    daemon = await startSupervisord(ground.dir);
  });
  after(async () => {
    await daemon.stop();
    ground.remove();
  });

  const DUMP = `const fs = require("fs"); fs.writeFileSync(process.argv[1], JSON.stringify({ args: process.argv.slice(2), env: process.env, cwd: process.cwd() })); setTimeout(() => {}, 60000)`;

  /** Has supervisord run the program, and gives the words and environment that it got. */
  async function got(name: string, args: readonly string[], more: JsonObject) {
    const out = ground.at(`${name}.json`);
    const command = more['command'] ?? [process.execPath, '-e', DUMP, out, ...args];
    mustConverge(
      await converge(program, { name, dest: daemon.programs, startsecs: 0, ...more, command }, ground),
    );
    daemon.ctl('update');
    for (let i = 0; i < 50; i++) {
      try {
        return JSON.parse(readFileSync(out, 'utf8')) as {
          args: string[];
          env: Record<string, string>;
          cwd: string;
        };
      } catch {
        await sleep(100);
      }
    }
    return assert.fail(daemon.ctl('status') + readFileSync(ground.at('supervisord.log'), 'utf8'));
  }

  const texts = [
    ...fitting,
    '100% ; # really',
    ' ;',
    '#',
    ';',
    '%(here)s',
    '%(process_num)d',
    'a\n\n  b ;c\n#d\n',
    '\t;x',
    'é😀',
    '%%',
    '\\',
    '"\'"',
    ' lead and trail ',
  ];

  it('hands over any words', async () => {
    assert.deepEqual((await got('words', [...texts, ''], {})).args, [...texts, '']);
  });

  it('hands over any environment that it can hold', async () => {
    const fit = texts.filter(
      (text) => !/^['"]|['"]$/.test(text) && !(text.includes('"') && text.includes("'")),
    );
    const environment = Object.fromEntries(fit.map((text, i) => [`V${i}`, text]));
    const { env } = await got('environment', [], { environment: { ...environment, EMPTY: '' } });
    fit.forEach((text, i) => {
      assert.equal(env[`V${i}`], text);
    });
    assert.equal(env['EMPTY'], '');
  });

  it('knows its own expansions in a line, and nothing else', async () => {
    ground.lay({ 'a%b ;c/x': '' });
    const words = `"${process.execPath}" -e '${DUMP}' ${ground.at('line.json')} %(program_name)s 50% ';' %(none)s`;
    const { args, cwd } = await got('line', [], {
      command: words,
      directory: ground.at('a%b ;c'),
      stdout_logfile: ground.at('a%b ;c/%(program_name)s.log'),
    });
    assert.deepEqual(args, ['line', '50%', ';', '%(none)s']);
    assert.equal(cwd, ground.at('a%b ;c'));
    assert.ok(statSync(ground.at('a%b ;c/line.log')).isFile());
  });

  it('takes every option', async () => {
    const { env } = await got('full', [], {
      directory: '/',
      user: 'root',
      environment: { A: 'b' },
      umask: '027',
      priority: 5,
      autostart: true,
      autorestart: 'unexpected',
      startretries: 1,
      exitcodes: [0, 1],
      stopsignal: 'INT',
      stopwaitsecs: 2,
      stopasgroup: true,
      killasgroup: true,
      redirect_stderr: true,
      stdout_logfile: 'AUTO',
      stdout_logfile_maxbytes: '1MB',
      stdout_logfile_backups: 2,
      stderr_logfile: 'NONE',
      stderr_logfile_maxbytes: 1000,
      stderr_logfile_backups: 0,
      numprocs: 1,
      numprocs_start: 3,
      process_name: '%(program_name)s_%(process_num)02d',
    });
    assert.equal(env['SUPERVISOR_PROCESS_NAME'], 'full_03');
  });
});
