import { type SpawnOptions, spawn } from 'node:child_process';

export interface Ran {
  /** 127 where the program is not there, 128 + n where signal n ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
  /** Milliseconds; the program is ended after that. */
  readonly timeout?: number;
  /** Its output is shown as it comes, besides being collected. */
  readonly show?: boolean;
}

/** Runs a program to its end. Never throws for how it ended. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  const spawned: SpawnOptions = { env: { ...process.env, ...options.env } };
  if (options.cwd !== undefined) spawned.cwd = options.cwd;
  if (options.timeout !== undefined) spawned.timeout = options.timeout;
  return new Promise((resolve) => {
    const child = spawn(command, args, { ...spawned, stdio: ['pipe', 'pipe', 'pipe'] });
    const done = (code: number, note = '') =>
      resolve({ code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() + note });
    child.stdout!.on('data', (chunk: Buffer) => {
      out.push(chunk);
      if (options.show) process.stdout.write(chunk);
    });
    child.stderr!.on('data', (chunk: Buffer) => {
      err.push(chunk);
      if (options.show) process.stderr.write(chunk);
    });
    child.on('error', (error) => done(127, error.message));
    child.on('close', (code, signal) => done(code ?? 128 + (signal === 'SIGKILL' ? 9 : 15)));
    child.stdin!.on('error', () => undefined);
    child.stdin!.end(options.input ?? '');
  });
}

/** Something that stops the script and is no bug: said to the user as it is, without a stack. */
export class Stop extends Error {}

/** Like `run`, for what must succeed. */
export async function must(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const ran = await run(command, args, options);
  if (ran.code === 0) return ran.stdout;
  const said = options.show ? '' : `\n${(ran.stderr || ran.stdout).trim().split('\n').slice(-15).join('\n')}`;
  throw new Stop(`${command} ${args.slice(0, 3).join(' ')} … ended with ${ran.code}${said}`);
}

/** Runs a script's main function: a Stop is one message, anything else shows where it came from. */
export async function main(body: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await body();
  } catch (error) {
    console.error(error instanceof Stop ? error.message : error);
    process.exitCode = 1;
  }
}
