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
      // A listener sets the data flowing: not before those whom it is for can be there.
      setImmediate(() => {
        for (const output of outputs) output.on('data', () => timer?.refresh());
      });
    });
    // ssh2 waits for the end of stdout only: what the command said on stderr may still be on its way to its readers.
    command.once('close', () => {
      timer ??= setTimeout(settle, SILENCE);
      void Promise.all(outputs.map(isRead)).then(settle);
    });
  });
}

/** Its readers have all of it, or will get no more. */
function isRead(output: Readable): Promise<void> {
  if (output.readableEnded || output.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    for (const event of ['end', 'close', 'error']) output.once(event, () => resolve());
  });
}
