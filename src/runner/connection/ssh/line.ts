import type { Client, ClientChannel } from 'ssh2';
import type { Trouble } from '../../contract/exchange.ts';
import { endOf } from '../ending.ts';
import { type Line, type Pipe, watched } from '../line.ts';
import { trouble } from '../trouble.ts';
import type { SshClient } from './handshake.ts';

/**
 * Commands over an authenticated client. Where its sshd opens no further session on a connection (MaxSessions), `another`
 * one is made for what it refused. The line is lost with its first client. `leave` is called when it is closed.
 */
export function sshLine(
  name: string,
  user: string,
  first: SshClient,
  another: () => Promise<SshClient | Trouble>,
  leave: () => void,
): Line {
  const traffic = { sent: 0, received: 0 };
  const clients = new Set<SshClient>();
  const take = (client: SshClient): void => {
    clients.add(client);
    client.client.on('close', () => clients.delete(client));
  };
  take(first);
  let why: string | null = null;
  first.client.on('error', (error: Error & { readonly level?: string }) => {
    why = error.level === 'client-timeout' ? SILENT : null;
  });
  const open = async (command: string): Promise<Pipe | Trouble> => {
    for (const { client } of clients) {
      const channel = await exec(client, command);
      if (!(channel instanceof Error)) return channel;
      if (!isRefusal(channel)) return notOpened(name, channel);
    }
    if (!clients.has(first)) return lost(name);
    const further = await another();
    if ('kind' in further) return further;
    take(further);
    const channel = await exec(further.client, command);
    return channel instanceof Error ? notOpened(name, channel) : channel;
  };
  return {
    name,
    user,
    traffic,
    open: async (command) => {
      const channel = clients.has(first) ? await open(command) : lost(name);
      return 'kind' in channel ? channel : watched(channel, traffic);
    },
    why: () => why,
    close: async () => {
      await Promise.all([...clients].map((client) => client.hangUp()));
      leave();
    },
  };
}

const SILENT =
  'nothing was heard of it any more (-o ServerAliveInterval=… in ansible_ssh_common_args waits longer)';

/** A live connection on which sshd opens no further session. */
function isRefusal(error: Error & { readonly reason?: number | string }): boolean {
  return error.reason === 2 || error.reason === 4;
}

function notOpened(name: string, error: Error): Trouble {
  const message = `${name} opened no session: ${error.message}`;
  if (!isRefusal(error)) return trouble('lost', message);
  return trouble('unreachable', message, 'raise MaxSessions in its sshd_config');
}

/** The pipe is made at once, so that no event of the channel is missed. */
function exec(client: Client, command: string): Promise<Pipe | Error> {
  return new Promise((resolve) => {
    try {
      client.exec(command, (error, channel) => resolve(error ?? channelPipe(channel)));
    } catch (error) {
      resolve(error as Error);
    }
  });
}

function channelPipe(channel: ClientChannel): Pipe {
  return {
    stdin: channel,
    stdout: channel,
    stderr: channel.stderr,
    ended: endOf(channel, [channel, channel.stderr]),
    destroy: () => channel.close(),
  };
}

function lost(name: string): Trouble {
  return trouble('lost', `the connection to ${name} was lost`);
}
