import assert from 'node:assert/strict';
import type { Json } from '../../src/runner/contract/json.ts';
import shell from '../../src/runner/tasks/shell.ts';
import {
  declarationLaws,
  type Ground,
  inEachShell,
  NASTY,
  perform,
  registersWhatItDeclares,
  validateParams,
} from './harness.ts';

declarationLaws(shell);

async function run(g: Ground, params: Json) {
  const done = await perform(shell, params, g);
  assert.ok('verdict' in done, JSON.stringify(done));
  registersWhatItDeclares(shell, done.verdict.result);
  return done.verdict;
}

describe('shell', () => {
  inEachShell('runs code', async (g) => {
    const { changed, result } = await run(g, 'x="a  b"; for i in 1 2; do echo "$x" $i; done | tail -n 1');
    assert.deepEqual([changed, result['stdout'], result['rc']], [true, 'a  b 2', 0]);
  });

  inEachShell('has a process of its own', async (g) => {
    const { result } = await run(g, "echo $$; exec sh -c 'echo $$'");
    const [first, second] = result['stdout_lines'] as string[];
    assert.equal(first, second);
    assert.equal((await run(g, 'kill -TERM $$')).failed, 'was ended by signal 15');
  });

  inEachShell('does not show the code in the process list, nor hand it down', async (g) => {
    const { result } = await run(g, "tr '\\0' ' ' </proc/$$/cmdline; echo; env");
    const [line, ...env] = result['stdout_lines'] as string[];
    assert.doesNotMatch(line ?? '', /tr|cmdline/);
    assert.deepEqual(
      env.filter((entry) => entry.startsWith('MAMA_PLAY')),
      [],
    );
  });

  inEachShell('survives code that is broken or ends', async (g) => {
    assert.equal((await run(g, 'exit 7')).failed, 'exited 7');
    assert.match((await run(g, 'if then')).failed ?? '', /^exited [12]/);
    assert.match((await run(g, "echo 'open")).failed ?? '', /^exited [12]/);
  });

  inEachShell('takes every text as it is', async (g) => {
    for (const text of NASTY) {
      const quoted = `'${text.replaceAll("'", `'"'"'`)}'`;
      assert.equal((await run(g, `printf '%s.' ${quoted}`)).result['stdout'], `${text}.`);
    }
    assert.equal((await run(g, 'cat <<END\nhere $((1+1))\nEND')).result['stdout'], 'here 2');
  });

  inEachShell('uses stdin, chdir and guards', async (g) => {
    g.lay({ 'd/done': '' });
    assert.equal(
      (await run(g, { cmd: 'read x; echo "$x $PWD"', stdin: 'in', chdir: g.at('d') })).result['stdout'],
      `in ${g.at('d')}`,
    );
    const done = await perform(shell, { cmd: 'exit 1', chdir: g.at('d'), creates: 'done' }, g);
    assert.deepEqual(done, { kind: 'needless', because: 'done exists' });
  });

  inEachShell('runs another shell, and fails where it is missing', async (g) => {
    assert.equal(validateParams(shell, { cmd: 'x' }).params['executable'], 'sh');
    assert.match(
      (await run(g, { cmd: 'true', executable: '/no/such/shell' })).failed ?? '',
      /^exited 12[67]: .*\/no\/such\/shell.*(not found|No such file)/s,
    );
    assert.match(
      (await run(g, { cmd: 'echo $0', executable: g.shell.path })).result['stdout'] as string,
      /sh$/,
    );
  });

  it('refuses code that no variable holds', () => {
    const desired = shell.desire(
      { cmd: 'x'.repeat(130_000), executable: 'sh', stdin_add_newline: true },
      {} as never,
    );
    assert.ok('refusal' in desired);
  });
});
