import { connect, createServer, type Socket } from 'node:net';

export interface DelayProxy {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * A TCP proxy on a loopback address that holds back every chunk by `delayMs` in each direction, so that a round trip takes
 * 2 × `delayMs` longer. Connecting costs one such round trip too. Order is kept and throughput is not capped: a chunk
 * waits for its own time only, never for the ones before it.
 */
export async function startDelayProxy(options: {
  readonly to: { readonly host: string; readonly port: number };
  /** One way, in milliseconds. */
  readonly delayMs: number;
  /** Where it listens; 127.0.0.1 unless told. */
  readonly listen?: string;
}): Promise<DelayProxy> {
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    const far = connect({ ...options.to, allowHalfOpen: true, noDelay: true });
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('close', () => open.delete(socket));
    }
    // The caller sees "connected" at once; over a real line his first bytes leave one round trip later, and the
    // server, which accepts on the last part of the TCP handshake, is heard half a round trip after that.
    delay(near, far, options.delayMs, 2 * options.delayMs);
    delay(far, near, options.delayMs, 3 * options.delayMs);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, options.listen ?? '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return {
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** Nothing of the first `head` milliseconds of a connection is passed on before they are over. */
function delay(from: Socket, to: Socket, delayMs: number, head: number): void {
  const opened = performance.now() + head;
  const queue: { due: number; act: () => void }[] = [];
  let timer: NodeJS.Timeout | null = null;

  const run = (): void => {
    timer = null;
    while (queue[0] && queue[0].due <= performance.now() + 0.5) queue.shift()?.act();
    if (queue[0]) timer = setTimeout(run, Math.max(0, queue[0].due - performance.now()));
  };
  const later = (act: () => void): void => {
    queue.push({ due: Math.max(performance.now(), opened) + delayMs, act });
    if (timer === null) timer = setTimeout(run, Math.max(0, queue[0]!.due - performance.now()));
  };

  from.on('data', (chunk) => {
    later(() => {
      if (to.destroyed) return;
      if (to.write(chunk)) return;
      from.pause();
      to.once('drain', () => from.resume());
    });
  });
  from.on('end', () => later(() => to.end()));
  from.on('error', () => to.destroy());
  from.on('close', () => later(() => to.destroySoon()));
}
