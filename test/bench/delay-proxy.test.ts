import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { connect, createServer } from 'node:net';
import { startDelayProxy } from '../../bench/delay-proxy.ts';
import { measureDelay } from '../../bench/lib/delay-check.ts';

describe('the delay proxy', () => {
  it('makes a round trip longer, and connecting costs one more', async () => {
    const { roundTrip, connect: first } = await measureDelay(40, 3);
    // A busy machine may be late, never early.
    assert.ok(roundTrip >= 39, `a round trip took ${roundTrip} ms`);
    assert.ok(first >= 78, `connecting took ${first} ms`);
  });

  it('passes on every byte, in order, to the end', async () => {
    const echo = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket));
    await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
    const { port } = echo.address() as { port: number };
    const proxy = await startDelayProxy({ to: { host: '127.0.0.1', port }, delayMs: 5 });
    const sent = randomBytes(3_000_000);
    const got = createHash('sha256');
    const socket = connect({ host: '127.0.0.1', port: proxy.port });
    socket.end(sent);
    for await (const chunk of socket) got.update(chunk as Buffer);
    await proxy.close();
    await new Promise((resolve) => echo.close(resolve));
    assert.equal(got.digest('hex'), createHash('sha256').update(sent).digest('hex'));
  });

  it('listens where it is told', async () => {
    const proxy = await startDelayProxy({
      to: { host: '127.0.0.1', port: 1 },
      delayMs: 0,
      listen: '127.9.9.9',
    });
    const socket = connect({ host: '127.9.9.9', port: proxy.port });
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    socket.destroy();
    await proxy.close();
  });
});
