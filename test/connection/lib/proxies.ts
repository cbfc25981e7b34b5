import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

interface Proxy {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Counts round trips, without that of TCP: each chunk of the client's is one deeper than what it has heard so far, each
 * of the server's as deep as what that has heard. The delay keeps apart what crosses on the way.
 */
export async function startCountingProxy(to: number): Promise<Proxy & { roundTrips(): number }> {
  const delay = 60;
  let deepest = 0;
  let heardByClient = 0;
  let heardByServer = 0;
  const proxy = await startProxy(to, {
    client: async (chunk, far) => {
      const depth = heardByClient + 1;
      deepest = Math.max(deepest, depth);
      await sleep(delay);
      heardByServer = Math.max(heardByServer, depth);
      far.write(chunk);
    },
    server: async (chunk, near) => {
      const depth = heardByServer;
      await sleep(delay);
      heardByClient = Math.max(heardByClient, depth);
      near.write(chunk);
    },
  });
  return { ...proxy, roundTrips: () => deepest };
}

/** Passes bytes on until it is frozen; then it swallows them, as a firewall that has forgotten the connection. */
export async function startFreezingProxy(to: number): Promise<Proxy & { freeze(): void }> {
  let frozen = false;
  const pass = async (chunk: Buffer, other: Socket): Promise<void> => {
    if (!frozen) other.write(chunk);
  };
  const proxy = await startProxy(to, { client: pass, server: pass });
  return {
    ...proxy,
    freeze: () => {
      frozen = true;
    },
  };
}

/** A narrow line with a deep buffer: takes all that the client says at once, and passes it on at about 1 MB/s. */
export async function startNarrowProxy(to: number): Promise<Proxy> {
  let before: Promise<void> = Promise.resolve();
  return startProxy(to, {
    client: (chunk, far) => {
      before = before.then(async () => {
        for (let at = 0; at < chunk.length; at += 16384) {
          far.write(chunk.subarray(at, at + 16384));
          await sleep(16);
        }
      });
      return before;
    },
    server: async (chunk, near) => {
      near.write(chunk);
    },
  });
}

export interface HolingProxy extends Proxy {
  hole(): void;
  /** Ends what is holed at both ends. */
  fill(): void;
}

/**
 * A line that dies without a word: what is connected then stays so at both ends and is heard of no more. Later
 * connections pass.
 */
export async function startHolingProxy(to: number): Promise<HolingProxy> {
  const alive = new Set<Socket>();
  const holed = new Set<Socket>();
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (near) => {
    const far = connect({ host: '127.0.0.1', port: to, noDelay: true, allowHalfOpen: true });
    const pair = [near, far] as const;
    for (const [from, into] of [pair, [far, near] as const]) {
      alive.add(from);
      from.on('data', (chunk) => alive.has(from) && into.write(chunk));
      from.on('error', () => {});
      from.on('close', () => alive.delete(from) && into.destroy());
      from.on('end', () => alive.has(from) && into.end());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const drop = (sockets: Set<Socket>): void => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  return {
    port: portOf(server),
    hole: () => {
      for (const socket of alive) holed.add(socket);
      alive.clear();
    },
    fill: () => drop(holed),
    close: async () => {
      drop(holed);
      drop(alive);
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function portOf(server: Server): number {
  const address = server.address();
  if (!address || typeof address === 'string') throw new Error('no port');
  return address.port;
}

type Pass = (chunk: Buffer, other: Socket) => Promise<void>;

async function startProxy(
  to: number,
  pass: { readonly client: Pass; readonly server: Pass },
): Promise<Proxy> {
  const open = new Set<Socket>();
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ host: '127.0.0.1', port: to, noDelay: true });
    near.on('data', (chunk) => void pass.client(chunk, far));
    far.on('data', (chunk) => void pass.server(chunk, near));
    for (const socket of [near, far]) {
      open.add(socket);
      socket
        .on('error', () => {})
        .on('close', () => {
          near.destroy();
          far.destroy();
        });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: portOf(server),
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
