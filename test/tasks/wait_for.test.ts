import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer, type Server } from 'node:net';
import { isRefusal } from '../../src/runner/contract/task-type.ts';
import waitFor from '../../src/runner/tasks/wait_for.ts';
import {
  declarationLaws,
  desire,
  inEachShell,
  makeGround,
  NASTY,
  query,
  shells,
  validateParams,
} from './harness.ts';
import { without } from './services/without.ts';

declarationLaws(waitFor);

/** Listens without ever accepting: the kernel takes connections, which is all that is asked. */
function listen(host = '127.0.0.1'): Promise<{ server: Server; port: number }> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, () => resolve({ server, port: (server.address() as { port: number }).port }));
  });
}

/** Has this machine IPv6, so that `::1` can be listened on? */
async function hasIpv6(): Promise<boolean> {
  try {
    (await listen('::1')).server.close();
    return true;
  } catch {
    return false;
  }
}

/**
 * The seconds that it says to have waited, of a wait that its first look ends: none, or a few on a machine that is too
 * busy to look sooner.
 */
function shortWhile(verdict: object): number {
  const { result } = verdict as { result: { elapsed: number } };
  assert.ok(result.elapsed < 10, JSON.stringify(verdict));
  return result.elapsed;
}

/** A port on which nobody listens. */
async function closedPort(): Promise<number> {
  const { server, port } = await listen();
  await new Promise((done) => server.close(done));
  return port;
}

describe('wait_for', function () {
  this.timeout(20_000);
  const quick = { timeout: 0 };

  it('wants one of port and path, and a path for a search', () => {
    assert.equal(validateParams(waitFor, {}).faults.length, 1);
    assert.equal(validateParams(waitFor, { port: 1, path: '/x' }).faults.length, 1);
    const ground = makeGround(shells()[0]!);
    for (const bad of [
      { port: 1, text: 'x' },
      { path: '/x', text: 'x', search_regex: 'x' },
      { path: '/x', text: 'x\ny' },
    ]) {
      assert.ok(isRefusal(desire(waitFor, bad, ground)), JSON.stringify(bad));
    }
    ground.remove();
  });

  inEachShell('sees an open port at the first look', async (ground) => {
    const { server, port } = await listen();
    const verdict = waitFor.read(
      ground.run(waitFor.probe(desire(waitFor, { port }, ground))),
      desire(waitFor, { port }, ground),
    );
    for (const seen of [verdict, query(waitFor, { port, host: 'localhost' }, ground)])
      assert.deepEqual(seen, { result: { elapsed: shortWhile(seen), state: 'started' } });
    server.close();
  });

  inEachShell('says again of a closed port, and fails when the time is up', async (ground) => {
    const port = await closedPort();
    const desired = desire(waitFor, { port, timeout: 0 }, ground);
    assert.deepEqual(waitFor.read(ground.run(waitFor.probe(desired)), desired), { again: true });
    const verdict = waitFor.read(ground.run(waitFor.wait!(desired)), desired);
    assert.ok('failed' in verdict);
    assert.equal(
      verdict.failed,
      `port ${port} of 127.0.0.1 accepts no connection after ${shortWhile(verdict)} s`,
    );
    assert.equal(
      (query(waitFor, { port, ...quick, msg: 'mine' }, ground) as { failed?: string }).failed,
      'mine',
    );
  });

  inEachShell('sees an open port with nothing but the kernel', async (ground) => {
    const bare = without(ground, 'bash', 'nc');
    for (const host of (await hasIpv6()) ? ['127.0.0.1', '0.0.0.0', '::1', '::'] : ['127.0.0.1', '0.0.0.0']) {
      const { server, port } = await listen(host);
      const seen = query(waitFor, { port, host: host === '::1' ? '::1' : 'localhost', ...quick }, bare);
      assert.deepEqual(seen, { result: { elapsed: shortWhile(seen), state: 'started' } }, host);
      server.close();
    }
    const port = await closedPort();
    assert.match(
      (query(waitFor, { port, ...quick }, bare) as { failed?: string }).failed ?? '',
      /accepts no connection/,
    );
  });

  inEachShell('says of ::1 that nobody listens, whether the machine has IPv6 or not', async (ground) => {
    const port = await closedPort();
    for (const tools of [ground, without(ground, 'bash', 'nc')]) {
      const verdict = query(waitFor, { port, host: '::1', ...quick }, tools) as { failed?: string };
      assert.equal(
        verdict.failed,
        `port ${port} of ::1 accepts no connection after ${shortWhile(verdict)} s`,
      );
    }
  });

  inEachShell('says what is missing to try another machine', (ground) => {
    const verdict = query(waitFor, { port: 80, host: '192.0.2.1' }, without(ground, 'bash', 'nc'));
    assert.ok('failed' in verdict);
    assert.equal(verdict.failed, 'this host has neither bash nor nc to try port 80 of 192.0.2.1 with');
    assert.match(verdict.hint ?? '', /netcat/);
  });

  inEachShell('waits for a port to close', async (ground) => {
    const { server, port } = await listen();
    const open = query(waitFor, { port, state: 'stopped', ...quick }, ground) as { failed?: string };
    assert.equal(
      open.failed,
      `port ${port} of 127.0.0.1 still accepts connections after ${shortWhile(open)} s`,
    );
    await new Promise((done) => server.close(done));
    const closed = query(waitFor, { port, state: 'stopped' }, ground);
    assert.deepEqual(closed, { result: { elapsed: shortWhile(closed), state: 'stopped' } });
  });

  inEachShell('sees paths come and go', (ground) => {
    ground.lay({ here: '', dangling: { link: 'nowhere' } });
    const state = (path: string, wanted: string) => {
      const verdict = query(waitFor, { path: ground.at(path), state: wanted, ...quick }, ground);
      const { failed } = verdict as { failed?: string };
      return failed === undefined ? 'met' : failed.replace(` ${shortWhile(verdict)} s`, ' a short while');
    };
    assert.equal(state('here', 'present'), 'met');
    assert.equal(state('here', 'absent'), `${ground.at('here')} still exists after a short while`);
    assert.equal(state('gone', 'absent'), 'met');
    assert.equal(state('gone', 'present'), `${ground.at('gone')} does not exist after a short while`);
    assert.match(state('dangling', 'present'), /does not exist/);
    assert.match(state('dangling', 'absent'), /still exists/);
  });

  inEachShell('finds texts and expressions in a file', (ground) => {
    const log = 'one\n -e two (2)\nthree 33\nthree 34\n';
    ground.lay({ log });
    const found = (more: object) =>
      query(waitFor, { path: ground.at('log'), ...quick, ...more }, ground) as {
        result: { match?: string };
        failed?: string;
      };
    assert.equal(found({ text: '(2)' }).result.match, ' -e two (2)');
    assert.equal(found({ text: '-e two' }).result.match, ' -e two (2)');
    assert.equal(found({ search_regex: '^three [0-9]+$' }).result.match, 'three 33');
    const missed = found({ search_regex: '^ree' });
    assert.equal(
      missed.failed,
      `no line of ${ground.at('log')} matches "^ree" after ${shortWhile(missed)} s`,
    );
    assert.match(found({ text: 'one', state: 'absent' }).failed ?? '', /a line of .*log still holds "one"/);
    assert.equal(found({ text: 'nine', state: 'absent' }).failed, undefined);
    assert.match(found({ search_regex: '(' }).failed ?? '', /grep/);
    assert.equal(
      (query(waitFor, { path: ground.dir, text: 'x', ...quick }, ground) as { failed?: string }).failed !==
        undefined,
      true,
    );
  });

  inEachShell('takes any text as data', (ground) => {
    for (const nasty of NASTY.filter((one) => !/[\n\0]/.test(one) && one !== '')) {
      ground.lay({ log: `before\n${nasty}\n` });
      const seen = query(waitFor, { path: ground.at('log'), text: nasty, ...quick }, ground) as {
        failed?: string;
      };
      assert.equal(seen.failed, undefined, nasty);
    }
  });
});

