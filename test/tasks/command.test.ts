import assert from 'node:assert/strict';
import type { Json, JsonObject } from '../../src/runner/contract/json.ts';
import command from '../../src/runner/tasks/command.ts';
import {
  changedPaths,
  declarationLaws,
  type Ground,
  inEachShell,
  NASTY,
  perform,
  REAL,
  registersWhatItDeclares,
  treeState,
  validateParams,
  worldOf,
} from './harness.ts';

declarationLaws(command);

async function run(g: Ground, params: Json) {
  const done = await perform(command, params, g);
  assert.equal(done.kind, 'performed', JSON.stringify(done));
  assert.ok('verdict' in done);
  registersWhatItDeclares(command, done.verdict.result);
  return done.verdict;
}

async function why(g: Ground, params: JsonObject, world = REAL): Promise<string> {
  const before = treeState(g.dir);
  const done = await perform(command, { cmd: 'true', ...params }, g, world);
  assert.deepEqual(changedPaths(before, treeState(g.dir)), []);
  if (done.kind === 'performed') return 'performed';
  return done.kind === 'needless' ? done.because : done.refusal;
}

describe('command', () => {
  inEachShell('runs a program and registers what it said', async (g) => {
    const { changed, failed, result } = await run(g, `printf '%s\\n' "one two" three`);
    assert.deepEqual([changed, failed], [true, undefined]);
    assert.deepEqual(result, {
      cmd: ['printf', '%s\\n', 'one two', 'three'],
      rc: 0,
      stdout: 'one two\nthree',
      stderr: '',
      stdout_lines: ['one two', 'three'],
      stderr_lines: [],
    });
  });

  inEachShell('knows no shell: nothing is expanded, no builtin is run', async (g) => {
    g.lay({ file: '' });
    const { result } = await run(g, { argv: ['printf', '%s|', '$HOME', '*', '`x`', 'a;b', 7], chdir: g.dir });
    assert.equal(result['stdout'], '$HOME|*|`x`|a;b|7|');
    assert.match((await run(g, 'eval true')).failed ?? '', /^exited 127: .*eval.*not found/);
  });

  inEachShell('takes words for data', async (g) => {
    const { result } = await run(g, { argv: ['printf', '%s\\0', ...NASTY] });
    assert.equal(result['stdout'], NASTY.map((word) => `${word}\0`).join(''));
  });

  inEachShell('has an empty stdin, or the one given', async (g) => {
    assert.equal((await run(g, 'cat')).result['stdout'], '');
    assert.equal((await run(g, { cmd: 'cat', stdin: "it's\n$(x)" })).result['stdout'], "it's\n$(x)");
    assert.equal((await run(g, { cmd: 'wc -c', stdin: 'abc' })).result['stdout'], '4');
    assert.equal(
      (await run(g, { cmd: 'wc -c', stdin: 'abc', stdin_add_newline: false })).result['stdout'],
      '3',
    );
    assert.equal(
      (await run(g, { cmd: 'wc -c', stdin: 'x'.repeat(2 << 20) })).result['stdout'],
      String((2 << 20) + 1),
    );
  });

  inEachShell('fails with what was said last', async (g) => {
    const { failed, changed, result } = await run(g, {
      argv: ['sh', '-c', 'echo out; echo why >&2; exit 3'],
    });
    assert.deepEqual([failed, changed, result['rc'], result['stdout']], ['exited 3: why', true, 3, 'out']);
    const many = await run(g, { argv: ['sh', '-c', 'for i in 1 2 3 4 5; do echo $i; done; exit 1'] });
    assert.equal(many.failed, 'exited 1\n3\n4\n5');
    const killed = await run(g, { argv: ['sh', '-c', 'kill -9 $$'] });
    assert.equal(killed.failed, 'was ended by signal 9');
  });

  inEachShell('runs in its directory, which must be there', async (g) => {
    g.lay({ '-d': null });
    assert.equal((await run(g, { cmd: 'pwd', chdir: g.at('-d') })).result['stdout'], g.at('-d'));
    const { failed, changed } = await run(g, { cmd: 'pwd', chdir: g.at('no') });
    assert.deepEqual(
      [failed, changed],
      [`the directory ${g.at('no')} does not exist or may not be entered`, false],
    );
  });

  inEachShell('is needless when a guard says so', async (g) => {
    g.lay({ 'a 1.done': '', dead: { link: 'nowhere' }, 'x[1]': '' });
    const chdir = g.dir;
    assert.equal(await why(g, { creates: g.at('a 1.done') }), `${g.at('a 1.done')} exists`);
    assert.equal(await why(g, { chdir, creates: 'a*.done' }), 'a*.done exists');
    assert.equal(await why(g, { chdir, creates: 'x[1]' }), 'x[1] exists');
    assert.equal(await why(g, { chdir, creates: 'dead' }), 'dead exists');
    assert.equal(await why(g, { chdir, creates: 'b*' }), 'performed');
    assert.equal(await why(g, { chdir, removes: 'b*' }), 'b* does not exist');
    assert.equal(await why(g, { chdir, removes: 'x*' }), 'performed');
    assert.equal(await why(g, { unless: 'echo noise; true' }), '`unless` holds: echo noise; true');
    assert.equal(await why(g, { unless: 'exit 1' }), 'performed');
    assert.equal(await why(g, { onlyif: 'if then' }), '`onlyif` does not hold: if then');
    assert.equal(await why(g, { chdir, onlyif: 'test -e x\\[1]' }), 'performed');
    assert.equal(
      await why(g, { chdir, creates: 'no', unless: 'true', onlyif: 'true' }),
      '`unless` holds: true',
    );
    assert.match(await why(g, { chdir: g.at('no'), creates: 'x' }), /^the directory .*\/no does not exist/);
  });

  inEachShell("sees a dry run's world", async (g) => {
    const path = g.at('p');
    const made = worldOf({ [`path:${path}`]: { kind: 'file' } });
    const gone = worldOf({ [`path:${path}`]: { kind: 'absent' } });
    assert.equal(await why(g, { creates: path }, made), `${path} would exist`);
    assert.equal(await why(g, { removes: path }, made), 'performed');
    g.lay({ p: '' });
    assert.equal(await why(g, { removes: path }, gone), `${path} would not exist`);
    assert.equal(await why(g, { creates: path }, gone), 'performed');
  });

  inEachShell('guards: nasty words stay data', async (g) => {
    for (const word of NASTY) {
      assert.equal(await why(g, { chdir: g.dir, creates: `no ${word}` }), 'performed');
    }
  });

  it("says which guards hold the user's code", () => {
    const guards = (params: JsonObject) => {
      const desired = command.desire({ cmd: 'x', stdin_add_newline: true, ...params }, {} as never);
      assert.ok(!('refusal' in desired));
      return command.guard?.(desired)?.users;
    };
    assert.deepEqual(
      [guards({}), guards({ creates: 'x' }), guards({ unless: 'x' })],
      [undefined, false, true],
    );
  });

  it('refuses bad parameters', () => {
    const faults = (params: Json) => validateParams(command, params).faults.length;
    assert.equal(faults('uptime'), 0);
    for (const params of [
      {},
      { cmd: 'a', argv: ['a'] },
      { argv: [] },
      { cmd: '' },
      { cmd: 'a\0' },
      { cmd: 'a', uses_shell: true },
    ]) {
      assert.notEqual(faults(params as Json), 0, JSON.stringify(params));
    }
    const desired = command.desire({ cmd: "it's", stdin_add_newline: true } as never, {} as never);
    assert.deepEqual(desired, { refusal: "a quote is not closed: it's" });
  });
});
