import type { Readable, Writable } from 'node:stream';
import type { Traffic, Trouble } from '../contract/exchange.ts';
import { Slots } from './slots.ts';

/** How a remote command ended. Without `code` and `signal` no status came: the line or its far end was cut off. */
export interface Ending {
  readonly code: number | null;
  readonly signal: string | null;
}

/** One running remote command. Its streams never raise an uncaught error; what went wrong shows in `ended`. */
export interface Pipe {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Settles once: the command ended and its output is read, or there is nothing more to come from it. */
  readonly ended: Promise<Ending>;
  /** Lets go of it at once; `ended` follows. */
  destroy(): void;
}

/** A way to one machine that runs commands on it: ssh, openssh or local. */
export interface Line {
  /** The inventory's name of the host, for messages. */
  readonly name: string;
  /** Who one is there without become; null: not known. */
  readonly user: string | null;
  readonly traffic: Traffic;
  /** Starts a command line of the login shell. */
  open(command: string): Promise<Pipe | Trouble>;
  /** What an ending before the first word means, if the line knows better than the command's own stderr. */
  explain?(ending: Ending, stderr: string): Trouble | null;
  /** Why it was lost, if the line knows. */
  why?(): string | null;
  /** Ends the line; commands still running are let go. */
  close(): Promise<void>;
}

/** The same line for commands that come to an end: so many run side by side, further ones wait. */
export function atMost(size: number, line: Line): Line {
  const slots = new Slots(size);
  return {
    ...line,
    open: async (command) => {
      const release = await slots.take();
      const pipe = await line.open(command);
      if ('kind' in pipe) release();
      else void pipe.ended.then(release);
      return pipe;
    },
  };
}

/** Counts what goes over the pipe, and takes care that no stream error is left without a listener. */
export function watched(pipe: Pipe, traffic: Traffic): Pipe {
  pipe.stdout.on('data', (chunk: Buffer) => {
    traffic.received += chunk.length;
  });
  pipe.stderr.on('data', (chunk: Buffer) => {
    traffic.received += chunk.length;
  });
  for (const stream of [pipe.stdin, pipe.stdout, pipe.stderr]) stream.on('error', () => {});
  return pipe;
}

/** Writes bytes to a pipe of the line, and counts them. */
export function send(line: Line, pipe: Pipe, bytes: Uint8Array): void {
  line.traffic.sent += bytes.length;
  if (pipe.stdin.writable) pipe.stdin.write(bytes);
}
