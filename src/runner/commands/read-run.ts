import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunEvent } from '../contract/event.ts';
import type { RunHead } from '../report/run-head.ts';
import type { RunFolder } from './run-folder.ts';

/** What a run was; null: nothing that can be read is there. */
export function readHead({ path }: RunFolder): RunHead | null {
  try {
    return JSON.parse(readFileSync(join(path, 'run.json'), 'utf8'));
  } catch {
    return null;
  }
}

/** As they were told, as far as they can be read: the last line of a run that was cut off may be a part of one. */
export function readEvents({ path }: RunFolder): RunEvent[] {
  const lines = text(join(path, 'events.ndjson')).split('\n').slice(0, -1);
  return lines.map((line) => {
    const { t: _t, ...event } = JSON.parse(line);
    return event;
  });
}

function text(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
