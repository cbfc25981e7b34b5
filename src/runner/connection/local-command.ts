/** What came of a program on this machine. */
export interface LocalResult {
  /** 127: there is no such program. */
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a program of this machine to its end, through zx, which is loaded when it is first needed. */
export async function runLocally(command: string, args: readonly string[]): Promise<LocalResult> {
  const { $ } = await import('zx/core');
  const ran = await $({ nothrow: true, quiet: true, input: '' })`${command} ${[...args]}`;
  return { code: ran.exitCode ?? 1, out: ran.stdout, err: ran.stderr };
}