describe('wait_for over time @host', function () {
  this.timeout(20_000);

  inEachShell('waits for a port to open', (ground) => {
    const port = 42_000 + Math.floor(Math.random() * 5_000);
    const code = `setTimeout(() => require('net').createServer().listen(${port}, '127.0.0.1'), 1200); setTimeout(() => process.exit(), 9000)`;
    const late = spawn(process.execPath, ['-e', code], { stdio: 'ignore' });
    const verdict = query(waitFor, { port, timeout: 15 }, ground);
    late.kill();
    assert.ok(!('failed' in verdict) && 'result' in verdict, JSON.stringify(verdict));
    assert.ok(Number(verdict.result['elapsed']) >= 1);
  });

  inEachShell('waits for a path', (ground) => {
    const maker = spawn('sh', ['-c', `sleep 1.2; echo "is ready now" >${ground.at('late')}; sleep 5`], {
      stdio: 'ignore',
    });
    const verdict = query(waitFor, { path: ground.at('late'), text: 'ready', timeout: 15 }, ground);
    maker.kill();
    assert.ok('result' in verdict && !('failed' in verdict), JSON.stringify(verdict));
    assert.equal(verdict.result['match'], 'is ready now');
  });

  inEachShell('with a delay looks later', (ground) => {
    ground.lay({ here: '' });
    const desired = desire(waitFor, { path: ground.at('here'), delay: 1 }, ground);
    assert.deepEqual(waitFor.read(ground.run(waitFor.probe(desired)), desired), { again: true });
    const verdict = waitFor.read(ground.run(waitFor.wait!(desired)), desired);
    assert.ok('result' in verdict && Number(verdict.result['elapsed']) >= 1);
  });
});
