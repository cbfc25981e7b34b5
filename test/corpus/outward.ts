import { ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';

/** Whatever this process tries to reach, through a socket or another process, from now until `stop`. It fails. */
export function watchOutward(): { readonly tried: readonly string[]; stop(): void } {
  const tried: string[] = [];
  const real = { connect: Socket.prototype.connect, spawn: spawning.spawn };
  Socket.prototype.connect = function refuse(this: Socket, ...args: unknown[]) {
    tried.push(`connect ${JSON.stringify(args)}`);
    throw new Error('a connection was tried');
  } as typeof Socket.prototype.connect;
  spawning.spawn = (options: { readonly args?: readonly string[] }) => {
    tried.push(`spawn ${options.args?.join(' ')}`);
    throw new Error('a process was started');
  };
  const stop = () => {
    Socket.prototype.connect = real.connect;
    spawning.spawn = real.spawn;
  };
  return { tried, stop };
}

/** What child_process.spawn and its kin come down to; it is not in the types. */
const spawning = ChildProcess.prototype as unknown as { spawn: (options: never) => unknown };
