import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Target } from '../../contract/exchange.ts';
import { childPipe, ended } from '../child.ts';
import type { ConnectOptions } from '../connect.ts';
import { CHANNELS, type Line, type Pipe, watched } from '../line.ts';
import { Slots } from '../slots.ts';
import { trouble } from '../trouble.ts';
import { clientTrouble, droppedUnheard } from './failure.ts';
import { clientArgs, loginUser } from './options.ts';

/** A socket's path must fit in 104 bytes, and ssh adds a suffix of its own while it makes it. */
const LONGEST_FOLDER = 60;

export interface OpensshLine extends Line {
  /** The last attempt was dropped by sshd before it said anything. */
  droppedUnheard(): boolean;
}

/**
 * The system's ssh client. The first command's client is the master; the clients of later commands go through its
 * socket, in a folder that nobody else can enter.
 */
export async function opensshLine(target: Target, options: ConnectOptions): Promise<OpensshLine> {
  const base = tmpdir().length > LONGEST_FOLDER ? '/tmp' : tmpdir();
  const folder = await mkdtemp(join(base, 'mp-'));
  const traffic = { sent: 0, received: 0 };
  const slots = new Slots(CHANNELS);
  const open = new Set<Pipe>();
  let first = true;
  let dropped = false;
  return {
    name: target.name,
    user: await loginUser(target, options.env),
    traffic,
    open: async (command, urgent) => {
      const release = urgent ? () => {} : await slots.take();
      const role = first ? 'master' : 'guest';
      first = false;
      const args = clientArgs(target, role, join(folder, 's'), options);
      const started = await childPipe('ssh', [...args, '--', target.address, command], options.env);
      if (started instanceof Error) {
        release();
        return trouble(
          'unreachable',
          `the ssh client can't be started: ${started.message}`,
          'install openssh-client, or use ansible_connection: ssh',
        );
      }
      const pipe = watched(started, traffic);
      open.add(pipe);
      void pipe.ended.then(() => {
        open.delete(pipe);
        release();
      });
      return pipe;
    },
    explain: (ending, stderr) => {
      if (ending.code !== 255) return null;
      dropped = droppedUnheard(stderr);
      return clientTrouble(target, stderr);
    },
    droppedUnheard: () => dropped,
    close: async () => {
      await Promise.all([...open].map((pipe) => ended(pipe, 3000)));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
