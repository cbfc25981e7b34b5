import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { start } from '../../src/runner/start.ts';

/** As much of a process as the command line uses. What is written is kept. */
export class FakeProcess extends EventEmitter {
  readonly pid = -1;
  exitCode: number | undefined;
  readonly env: Record<string, string>;
  readonly stdout: Outlet;
  readonly stderr: Outlet;
  readonly stdin = Object.assign(new PassThrough(), { isTTY: false, setRawMode: () => {} });
  readonly killed: string[] = [];
  private readonly directory: string;

  constructor(directory: string, env: Record<string, string> = {}, isTty = false) {
    super();
    this.directory = directory;
    // Leases and debts of a test lie away from those of other runs on this machine.
    this.env = { HOME: directory, MAMA_PLAY_STATE_DIR: join(directory, '.state'), ...env };
    this.stdout = new Outlet(isTty);
    this.stderr = new Outlet(isTty);
    this.stdin.isTTY = isTty;
  }

  cwd(): string {
    return this.directory;
  }

  kill(_pid: number, signal: string): void {
    this.killed.push(signal);
  }
}

class Outlet extends Writable {
  text = '';
  readonly isTTY: boolean;
  columns = 80;
  rows = 24;

  constructor(isTTY: boolean) {
    super();
    this.isTTY = isTTY;
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    this.text += chunk.toString();
    done();
  }
}

export interface Ran {
  readonly code: number | undefined;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line to its end, in this process. */
export async function runFake(fake: FakeProcess, argv: readonly string[]): Promise<Ran> {
  await start(argv, fake as unknown as NodeJS.Process, '1.2.3');
  return { code: fake.exitCode, out: fake.stdout.text, err: fake.stderr.text };
}
