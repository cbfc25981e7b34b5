import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Delta } from '../../src/runner/contract/delta.ts';
import type { JsonObject } from '../../src/runner/contract/json.ts';
import { isRefusal, isUnknown, MOVED } from '../../src/runner/contract/task-type.ts';
import reload from '../../src/runner/tasks/supervisord_reload.ts';
import {
  applyAfter,
  type Converged,
  converge,
  declarationLaws,
  desire,
  type Ground,
  inEachShell,
  look,
  makeGround,
  mustConverge,
  REAL,
  type Refused,
  registersWhatItDeclares,
  type Shell,
  shells,
  validateParams,
  worldOf,
} from './harness.ts';
import { type Supervisord, startSupervisord } from './services/supervisord.ts';
import { without } from './services/without.ts';

declarationLaws(reload);

/** A supervisorctl that only speaks. */
function fake(ground: Ground, script: string): Ground {
  ground.lay({ 'bin/supervisorctl': { content: `#!/bin/sh\n${script}\n`, mode: 0o755 } });
  return { ...ground, run: (s, more) => ground.run(s, { tools: [ground.at('bin')], ...more }) };
}

const SPEAKING = (reread: string, status: string) =>
  `case $1 in reread) cat <<'X'\n${reread}\nX\n;; status) cat <<'X'\n${status}\nX\nexit 3 ;; esac`;

const refusalOf = (done: Converged | Refused): Refused =>
  done.kind === 'refused' ? done : assert.fail(`not refused: ${JSON.stringify(done.delta)}`);

