import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { taskTypes } from '../../src/runner/tasks/index.generated.ts';
import { FakeProcess, runFake } from './fake-process.ts';

const script = async (shell: string) => (await runFake(new FakeProcess(tmpdir()), ['completion', shell])).out;
const has = (program: string) => spawnSync(program, ['--version']).error === undefined;

describe('mama-play completion', () => {
  /** What bash offers for the last word. */
  const offered = async (...words: string[]): Promise<string[]> => {
    const line = ['mama-play', ...words];
    const ask = `${await script('bash')}
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_mama_play
printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', ask, 'bash', ...line], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
    });
    assert.equal(stderr, '');
    return stdout.split('\n').filter((word) => word !== '');
  };

  it('bash offers subcommands, options, types and files', async () => {
    assert.deepEqual(await offered('in'), ['init.test.ts', 'inventory', 'init']);
    assert.deepEqual(await offered('site.yaml', '--ski'), ['--skip-tags']);
    assert.deepEqual(await offered('lint', '--sa'), ['--sarif']);
    assert.deepEqual(await offered('lint', '--forks'), []);
    assert.deepEqual(await offered('exec', '--fo'), ['--forks']);
    assert.deepEqual(await offered('doc', 'comma'), ['command-line.test.ts', 'command']);
    assert.deepEqual(await offered('vault', 'encrypt-'), ['encrypt-string']);
    assert.deepEqual(await offered('site.yaml', '-i', 'fake-p'), ['fake-process.ts']);
    const types = (await offered('doc', '')).filter((word) => taskTypes.has(word));
    assert.equal(types.length, taskTypes.size);
  });

  it('bash offers the values of an option that has a closed set of them, and nothing else', async () => {
    assert.deepEqual(await offered('site.yaml', '--output', ''), ['tty', 'plain', 'json']);
    assert.deepEqual(await offered('lint', '--output', 'p'), ['plain']);
    assert.deepEqual(await offered('site.yaml', '-c', 'open'), ['openssh']);
    assert.deepEqual(await offered('exec', '--connection', 'l'), ['local']);
    // Bash makes three words of --output=j.
    assert.deepEqual(await offered('site.yaml', '--output', '=', 'j'), ['json']);
    assert.deepEqual(await offered('site.yaml', '--output', '='), ['tty', 'plain', 'json']);
    assert.deepEqual(await offered('inventory', '--output', 'fake-p'), ['fake-process.ts']);
  });

  it('zsh and fish are told of them too', async () => {
    assert.ok((await script('zsh')).includes('(-c|--connection) values=(ssh openssh local smart) ;;'));
    assert.ok((await script('fish')).includes(" -s c -l connection -x -a 'ssh openssh local smart' -d "));
  });

  it('every script is one that its shell reads', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'mama-completion-'));
    // From a file: fish reads no socket, which is what stdin would be.
    const file = join(dir, 'script');
    for (const shell of ['bash', 'zsh', 'fish']) {
      writeFileSync(file, await script(shell));
      if (has(shell)) assert.equal(spawnSync(shell, ['-n', file]).status, 0, shell);
    }
    rmSync(dir, { recursive: true });
  });

  it('zsh and fish are told of every subcommand and option, with its description', async () => {
    for (const shell of ['zsh', 'fish']) {
      const text = await script(shell);
      // Both quote as the POSIX shell does.
      assert.equal(spawnSync('sh', ['-n'], { input: text.match(/'(?:[^'])*'/g)!.join(' ') }).status, 0);
      for (const part of [
        'exec',
        'lint',
        'skip-tags',
        'sarif',
        'no task with one of these tags',
        'docker_run',
      ])
        assert.ok(text.includes(part), `${shell}: ${part}`);
    }
  });

  it('refuses another shell', async () => {
    const { code, err } = await runFake(new FakeProcess(tmpdir()), ['completion', 'csh']);
    assert.equal(code, 1);
    assert.match(err, /^mama-play: give a shell: mama-play completion bash\|zsh\|fish\n/);
  });
});
