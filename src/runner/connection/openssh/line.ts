import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Target } from '../../contract/exchange.ts';
import { Children } from '../child.ts';
import type { ConnectOptions } from '../connect.ts';
import type { Line, Pipe } from '../line.ts';
import { trouble } from '../trouble.ts';
import { clientTrouble, droppedUnheard } from './failure.ts';
import { clientArgs, controlPath, loginUser } from './options.ts';

/** A socket's path must fit in 104 bytes, and ssh adds a suffix of its own while it makes it. */
const LONGEST_FOLDER = 60;

/**
 * The master outlives us as long as something runs on the host. Whatever ends us closes this one's stdin, and then it
 * ends the master through its socket ($1), and removes the folder ($2).
 */
const GUARD =
  'cat >/dev/null 2>&1; ssh -F none -o "ControlPath=$1" -O exit master >/dev/null 2>&1; rm -rf -- "$2"';

export interface OpensshLine extends Line {
  /** The last attempt was dropped by sshd before it said anything. */
  droppedUnheard(): boolean;
  /** Closes it where nothing was begun: no client is given time for its end. */
  abandon(): Promise<void>;
}

/**
 * The system's ssh client. The first command's client is the master; the clients of later commands go through its
 * socket, in a folder that nobody else can enter. When the master has ended the line is lost: a later client would
 * connect anew, and nobody would know that what lived in the first session is gone.
 */
export async function opensshLine(target: Target, options: ConnectOptions): Promise<OpensshLine> {
  const base = tmpdir().length > LONGEST_FOLDER ? '/tmp' : tmpdir();
  const folder = await mkdtemp(join(base, 'mp-'));
  const children = new Children(options.env);
  let master: 'none' | 'up' | 'gone' = 'none';
  let dropped = false;
  let guard: Pipe | null = null;
  const socket = join(folder, 's');
  const close = async (patience: number): Promise<void> => {
    guard?.destroy();
    await children.close(patience);
    await rm(folder, { recursive: true, force: true });
  };
  return {
    name: target.name,
    user: await loginUser(target, options.env),
    traffic: children.traffic,
    open: async (command) => {
      if (master === 'gone') return trouble('lost', `the connection to ${target.name} was lost`);
      const role = master === 'none' ? 'master' : 'guest';
      master = 'up';
      const args = clientArgs(target, role, socket, options);
      const pipe = await children.start('ssh', [...args, '--', target.address, command]);
      if (pipe instanceof Error) {
        const hint = 'install openssh-client, or use ansible_connection: ssh';
        return trouble('unreachable', `the ssh client can't be started: ${pipe.message}`, hint);
      }
      if (role === 'master') {
        const words = ['-c', GUARD, 'sh', controlPath(socket), folder];
        const started = await children.start('/bin/sh', words);
        if (!(started instanceof Error)) guard = started;
        void pipe.ended.then(() => {
          master = 'gone';
        });
      }
      return pipe;
    },
    explain: (ending, stderr) => {
      if (ending.code !== 255) return null;
      dropped = droppedUnheard(stderr);
      return clientTrouble(target, stderr);
    },
    droppedUnheard: () => dropped,
    close: () => close(3000),
    abandon: () => close(0),
  };
}
