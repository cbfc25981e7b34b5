import { formatPosition } from '../contract/diagnostic.ts';
import { dispatch, type Reporter, type ReportOptions } from './reporter.ts';

/** One event per line on stdout and nothing else there; notes go to stderr (DESIGN sections 7 and 10). */
export function jsonReporter({ terminal, verbosity }: ReportOptions): Reporter {
  const line = (event: object) => terminal.out(`${JSON.stringify(event)}\n`);
  const nothing = () => {};
  return {
    on: (event) =>
      dispatch(
        {
          play: line,
          task: ({ result, ...event }) => line(verbosity > 0 && result ? { ...event, result } : event),
          error: ({ diagnostic }) => {
            const { code, at, message, hint, severity } = diagnostic;
            line({
              event: severity === 'warning' ? 'warning' : 'error',
              code,
              ...(at ? { at: formatPosition(at) } : {}),
              msg: message,
              ...(hint === undefined ? {} : { hint }),
            });
          },
          recap: line,
          note: (note) => terminal.err(`${note.level}: ${note.host ? `${note.host}: ` : ''}${note.msg}\n`),
          connected: nothing,
          started: nothing,
          output: nothing,
        },
        event,
      ),
    close: nothing,
  };
}
