import { connect, createServer, type Socket } from 'node:net';
import { startDelayProxy } from '../delay-proxy.ts';
import { median } from './statistics.ts';

/** Milliseconds: medians of connecting until the first answer is there, and of one question and answer after that. */
export interface Delay {
  readonly connect: number;
  readonly roundTrip: number;
  /** The quickest round trip: what the proxy itself does, however busy the machine is. */
  readonly quickest: number;
}

/** Measures what the delay proxy does to a server that answers at once. */
export async function measureDelay(rtt: number, times = 7): Promise<Delay> {
  const echo = createServer({ noDelay: true }, (socket) => socket.pipe(socket));
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
  const { port } = echo.address() as { port: number };
  const proxy = await startDelayProxy({ to: { host: '127.0.0.1', port }, delayMs: rtt / 2 });
  const connects: number[] = [];
  const trips: number[] = [];
  for (let i = 0; i < times; i++) {
    const started = performance.now();
    const socket = connect({ host: '127.0.0.1', port: proxy.port, noDelay: true });
    await ask(socket);
    connects.push(performance.now() - started);
    const asked = performance.now();
    await ask(socket);
    trips.push(performance.now() - asked);
    socket.destroy();
  }
  await proxy.close();
  await new Promise((resolve) => echo.close(resolve));
  return { connect: median(connects), roundTrip: median(trips), quickest: Math.min(...trips) };
}

function ask(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('data', () => resolve());
    socket.once('error', reject);
    socket.write('?');
  });
}
