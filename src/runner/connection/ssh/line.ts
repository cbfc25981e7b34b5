import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, ClientChannel } from 'ssh2';
import type { Trouble } from '../../contract/exchange.ts';
import { endOf } from '../ending.ts';
import { CHANNELS, type Line, type Pipe, watched } from '../line.ts';
import { Slots } from '../slots.ts';
import { trouble } from '../trouble.ts';
import type { SshClient } from './handshake.ts';

/** Commands over an authenticated client. `leave` is called when the line is closed. */
export function sshLine(name: string, user: string, connected: SshClient, leave: () => void): Line {
  const { client } = connected;
  const traffic = { sent: 0, received: 0 };
  const slots = new Slots(CHANNELS);
  let gone = false;
  client.on('close', () => {
    gone = true;
  });
  return {
    name,
    user,
    traffic,
    open: async (command, urgent) => {
      const release = urgent ? () => {} : await slots.take();
      const channel = gone ? lost(name) : await openChannel(name, client, command, () => gone);
      if ('kind' in channel) {
        release();
        return channel;
      }
      const pipe = watched(channel, traffic);
      void pipe.ended.then(release);
      return pipe;
    },
    close: async () => {
      if (!gone) await connected.hangUp();
      leave();
    },
  };
}

/** MaxSessions frees its slots late, so a refusal is tried again for about three seconds. */
async function openChannel(
  name: string,
  client: Client,
  command: string,
  gone: () => boolean,
): Promise<Pipe | Trouble> {
  for (let attempt = 0; ; attempt += 1) {
    const result = await exec(client, command);
    if (!(result instanceof Error)) return result;
    if (gone()) return lost(name);
    const { reason } = result as Error & { reason?: number | string };
    if (reason !== 2 && reason !== 4)
      return trouble('lost', `${name} opened no further session: ${result.message}`);
    if (attempt === 6) {
      return trouble(
        'lost',
        `${name} opened no further session: ${result.message}`,
        'raise MaxSessions in its sshd_config',
      );
    }
    await sleep(50 * 2 ** attempt);
  }
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
