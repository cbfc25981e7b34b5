import type { TaskEvent } from '../contract/event.ts';
import type { Json } from '../contract/json.ts';
import type { Status } from '../contract/outcome.ts';
import type { Paint } from './paint.ts';
import { oneLine } from './text.ts';

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

/** It ended the task's host, or would have but for a rescue. */
export function isBad(event: TaskEvent): boolean {
  return event.status === 'failed' || event.status === 'unreachable';
}

/** Does this outcome deserve a line when nothing more was asked for? */
export function isNews(event: TaskEvent): boolean {
  return event.status !== 'ok' && event.status !== 'skipped';
}

/** A loop's own line, which says nothing that those of its items did not, unless it ended badly (also where that is ignored) or had none. */
export function isRepetition(event: TaskEvent): boolean {
  return event.items !== undefined && event.items > 0 && !isBad(event) && event.status !== 'ignored';
}

/** `name`, `name (item)`, `handler name`. */
export function taskTitle(event: TaskEvent): string {
  const item = event.item === undefined ? '' : ` (${itemText(event.item)})`;
  const owed = event.debt ? ' (owed by an earlier run)' : '';
  return `${event.handler ? 'handler ' : ''}${oneLine(event.task)}${item}${owed}`;
}

const LONGEST_ITEM = 80;

function itemText(item: Json): string {
  const text = oneLine(typeof item === 'string' ? item : JSON.stringify(item));
  return text.length > LONGEST_ITEM ? `${text.slice(0, LONGEST_ITEM)}…` : text;
}

/** A length of time for a person: `12 ms`, `3.4 s`, `2 min 5 s`, `1 h 2 min`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const s = Math.round(ms / 1000);
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
}
