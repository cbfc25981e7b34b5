import type { HostRecap, RunEvent, TaskEvent } from '../contract/event.ts';
import { formatDiagnostic } from './diagnostic.ts';
import { hostList } from './host-names.ts';
import { formatNote } from './note.ts';
import { type Paint, paintFor } from './paint.ts';
import type { Reporter, Screen } from './reporter.ts';
import { indent, printable } from './text.ts';

/**
 * What one command came to on several hosts. Hosts on which the very same came out share a heading, from the first
 * host of the inventory on; what is wrong goes to stderr.
 *
 *     web{01..03} | ok
 *     up 3 days
 *
 *     web04 | failed (rc 1)
 *     uptime: not here
 */
export function execReporter(terminal: Screen, verbosity: number): Reporter {
  const paint = paintFor(terminal.colour);
  const errPaint = paintFor(terminal.errColour);
  const answers = new Map<string, TaskEvent>();
  const on = (event: RunEvent): void => {
    switch (event.event) {
      case 'task':
        answers.set(event.host, event);
        return;
      case 'error':
        terminal.err(formatDiagnostic(event.diagnostic, errPaint));
        return;
      case 'note':
        terminal.err(`${formatNote(event, errPaint)}\n`);
        return;
      case 'output':
        if (verbosity > 0) terminal.err(`${errPaint.dim(`${event.host}: ${printable(event.line)}`)}\n`);
        return;
      case 'recap':
        terminal.out(sections(event.hosts, answers, paint));
        return;
      default:
    }
  };
  return { on, close: () => {} };
}

function sections(
  recap: Readonly<Record<string, HostRecap>>,
  answers: ReadonlyMap<string, TaskEvent>,
  paint: Paint,
): string {
  const groups = new Map<string, string[]>();
  const bodies = new Map<string, readonly [string, readonly string[]]>();
  for (const [host, { state }] of Object.entries(recap)) {
    const answer = answers.get(host);
    const told = answer ? section(answer, paint) : ([paint.red(state), []] as const);
    const key = JSON.stringify(told);
    bodies.set(key, told);
    groups.set(key, [...(groups.get(key) ?? []), host]);
  }
  const texts = [...groups].map(([key, hosts]) => {
    const [heading, body] = bodies.get(key)!;
    const who = paint.bold(hostList(hosts, Number.POSITIVE_INFINITY));
    return `${[`${who} | ${heading}`, ...body].join('\n')}\n`;
  });
  return texts.join('\n');
}

/** The heading, without the hosts, and what stands below it. */
function section(event: TaskEvent, paint: Paint): readonly [string, readonly string[]] {
  const { status, result = {}, msg, hint } = event;
  const { rc } = result;
  const printed = [...output(result['stdout']), ...output(result['stderr'])];
  if (status === 'ok' || status === 'changed') return [paint.green('ok'), [...printed, ...lines(msg)]];
  const ran = typeof rc === 'number' && rc !== 0;
  const heading = paint.red(ran ? `${status} (rc ${rc})` : status);
  // What the program says of itself tells it all; without a word of its own there is ours.
  const ours = printed.length > 0 && ran ? [] : lines(msg);
  return [heading, [...printed, ...ours, ...indent(lines(hint))]];
}

function output(text: unknown): string[] {
  return typeof text === 'string' && text !== '' ? lines(text) : [];
}

function lines(text: string | undefined): string[] {
  return text === undefined ? [] : printable(text).split('\n');
}
