import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stop } from '../../scripts/lib/run.ts';

export interface Command {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Measured {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Seconds from starting the process to its end. */
  readonly wall: number;
  /** Seconds of user and system time of the process and all descendants that it waited for. */
  readonly cpu: number;
  /** Megabytes (10^6) of the largest process among them. */
  readonly rss: number;
}

const LIMIT_SECONDS = 600;

/** Runs whole processes under GNU time, one at a time. */
export class Stopwatch {
  readonly #dir: string;
  #group: number | null = null;

  /** `dir` takes the output and the figures of what runs. */
  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Never throws for how the process ended. Its output goes to files, so that nobody has to keep up with it. */
  async run(command: Command): Promise<Measured> {
    const [out, err, figures] = ['stdout', 'stderr', 'time'].map((name) => join(this.#dir, name)) as [
      string,
      string,
      string,
    ];
    const files = [openSync(out, 'w'), openSync(err, 'w')] as const;
    const started = performance.now();
    const child = spawn('/usr/bin/time', ['-q', '-f', '%U %S %M', '-o', figures, ...command.argv], {
      cwd: command.cwd,
      env: environment(command.env),
      stdio: ['ignore', ...files],
      detached: true,
    });
    this.#group = child.pid ?? null;
    const limit = setTimeout(() => this.stop(), LIMIT_SECONDS * 1000);
    const code = await new Promise<number>((resolve, reject) => {
      child.on('error', (error) => reject(new Stop(`/usr/bin/time can't be run: ${error.message}`)));
      child.on('exit', (status, signal) => resolve(status ?? (signal === 'SIGKILL' ? 137 : 143)));
    });
    const wall = (performance.now() - started) / 1000;
    clearTimeout(limit);
    this.#group = null;
    for (const file of files) closeSync(file);
    const [user, system, kilobytes] = readFileSync(figures, 'utf8')
      .trim()
      .split('\n')
      .at(-1)!
      .split(' ')
      .map(Number);
    return {
      code,
      stdout: readFileSync(out, 'utf8'),
      stderr: readFileSync(err, 'utf8'),
      wall,
      cpu: user! + system!,
      rss: (kilobytes! * 1024) / 1e6,
    };
  }

  /** Ends the process that runs now, with its group. */
  stop(): void {
    if (this.#group === null) return;
    try {
      process.kill(-this.#group, 'SIGTERM');
    } catch {
      // It ended by itself meanwhile.
    }
  }
}

/** The user's own, without what would make a peer quicker or slower by accident. */
function environment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(ANSIBLE_|NODE_|npm_|SSH_|FORCE_COLOR|NO_COLOR)/.test(name),
  );
  return { ...Object.fromEntries(kept), LC_ALL: 'C.UTF-8', ...more };
}
