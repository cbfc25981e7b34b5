import type { EventEmitter } from 'node:events';
import type { Readable } from 'node:stream';
import type { Ending } from './line.ts';

/** Milliseconds of silence after which the output of an ended command is taken to be complete. */
const SILENCE = 2000;

/**
 * The end of a command that runs behind an event emitter with 'exit' and 'close' (a child process, an ssh2 channel).
 * 'close' comes when its output is read. It does not come while a process that it left behind holds that output; then
 * the end is when nothing was heard for a while after 'exit'. A 'close' without an 'exit': it was cut off.
 */
export function endOf(command: EventEmitter, outputs: readonly Readable[]): Promise<Ending> {
  return new Promise((resolve) => {
    let ending: Ending = { code: null, signal: null };
    let timer: NodeJS.Timeout | undefined;
    const settle = (): void => {
      clearTimeout(timer);
      resolve(ending);
    };
    command.once('exit', (code: number | null, signal?: string | null) => {
      ending = { code, signal: signal ?? null };
      timer = setTimeout(settle, SILENCE);
      for (const output of outputs) output.on('data', () => timer?.refresh());
    });
    command.once('close', settle);
  });
}
