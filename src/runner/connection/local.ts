import { userInfo } from 'node:os';
import type { Target } from '../contract/exchange.ts';
import { Children } from './child.ts';
import type { Environment } from './home.ts';
import type { Line } from './line.ts';
import { trouble } from './trouble.ts';

/** This machine itself. */
export function localLine(target: Target, env: Environment): Line {
  const children = new Children(env);
  return {
    name: target.name,
    user: userInfo().username,
    traffic: children.traffic,
    open: async (command) => {
      const pipe = await children.start('/bin/sh', ['-c', command]);
      if (!(pipe instanceof Error)) return pipe;
      return trouble('unfit', `/bin/sh can't be started on this machine: ${pipe.message}`);
    },
    close: () => children.close(1000),
  };
}
