import assert from 'node:assert/strict';
import { terminalOf } from '../../src/runner/commands/process-terminal.ts';
import { FakeProcess } from './fake-process.ts';

function terminal(fake: FakeProcess) {
  return terminalOf(fake as unknown as NodeJS.Process);
}

const turn = () => new Promise((done) => setTimeout(done, 5));

describe('the terminal of a process', () => {
  it('shows colours where they are wanted', () => {
    const cases: readonly (readonly [Record<string, string>, boolean, boolean])[] = [
      [{ TERM: 'xterm' }, true, true],
      [{ TERM: 'xterm' }, false, false],
      [{ TERM: 'dumb' }, true, false],
      [{ TERM: 'xterm', NO_COLOR: '1' }, true, false],
      [{ TERM: 'xterm', NO_COLOR: '' }, true, true],
      [{ FORCE_COLOR: '1' }, false, true],
      [{ FORCE_COLOR: '0' }, false, false],
      [{ FORCE_COLOR: '1', NO_COLOR: '1' }, true, false],
    ];
    for (const [env, isTty, expected] of cases) {
      const { colour, errColour } = terminal(new FakeProcess('/', env, isTty));
      assert.deepEqual(
        { colour, errColour },
        { colour: expected, errColour: expected },
        JSON.stringify({ env, isTty }),
      );
    }
  });

  it('redraws no lines on a dumb terminal', () => {
    assert.equal(terminal(new FakeProcess('/', { TERM: 'xterm' }, true)).isTty, true);
    assert.equal(terminal(new FakeProcess('/', { TERM: 'dumb' }, true)).isTty, false);
    assert.equal(terminal(new FakeProcess('/', {}, false)).isTty, false);
  });

  it('is silent where the reader has gone, and says once why else it cannot write', () => {
    const gone = new FakeProcess('/');
    terminal(gone);
    gone.stdout.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    assert.equal(gone.stderr.text, '');
    const full = new FakeProcess('/');
    const { out } = terminal(full);
    for (let i = 0; i < 2; i++)
      full.stdout.emit('error', Object.assign(new Error('ENOSPC: no space'), { code: 'ENOSPC' }));
    out('lost');
    assert.equal(full.stderr.text, "mama-play: can't write to stdout: ENOSPC: no space\n");
    assert.equal(full.stdout.text, '');
  });

  it('asks for a secret without echo, one at a time, while other output waits', async () => {
    const fake = new FakeProcess('/', {}, true);
    const { askSecret, out } = terminal(fake);
    const first = askSecret('SSH password: ');
    const second = askSecret('become password: ');
    await turn();
    assert.equal(fake.stderr.text, 'SSH password: ');
    out('a line\n');
    assert.equal(fake.stdout.text, '');
    fake.stdin.write('s3cret\n');
    assert.equal(await first, 's3cret');
    assert.equal(fake.stdout.text, 'a line\n');
    await turn();
    fake.stdin.write('\n');
    assert.equal(await second, '');
    assert.equal(fake.stderr.text, 'SSH password: \r\x1b[Kbecome password: \r\x1b[K');
    assert.doesNotMatch([fake.stdout, fake.stderr].map(({ text }) => text).join(''), /s3cret/);
  });

  it('takes ^D for no answer, and ^C for a signal to itself', async () => {
    for (const [key, killed] of [
      ['\x04', []],
      ['\x03', ['SIGINT']],
    ] as const) {
      const fake = new FakeProcess('/', {}, true);
      const answer = terminal(fake).askSecret('password: ');
      await turn();
      fake.stdin.write(key);
      assert.equal(await answer, null);
      assert.deepEqual(fake.killed, killed);
    }
  });

  it('asks nobody where stdin is no terminal', async () => {
    const fake = new FakeProcess('/');
    assert.equal(await terminal(fake).askSecret('password: '), null);
    assert.equal(fake.stderr.text, '');
  });

  it('counts the signals to stop, and lets go of them', () => {
    const fake = new FakeProcess('/');
    const { onInterrupt, done } = terminal(fake);
    const seen: string[] = [];
    onInterrupt((signal, count) => {
      seen.push(`${signal} ${count}`);
    });
    fake.emit('SIGINT');
    fake.emit('SIGTERM');
    assert.deepEqual(seen, ['SIGINT 1', 'SIGTERM 2']);
    done();
    assert.equal(
      fake.listenerCount('SIGINT') + fake.listenerCount('SIGTERM') + fake.listenerCount('SIGHUP'),
      0,
    );
  });
});
