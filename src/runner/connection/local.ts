import { type ChildProcess, spawn } from 'node:child_process';
import { userInfo } from 'node:os';
import type { Target } from '../contract/exchange.ts';
import { CHANNELS, type Ending, type Line, type Pipe, watched } from './line.ts';
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

/** Waits for an end that is on its way, and no longer than `ms`. */
export async function ended(pipe: Pipe, ms: number): Promise<void> {
  pipe.stdin.end();
  const timer = setTimeout(() => pipe.destroy(), ms);
  await pipe.ended;
  clearTimeout(timer);
}

/**
 * A child process in a process group of its own, so that ^C on the terminal doesn't reach it (what is interrupted, and
 * when, is the engine's to say).
 */
export async function childPipe(
  file: string,
  args: readonly string[],
  env: Environment,
): Promise<Pipe | Error> {
  const child = spawn(file, args, { detached: true, stdio: 'pipe', env: env as NodeJS.ProcessEnv });
  const failed = await new Promise<Error | null>((resolve) => {
    child.once('spawn', () => resolve(null));
    child.once('error', resolve);
  });
  if (failed) return failed;
  child.on('error', () => {});
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    ended: endOf(child),
    destroy: () => {
      child.stdin.destroy();
      child.stdout.destroy();
      child.stderr.destroy();
    },
  };
}

/** 'close' comes when all output was read; a process that still holds the output is waited for a moment only. */
function endOf(child: ChildProcess): Promise<Ending> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      const timer = setTimeout(() => resolve({ code, signal }), 300);
      child.once('close', () => {
        clearTimeout(timer);
        resolve({ code, signal });
      });
    });
  });
}
