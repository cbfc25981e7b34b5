import type { Duplex } from 'node:stream';
import type { Client } from 'ssh2';
import type { Trouble } from '../../contract/exchange.ts';
import { trouble } from '../trouble.ts';
import type { SshClient } from './handshake.ts';

/** One host of a ProxyJump chain. */
export interface Hop {
  readonly host: string;
  readonly port?: number;
  readonly user?: string;
}

/** A way through a jump host, held until `leave` is called. */
export interface Passage {
  /** Names the jump host, for queues and messages. */
  readonly key: string;
  forward(host: string, port: number): Promise<Duplex | Trouble>;
  leave(): void;
}

/** Opens the connection to a jump host; `before` is the passage through the ones before it. */
export type OpenHop = (hop: Hop, before: Passage | null) => Promise<SshClient | Trouble>;

interface Shared {
  readonly client: Promise<SshClient | Trouble>;
  readonly before: Promise<Passage | Trouble | null>;
  users: number;
}

/** The jump hosts in use: hosts behind the same one share its connection, and the last one to leave ends it. */
export class JumpHosts {
  readonly #shared = new Map<string, Shared>();

  /** `chain` as `ssh -J` takes it. `as` tells apart who asks with other credentials. */
  async enter(chain: string, as: string, open: OpenHop): Promise<Passage | Trouble> {
    const hops = chain.split(',').map((hop) => hop.trim());
    const last = parseHop(hops.at(-1) ?? '');
    if (!last)
      return trouble(
        'unreachable',
        `${JSON.stringify(chain)} is no ProxyJump`,
        'write it as [user@]host[:port], comma separated',
      );
    const key = `${chain} ${as}`;
    const shared = this.#shared.get(key) ?? this.#open(key, hops.slice(0, -1).join(','), as, last, open);
    shared.users += 1;
    const client = await shared.client;
    if ('kind' in client) {
      this.#leave(key, shared);
      return trouble(client.trouble, `the jump host: ${client.message}`, client.hint);
    }
    let held = true;
    return {
      key: chain,
      forward: (host, port) => forward(client.client, last.host, host, port),
      leave: () => {
        if (held) this.#leave(key, shared);
        held = false;
      },
    };
  }

  #open(key: string, before: string, as: string, hop: Hop, open: OpenHop): Shared {
    const passage = before === '' ? Promise.resolve(null) : this.enter(before, as, open);
    const client = passage.then((p) => (p && 'kind' in p ? p : open(hop, p)));
    const shared: Shared = { client, before: passage, users: 0 };
    this.#shared.set(key, shared);
    return shared;
  }

  #leave(key: string, shared: Shared): void {
    shared.users -= 1;
    if (shared.users > 0) return;
    if (this.#shared.get(key) === shared) this.#shared.delete(key);
    void shared.client.then((client) => ('kind' in client ? undefined : client.hangUp()));
    void shared.before.then((passage) => passage && 'leave' in passage && passage.leave());
  }
}

/** `[user@]host[:port]`, `[user@][v6]:port` or `ssh://…`. */
export function parseHop(text: string): Hop | null {
  const match = /^(?:ssh:\/\/)?(?:([^@\s]+)@)?(?:\[([^\]\s]+)\]|([^:@\s[\]]+))(?::(\d+))?\/?$/.exec(text);
  const host = match?.[2] ?? match?.[3];
  if (!match || !host) return null;
  return { host, ...(match[1] ? { user: match[1] } : {}), ...(match[4] ? { port: Number(match[4]) } : {}) };
}

function forward(client: Client, jump: string, host: string, port: number): Promise<Duplex | Trouble> {
  const failed = (error: Error): Trouble => {
    const why = error.message.replace('(SSH) Channel open failure: ', '');
    return trouble(
      'unreachable',
      `the jump host ${jump} could not connect to ${host}:${port}: ${why || 'it refused'}`,
      `is it up, and may ${jump} reach it (AllowTcpForwarding)?`,
    );
  };
  return new Promise((resolve) => {
    try {
      client.forwardOut('127.0.0.1', 0, host, port, (error, channel) =>
        resolve(error ? failed(error) : channel),
      );
    } catch (error) {
      resolve(failed(error as Error));
    }
  });
}
