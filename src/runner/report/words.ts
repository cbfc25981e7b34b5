import type { HostRecap, RecapEvent, TaskEvent } from '../contract/event.ts';
import type { Status } from '../contract/outcome.ts';
import type { Paint } from './paint.ts';

const COLOURS: Readonly<Record<Status, 'green' | 'yellow' | 'magenta' | 'cyan' | 'red' | 'blue'>> = {
  ok: 'green',
  changed: 'yellow',
  would_change: 'yellow',
  unknown: 'magenta',
  skipped: 'cyan',
  failed: 'red',
  ignored: 'blue',
  unreachable: 'red',
};

/** A status as a person reads it. */
export function statusWord(status: Status): string {
  return status === 'would_change' ? 'would change' : status;
}

export function paintStatus(status: Status, text: string, paint: Paint): string {
  return paint[COLOURS[status]](text);
}

/** Does this outcome deserve a line when nothing more was asked for? */
export function isNews(event: TaskEvent): boolean {
  return event.status !== 'ok' && event.status !== 'skipped';
}

/** A loop's own line, which says nothing that those of its items did not, unless it ended badly or had none. */
export function isRepetition(event: TaskEvent): boolean {
  const bad = event.status === 'failed' || event.status === 'unreachable';
  return event.items !== undefined && event.items > 0 && !bad;
}

/** `name`, `name (item)`, `handler name`. */
export function taskTitle(event: TaskEvent): string {
  const item =
    event.item === undefined
      ? ''
      : ` (${typeof event.item === 'string' ? event.item : JSON.stringify(event.item)})`;
  return `${event.handler ? 'handler ' : ''}${event.task}${item}`;
}

const COUNTS = [
  'ok',
  'changed',
  'would_change',
  'unknown',
  'skipped',
  'failed',
  'rescued',
  'ignored',
  'unreachable',
] as const;

/** One line per host: its counts, its round trips, and how it ended. */
export function recapLines(recap: RecapEvent, paint: Paint): string[] {
  const names = Object.keys(recap.hosts);
  const widest = Math.max(0, ...names.map((name) => name.length));
  const lines = names.map((name) => {
    const host = recap.hosts[name]!;
    const bad = host.state !== 'done';
    const shown = (bad ? paint.red : host.changed + host.would_change > 0 ? paint.yellow : paint.green)(
      name.padEnd(widest),
    );
    return `${shown}  ${counts(host, paint)}  ${paint.dim(trips(host))}${bad ? `  ${paint.red(host.state)}` : ''}`;
  });
  return [
    ...lines,
    paint.dim(`${seconds(recap.elapsed_ms)}${recap.check ? ', check mode: nothing was changed' : ''}`),
  ];
}

function counts(host: HostRecap, paint: Paint): string {
  return COUNTS.filter(
    (count) => host[count] > 0 || count === 'ok' || count === 'changed' || count === 'failed',
  )
    .map((count) => {
      const text = `${count === 'would_change' ? 'would change' : count}=${host[count]}`;
      return host[count] > 0 ? paintStatus(count === 'rescued' ? 'ok' : count, text, paint) : paint.dim(text);
    })
    .join(' ');
}

function trips(host: HostRecap): string {
  return `${host.round_trips} round trip${host.round_trips === 1 ? '' : 's'}`;
}

export function seconds(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`;
}
