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

  it('asks for a line that is seen, and leaves nothing of the question', async () => {
    const fake = new FakeProcess('/', {}, true);
    const { ask, out } = terminal(fake);
    const { signal } = new AbortController();
    const answer = ask('Go\non?\x1b[2J', signal);
    await turn();
    assert.match(fake.stderr.text, /Go on\?\^\[\[2J \x1b/);
    out('a line\n');
    fake.stdin.write('yes\n');
    assert.equal(await answer, 'yes');
    assert.match(fake.stderr.text, /yes[\s\S]*\x1b\[1A\r\x1b\[J$/);
    assert.equal(fake.stdout.text, 'a line\n');
    assert.equal(signal.aborted, false);
  });

  it('takes a question back; ^C at it is a signal and no answer', async () => {
    const fake = new FakeProcess('/', {}, true);
    const { ask, out } = terminal(fake);
    const control = new AbortController();
    const answer = ask('Go on?', control.signal);
    const next = ask('And on?', control.signal);
    await turn();
    fake.stdin.write('half\x03');
    await turn();
    out('held\n');
    assert.deepEqual([fake.killed, fake.stdout.text], [['SIGINT'], '']);
    control.abort();
    assert.deepEqual([await answer, await next, fake.stdout.text], [null, null, 'held\n']);
    assert.doesNotMatch(fake.stderr.text, /And on/);
    assert.match(fake.stderr.text, /\r\x1b\[J$/);
  });

  it('a question that takes several rows is cleared as a whole', async () => {
    const fake = new FakeProcess('/', {}, true);
    const answer = terminal(fake).ask('x'.repeat(170), new AbortController().signal);
    await turn();
    fake.stdin.write('\n');
    assert.equal(await answer, '');
    assert.match(fake.stderr.text, /\x1b\[3A\r\x1b\[J$/);
  });

  it('asks nobody where stdin is no terminal', async () => {
    const fake = new FakeProcess('/');
    assert.equal(await terminal(fake).askSecret('password: '), null);
    assert.equal(await terminal(fake).ask('Go on?', new AbortController().signal), null);
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
