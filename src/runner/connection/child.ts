import { spawn } from 'node:child_process';
import type { Traffic } from '../contract/exchange.ts';
import { endOf } from './ending.ts';
import type { Environment } from './home.ts';
import { type Pipe, watched } from './line.ts';

/** The child processes that carry a line. */
export class Children {
  readonly traffic: Traffic = { sent: 0, received: 0 };
  readonly #env: Environment;
  readonly #open = new Set<Pipe>();

  constructor(env: Environment) {
    this.#env = env;
  }

  async start(file: string, args: readonly string[]): Promise<Pipe | Error> {
    const started = await childPipe(file, args, this.#env);
    if (started instanceof Error) return started;
    const pipe = watched(started, this.traffic);
    this.#open.add(pipe);
    void pipe.ended.then(() => this.#open.delete(pipe));
    return pipe;
  }

  /** Closes the stdin of all, and lets go of those that have not ended after `ms`. */
  async close(ms: number): Promise<void> {
    await Promise.all([...this.#open].map((pipe) => endWithin(pipe, ms)));
  }
}

async function endWithin(pipe: Pipe, ms: number): Promise<void> {
  pipe.stdin.end();
  const timer = setTimeout(() => pipe.destroy(), ms);
  await Promise.race([pipe.ended, new Promise((resolve) => setTimeout(resolve, ms + 100).unref())]);
  clearTimeout(timer);
}

/**
 * A child process in a process group of its own, so that ^C on the terminal doesn't reach it: what is interrupted, and
 * when, is the engine's to say.
 */
async function childPipe(file: string, args: readonly string[], env: Environment): Promise<Pipe | Error> {
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
    ended: endOf(child, [child.stdout, child.stderr]),
    destroy: () => {
      child.stdin.destroy();
      child.stdout.destroy();
      child.stderr.destroy();
      child.kill();
    },
  };
}
