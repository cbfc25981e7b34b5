import { userInfo } from 'node:os';
import type { Target } from '../contract/exchange.ts';
import { childPipe, ended } from './child.ts';
import { CHANNELS, type Line, type Pipe, watched } from './line.ts';
import { Slots } from './slots.ts';
import { trouble } from './trouble.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** This machine itself. */
export function localLine(target: Target, env: Environment): Line {
  const traffic = { sent: 0, received: 0 };
  const slots = new Slots(CHANNELS);
  const open = new Set<Pipe>();
  return {
    name: target.name,
    user: userInfo().username,
    traffic,
    open: async (command, urgent) => {
      const release = urgent ? () => {} : await slots.take();
      const started = await childPipe('/bin/sh', ['-c', command], env);
      if (started instanceof Error) {
        release();
        return trouble('unfit', `/bin/sh can't be started on this machine: ${started.message}`);
      }
      const pipe = watched(started, traffic);
      open.add(pipe);
      void pipe.ended.then(() => {
        open.delete(pipe);
        release();
      });
      return pipe;
    },
    close: async () => {
      await Promise.all([...open].map((pipe) => ended(pipe, 1000)));
    },
  };
}
