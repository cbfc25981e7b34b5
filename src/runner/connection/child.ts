import { type ChildProcess, spawn } from 'node:child_process';
import type { Ending, Pipe } from './line.ts';

type Environment = Readonly<Record<string, string | undefined>>;

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
