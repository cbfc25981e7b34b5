import { Socket, connect as tcpConnect } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'ssh2';
import type { Trouble } from '../../contract/exchange.ts';
import { attemptHandler, type Credentials, refused, type Trial, tooMany } from './auth.ts';
import { droppedUnheard, failure, type RawError, type Stage } from './failure.ts';
import { hearAll, saveRoundTrips, stopKeepalive } from './fewer-round-trips.ts';
import type { HostKeys } from './host-key.ts';
import type { Settings } from './settings.ts';

/** An authenticated client, which never raises an uncaught error. */
export interface SshClient {
  readonly client: Client;
  /** Ends the connection; resolves when the operating system has taken the last bytes. */
  hangUp(): Promise<void>;
}

export interface Handshake {
  /** The host's name for messages. */
  readonly name: string;
  readonly settings: Settings;
  readonly credentials: Credentials;
  readonly hostKeys: HostKeys;
  /** Seconds for the whole of one attempt. */
  readonly timeout: number;
  /** Nobody waits for it any more. */
  readonly stop?: AbortSignal | undefined;
  readonly keepalive: { readonly interval: number; readonly count: number };
  /** The bytes to the host, where they don't go over a TCP connection of our own. */
  readonly through?: () => Promise<Duplex | Trouble>;
}

const TRIES = 6;

/** Connects and logs in. What sshd dropped unheard is tried again, with growing pauses. */
export async function shakeHands(wanted: Handshake): Promise<SshClient | Trouble> {
  for (let attempt = 1; ; attempt += 1) {
    const result = await tryOnce(wanted);
    if (!('again' in result)) return result;
    if (attempt === TRIES || wanted.stop?.aborted) return result.again;
    await sleep(100 * 2 ** attempt * (0.5 + Math.random()));
  }
}

async function tryOnce(wanted: Handshake): Promise<SshClient | Trouble | { readonly again: Trouble }> {
  const { settings, name } = wanted;
  const sock = wanted.through ? await wanted.through() : tcp(settings, wanted.timeout);
  if ('kind' in sock) return sock;
  const hangUp = () => sock.destroy(new Error('the run was stopped'));
  wanted.stop?.addEventListener('abort', hangUp, { once: true });
  if (wanted.stop?.aborted) hangUp();

  const reached: { stage: Stage; trouble: Trouble | null; early: RawError | null } = {
    stage: wanted.through ? 'connected' : 'connecting',
    trouble: null,
    early: null,
  };
  // The library is loaded while TCP connects, so what happens in the meantime is noted here.
  sock.on('error', (error) => {
    reached.early ??= error;
  });
  sock.once('connect', () => {
    reached.stage = 'connected';
  });
  const trial: Trial = { tried: [], accepts: null, taken: null };
  const { NodeSSH } = await import('node-ssh');
  if (reached.early) return failed(reached.early);
  const ssh = new NodeSSH();
  const connecting = ssh.connect({
    sock: sock as never,
    username: settings.user,
    readyTimeout: wanted.timeout * 1000,
    keepaliveInterval: wanted.keepalive.interval,
    keepaliveCountMax: wanted.keepalive.count,
    algorithms: { serverHostKey: hostKeyOrder(wanted.hostKeys.typesOf(settings)) as never },
    hostVerifier: (key: Buffer) => {
      reached.trouble = wanted.hostKeys.check(name, settings, key);
      return reached.trouble === null;
    },
    authHandler: attemptHandler(wanted.credentials, trial) as never,
  });
  const client = ssh.connection as Client;
  client.on('error', () => {});
  client.on('handshake', () => {
    reached.stage = 'authenticating';
  });
  saveRoundTrips(client, wanted.credentials.attempts[0]?.hasty ?? false);

  try {
    await connecting;
    hearAll(client, sock);
    return { client, hangUp: () => endGently(client, sock) };
  } catch (thrown) {
    client.destroy();
    if (reached.trouble) return reached.trouble;
    return failed(thrown as RawError);
  } finally {
    wanted.stop?.removeEventListener('abort', hangUp);
  }

  function failed(error: RawError): Trouble | { readonly again: Trouble } {
    if (/too many authentication failures/i.test(error.message)) return tooMany(name, trial);
    if (
      error.level === 'client-authentication' ||
      (reached.stage === 'authenticating' && trial.tried.length > 0 && error.level !== 'client-timeout')
    ) {
      return refused(name, settings, wanted.credentials, trial);
    }
    const said = failure(name, settings, error, reached.stage, wanted.timeout);
    return droppedUnheard(error, reached.stage) ? { again: said } : said;
  }
}

/** TCP_NODELAY: with Nagle's algorithm each exchange would wait 40 ms. */
function tcp(settings: Settings, seconds: number): Duplex {
  return tcpConnect({
    host: settings.hostName,
    port: settings.port,
    noDelay: true,
    autoSelectFamilyAttemptTimeout: Math.min(2500, seconds * 500),
  });
}

const ALGORITHMS = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
];

/** Known types first, so that a host with several keys shows the one that we know. */
function hostKeyOrder(known: readonly string[]): string[] {
  const ofType = (algorithm: string): string => (algorithm.startsWith('rsa-') ? 'ssh-rsa' : algorithm);
  const isKnown = (algorithm: string): boolean => known.includes(ofType(algorithm));
  return [...ALGORITHMS.filter(isKnown), ...ALGORITHMS.filter((a) => !isKnown(a))];
}

function endGently(client: Client, sock: Duplex): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(() => {
      client.destroy();
      done();
    }, 1000);
    sock.once('finish', done).once('close', done);
    if (sock.writableFinished || sock.destroyed) return done();
    client.end();
    stopKeepalive(client);
    if (sock instanceof Socket) sock.unref();
  });
}
