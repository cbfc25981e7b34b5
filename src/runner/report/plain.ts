import { REAL_CLOCK } from './clock.ts';
import { Doubts } from './doubts.ts';
import { Heartbeat } from './heartbeat.ts';
import { hostList } from './host-names.ts';
import { formatNote } from './note.ts';
import { outcomeLines } from './outcome.ts';
import { paintFor } from './paint.ts';
import { recapLines } from './recap.ts';
import { Refusals } from './refusals.ts';
import { dispatch, type Handlers, type Reporter, type ReportOptions } from './reporter.ts';
import { SharedDiffs } from './shared-diffs.ts';
import { oneLine, printable } from './text.ts';
import { duration, isRepetition } from './words.ts';

/**
 * A line per outcome, as it comes: for pipes and log files. Hosts that share a diff share its lines, if they come to it at
 * about the same time. Errors, warnings and notes go to stderr.
 */
export function plainReporter(options: ReportOptions): Reporter {
  const { terminal, verbosity } = options;
  const paint = paintFor(terminal.colour);
  const refusals = new Refusals(paintFor(terminal.errColour));
  const out = (lines: readonly string[]) => terminal.out(lines.map((line) => `${line}\n`).join(''));
  const doubts = new Doubts();
  const clock = options.clock ?? REAL_CLOCK;
  const heartbeat = new Heartbeat(clock, (lines) => out(lines.map(paint.dim)));
  const diffs = new SharedDiffs(clock, verbosity > 0, ({ first, hosts, ms }) =>
    out(outcomeLines({ ...first, ms }, hostList(hosts, Number.POSITIVE_INFINITY), options)),
  );
  const handlers: Handlers = {
    play: ({ play, hosts, batch }) => {
      diffs.tellAll();
      refusals.runBegins();
      const turn = batch === undefined ? '' : ` (batch ${batch})`;
      const who = hosts.length === 0 ? 'no hosts' : hostList(hosts, Number.POSITIVE_INFINITY);
      out([`${paint.bold(`play ${oneLine(play)}`)}${turn}: ${who}`]);
    },
    task: (task) => {
      doubts.add(task);
      heartbeat.ended(task.host);
      if (isRepetition(task)) return;
      if (options.diff && task.delta) return diffs.add(task);
      diffs.before(task.host);
      out(outcomeLines(task, task.host, options));
    },
    error: ({ diagnostic }) => {
      diffs.tellAll();
      terminal.err(refusals.format(diagnostic));
    },
    note: (note) => {
      diffs.tellAll();
      terminal.err(`${formatNote(note, paintFor(terminal.errColour))}\n`);
    },
    recap: (recap) => {
      diffs.tellAll();
      heartbeat.stop();
      out(['', ...recapLines(recap, paint, doubts)]);
    },
    connected: ({ host, ms }) => {
      if (verbosity > 1) out([paint.dim(`connected to ${host} in ${duration(ms)}`)]);
    },
    started: ({ host, task }) => heartbeat.started(host, task),
    output: ({ host, task, line }) => {
      heartbeat.output(host, line);
      if (verbosity === 0) return;
      diffs.before(host);
      out([paint.dim(`${host}: ${oneLine(task)}: ${printable(line)}`)]);
    },
  };
  return {
    on: (event) => dispatch(handlers, event),
    close: () => {
      diffs.tellAll();
      heartbeat.stop();
      const summary = refusals.summary();
      if (summary !== '') terminal.err(summary);
    },
  };
}