describe('supervisord_reload', () => {
  inEachShell('says so where there is no supervisorctl', async (ground) => {
    const done = refusalOf(await converge(reload, {}, without(ground, 'supervisorctl')));
    assert.equal(done.refusal, 'there is no supervisorctl on this host');
  });

  inEachShell('says so where nobody answers', async (ground) => {
    const gone = fake(ground, 'echo "unix:///run/supervisor.sock no such file"; exit 4');
    assert.equal(
      refusalOf(await converge(reload, {}, gone)).refusal,
      'supervisord does not answer: unix:///run/supervisor.sock no such file',
    );
    const barred = fake(
      ground,
      `echo "error: <class 'PermissionError'>, [Errno 13] Permission denied: file: /x.py line: 5"; exit 1`,
    );
    const done = refusalOf(await converge(reload, {}, barred));
    assert.equal(done.refusal, 'supervisord does not answer: Permission denied');
    assert.match(done.hint ?? '', /become: true/);
  });

  inEachShell('decides from what supervisorctl says', async (ground) => {
    const status =
      'a    RUNNING   pid 1, uptime 1:00:00\nb    STOPPED   Not started\ng:one FATAL  x\ng:two RUNNING pid 4, uptime 0:00:01\nold RUNNING pid 5, uptime 0:00:01';
    const on = fake(ground, SPEAKING('a: changed\nnew: available\nold: disappeared', status));
    const decide = (params: JsonObject, world = REAL) => {
      const desired = desire(reload, params, on);
      return reload.decide(look(reload, desired, on), desired, world);
    };
    const deltaOf = (params: JsonObject) => decide(params) as Delta;
    const refusal = (params: JsonObject) => {
      const said = decide(params);
      return isRefusal(said) ? `${said.refusal} | ${said.hint}` : assert.fail(JSON.stringify(said));
    };
    assert.deepEqual(deltaOf({}), {
      added: { from: null, to: ['new'] },
      changed: { from: null, to: ['a'] },
      removed: { from: null, to: ['old'] },
    });
    assert.deepEqual(deltaOf({ only: ['a'] }), { changed: { from: null, to: ['a'] } });
    assert.equal(decide({ only: ['b'] }), null);
    assert.deepEqual(deltaOf({ only: ['b'], programs: ['b', 'g'] }), {
      started: { from: { b: 'STOPPED', 'g:one': 'FATAL' }, to: { b: 'RUNNING', 'g:one': 'RUNNING' } },
    });
    assert.equal(decide({ only: ['b'], programs: ['g:two'] }), null);
    assert.deepEqual(deltaOf({ restarted: ['a', 'b', 'new'], only: ['a', 'new'] })['restarted'], {
      from: null,
      to: ['b'],
    });
    assert.match(
      refusal({ programs: ['neww'] }),
      /^supervisord knows no program "neww" \| Did you mean "new"\?$/,
    );
    assert.match(refusal({ restarted: ['two'] }), /knows no program "two"/);
    assert.match(refusal({ only: ['g:one'] }), /knows no program "g:one"/);
    assert.match(refusal({ programs: ['old'] }), /^the program old is no longer in supervisord's files/);
    // A dry run knows what earlier tasks would have written.
    const world = worldOf({
      'program:later': { state: 'present' },
      'program:g': { state: 'absent' },
      'program:*': { names: ['g'] },
    });
    assert.deepEqual(decide({ programs: ['later'] }, world), {
      added: { from: null, to: ['new', 'later'] },
      changed: { from: null, to: ['a'] },
      removed: { from: null, to: ['old', 'g'] },
    });
  });

  inEachShell('does not know in a dry run what an unwritten daemon would say', (ground) => {
    const on = without(ground, 'supervisorctl');
    const desired = desire(reload, {}, on);
    const world = worldOf({ 'program:*': { names: ['x'] }, 'program:x': { state: 'present' } });
    assert.ok(isUnknown(reload.decide(look(reload, desired, on), desired, world)));
  });

  it('refuses names that cannot be', () => {
    for (const name of ['', 'a b', 'a:', '*', 'a:b:c']) {
      assert.equal(validateParams(reload, { programs: [name] }).faults.length, 1, name);
    }
  });
});

/** The daemon is slow to test with: what does not hang on the shell is tried in one. */
for (const shell of shells()) {
  const once = (title: string, test: () => void | Promise<void>) => {
    if (shell.name === 'busybox ash') it(title, test);
  };
  describe(`supervisord_reload with supervisord in ${shell.name} @host`, function () {
    this.timeout(120_000);
    let ground: Ground;
    let daemon: Supervisord;
    before(async () => {
      ground = reachable(shell);
      daemon = await startSupervisord(ground.dir);
    });
    after(async () => {
      await daemon.stop();
      ground.remove();
    });

    const write = (name: string, options: string) =>
      writeFileSync(join(daemon.programs, `${name}.conf`), `[program:${name}]\nstartsecs=1\n${options}\n`);
    const erase = (name: string) => rmSync(join(daemon.programs, `${name}.conf`));
    const params = (more: JsonObject = {}): JsonObject => ({ conf: daemon.conf, wait_timeout: 10, ...more });
    const run = async (more: JsonObject = {}): Promise<Converged> => {
      const done = mustConverge(await converge(reload, params(more), ground));
      registersWhatItDeclares(reload, done.result);
      return done;
    };
    const pid = (name: string) => daemon.ctl('pid', name).trim();
    const SLEEP = 'command=sleep 1000';

    it('adds, changes and removes exactly what differs', async () => {
      write('kept', SLEEP);
      write('changing', SLEEP);
      write('going', SLEEP);
      const first = await run();
      assert.deepEqual(first.delta, { added: { from: null, to: ['changing', 'going', 'kept'] } });
      assert.deepEqual(first.result['states'], { changing: 'RUNNING', going: 'RUNNING', kept: 'RUNNING' });
      assert.equal((await run()).delta, null);
      const kept = pid('kept');
      write('changing', 'command=sleep 2000');
      write('coming', SLEEP);
      erase('going');
      const second = await run();
      assert.deepEqual(second.delta, {
        added: { from: null, to: ['coming'] },
        changed: { from: null, to: ['changing'] },
        removed: { from: null, to: ['going'] },
      });
      assert.deepEqual(second.result['updated'], ['changing']);
      assert.deepEqual(second.result['states'], { changing: 'RUNNING', coming: 'RUNNING', kept: 'RUNNING' });
      assert.equal(pid('kept'), kept);
      assert.equal((await run({ programs: ['kept', 'coming'] })).delta, null);
    });

    once('looks without touching what runs', () => {
      write('kept', 'command=sleep 3000');
      const before = [pid('kept'), daemon.ctl('status').replace(/uptime.*/g, '')];
      const desired = desire(reload, params(), ground);
      look(reload, desired, ground);
      look(reload, desired, ground);
      assert.deepEqual([pid('kept'), daemon.ctl('status').replace(/uptime.*/g, '')], before);
      write('kept', SLEEP);
    });

    once('starts what is named and stopped, and waits past startsecs', async () => {
      daemon.ctl('stop', 'kept');
      write('manual', `${SLEEP}\nautostart=false`);
      const done = await run();
      assert.deepEqual(done.result['states'], {
        changing: 'RUNNING',
        coming: 'RUNNING',
        kept: 'STOPPED',
        manual: 'STOPPED',
      });
      const started = await run({ programs: ['kept', 'manual'] });
      assert.deepEqual(started.delta?.['started']?.from, { kept: 'STOPPED', manual: 'STOPPED' });
      assert.equal((started.result['states'] as JsonObject)['manual'], 'RUNNING');
    });

    it('knows groups of processes', async () => {
      write('many', `${SLEEP}\nnumprocs=2\nprocess_name=%(program_name)s_%(process_num)02d`);
      const done = await run({ programs: ['many'] });
      assert.deepEqual(done.delta, { added: { from: null, to: ['many'] } });
      daemon.ctl('stop', 'many:many_01');
      const again = await run({ programs: ['many:*'] });
      assert.deepEqual(again.delta?.['started']?.from, { 'many:many_01': 'STOPPED' });
    });

    it('restarts what it is told, each once', async () => {
      const before = [pid('kept'), pid('coming'), pid('many:many_00')];
      const done = await run({ restarted: ['kept', 'many'] });
      assert.deepEqual(done.delta, { restarted: { from: null, to: ['kept', 'many'] } });
      assert.notEqual(pid('kept'), before[0]);
      assert.equal(pid('coming'), before[1]);
      assert.notEqual(pid('many:many_00'), before[2]);
    });

    once('only touches the groups that it is told', async () => {
      write('one', SLEEP);
      write('two', SLEEP);
      assert.deepEqual((await run({ only: ['one'] })).delta, { added: { from: null, to: ['one'] } });
      assert.deepEqual((await run()).delta, { added: { from: null, to: ['two'] } });
    });

    it('fails with state and log of what does not stay up', async () => {
      write('flop', `command=sh -c "echo out of luck >&2; exit 3"\nstartretries=0`);
      const done = refusalOf(await converge(reload, params(), ground));
      assert.equal(
        done.refusal,
        'flop is FATAL (Exited too quickly (process log may have details))\n  out of luck',
      );
      const named = refusalOf(await converge(reload, params({ programs: ['flop'] }), ground));
      assert.match(named.refusal, /^flop is FATAL/);
      erase('flop');
      write('none', 'command=/no/such/thing\nstartretries=0');
      assert.match(
        refusalOf(await converge(reload, params(), ground)).refusal,
        /^none is FATAL \(can't find command/,
      );
      erase('none');
      write('quick', 'command=sleep 2\nautorestart=false\nstartsecs=0');
      await run({ wait: false });
      erase('quick');
      await run();
    });

    it('gives up in time on what is still starting', async () => {
      write('slow', 'command=sleep 1000\nstartsecs=30');
      const done = refusalOf(await converge(reload, params({ wait_timeout: 1 }), ground));
      assert.equal(done.refusal, 'not RUNNING after 1 s: slow is STARTING ()');
      erase('slow');
      await run();
    });

    once('touches nothing when the files cannot be read', async () => {
      const before = daemon.ctl('status').replace(/uptime.*/g, '');
      writeFileSync(join(daemon.programs, 'bad.conf'), '[program:bad]\nstdout_logfile=/none/x\ncommand=x\n');
      const done = refusalOf(await converge(reload, params(), ground));
      assert.match(
        done.refusal,
        /^supervisord cannot read its files: The directory named as part of the path \/none\/x does not exist in section 'program:bad' \(file: '.*bad\.conf'\)$/,
      );
      assert.equal(daemon.ctl('status').replace(/uptime.*/g, ''), before);
      erase('bad');
    });

    it('asks again when the files changed after it looked', async () => {
      write('fresh', SLEEP);
      const reply = await applyAfter(reload, params(), ground, () => write('more', SLEEP));
      assert.equal(reply.code, MOVED);
      assert.doesNotMatch(daemon.ctl('status'), /fresh|more/);
    });
  });
}

/** The shell's own tools, and supervisorctl. */
function reachable(shell: Shell): Ground {
  const ground = makeGround(shell);
  ground.lay({
    'bin/supervisorctl': { content: '#!/bin/sh\nexec /usr/bin/supervisorctl "$@"\n', mode: 0o755 },
  });
  return { ...ground, run: (script, more) => ground.run(script, { tools: [ground.at('bin')], ...more }) };
}
