import type { NoteEvent } from '../contract/event.ts';
import type { Paint } from './paint.ts';
import { printable } from './text.ts';

/** `warning: host: what is worth knowing` */
export function formatNote({ level, host, msg }: NoteEvent, paint: Paint): string {
  const label = level === 'warning' ? paint.yellow('warning') : paint.dim('note');
  return `${label}: ${host === undefined ? '' : `${host}: `}${printable(msg)}`;
}
