import { formatPosition } from '../contract/diagnostic.ts';
import type { TaskEvent } from '../contract/event.ts';
import { formatDiagnostic } from './diagnostic.ts';
import { formatNote } from './note.ts';
import { paintFor } from './paint.ts';
import { dispatch, type Handlers, type Reporter, type ReportOptions } from './reporter.ts';

/**
 * One event per line on stdout and nothing else there (DESIGN sections 7 and 10): play, task, error, recap, with
 * their fields in a fixed order. Warnings and notes are for people and go to stderr.
 */
export function jsonReporter({ terminal, verbosity }: ReportOptions): Reporter {
  // What is undefined is left out by JSON.stringify.
  const line = (event: object) => terminal.out(`${JSON.stringify(event)}\n`);
  const paint = paintFor(terminal.errColour);
  const nothing = () => {};
  const handlers: Handlers = {
    play: ({ event, play, hosts, batch }) => line({ event, play, hosts, batch }),
    task: (event) => line(taskLine(event, verbosity > 0)),
    error: ({ event, diagnostic }) => {
      if (diagnostic.severity === 'warning') return terminal.err(formatDiagnostic(diagnostic, paint));
      const { code, at, message: msg, hint } = diagnostic;
      line({ event, code, at: at && formatPosition(at), msg, hint });
    },
    recap: ({ event, ok, elapsed_ms, hosts }) => line({ event, ok, elapsed_ms, hosts }),
    note: (note) => terminal.err(`${formatNote(note, paint)}\n`),
    connected: nothing,
    started: nothing,
    output: nothing,
  };
  return { on: (event) => dispatch(handlers, event), close: nothing };
}

function taskLine(task: TaskEvent, withResult: boolean): object {
  return {
    event: task.event,
    host: task.host,
    play: task.play,
    task: task.task,
    type: task.type,
    status: task.status,
    at: task.at,
    delta: task.delta,
    msg: task.msg,
    hint: task.hint,
    ms: task.ms,
    handler: task.handler,
    item: task.item,
    items: task.items,
    rescued: task.rescued,
    debt: task.debt,
    delegated_to: task.delegated_to,
    result: withResult ? task.result : undefined,
  };
}
