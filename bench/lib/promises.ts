import { figure, find, type Row, ratio } from './results.ts';

/** One line of what must hold. */
export interface Promised {
  readonly text: string;
  /** `kept`, `broken`, or `open` where the rows that it needs were not measured. */
  readonly verdict: 'kept' | 'broken' | 'open';
  readonly found: string;
}

/** Round trips after the handshake that the first run over 100 ms may take. */
const FIRST_RUN_TRIPS = 26;

export function promises(rows: readonly Row[]): Promised[] {
  const second10 = find(rows, 'second', 10);
  const far = find(rows, 'second', 1, 100);
  const firstFar = find(rows, 'first', 1, 100);
  const fifty = ['first', 'second', 'check'].map((work) => find(rows, work, 50));
  const largest = Math.max(
    ...fifty.map((row) => figure(row, 'ours', 'rss')).filter((value) => !Number.isNaN(value)),
  );
  return [
    atLeast(
      'Second run, 10 hosts, 0 ms: 30 times faster than tuned Ansible',
      ratio(second10, 'ansible', 'ours'),
      30,
    ),
    atLeast(
      'Second run, 10 hosts, 0 ms: 12 times faster than Mitogen',
      ratio(second10, 'mitogen', 'ours'),
      12,
    ),
    atMost(
      'Second run, 10 hosts, 0 ms: within 1.5 times of the floor',
      ratio(second10, 'ours', 'floor'),
      1.5,
    ),
    atMost('Second run, 1 host, 100 ms: at most 1.1 times the floor', ratio(far, 'ours', 'floor'), 1.1),
    count('Second run, 1 host, 100 ms: at most 2 round trips', figure(far, 'ours', 'roundTrips'), 2),
    count(
      `First run, 1 host, 100 ms: at most ${FIRST_RUN_TRIPS} round trips after the handshake`,
      figure(firstFar, 'ours', 'roundTrips'),
      FIRST_RUN_TRIPS,
    ),
    judged('50 hosts: under 200 MB', largest, largest < 200, `${largest.toFixed(0)} MB`),
    ...['first', 'second'].map((work) =>
      atMost(
        `${title(work)} run, 50 hosts: within 1.5 times of the floor`,
        ratio(find(rows, work, 50), 'ours', 'floor'),
        1.5,
      ),
    ),
    ...['tree first', 'tree second', 'file first', 'file second'].flatMap((work) =>
      ['rsync', 'scp'].map((peer) =>
        atMost(`${moved(work)}: at most 1.5 times ${peer}`, ratio(find(rows, work), 'ours', peer), 1.5),
      ),
    ),
    atMost('--version: at most 1.5 times node -e 0', ratio(find(rows, 'start', 0), 'ours', 'node'), 1.5),
  ];
}

function atLeast(text: string, found: number, limit: number): Promised {
  return judged(text, found, found >= limit, `${found.toFixed(1)} times`);
}

function atMost(text: string, found: number, limit: number): Promised {
  return judged(text, found, found <= limit, `${found.toFixed(2)} times`);
}

function count(text: string, found: number, limit: number): Promised {
  return judged(text, found, found <= limit, String(found));
}

function judged(text: string, found: number, well: boolean, shown: string): Promised {
  if (!Number.isFinite(found)) return { text, verdict: 'open', found: 'not measured' };
  return { text, verdict: well ? 'kept' : 'broken', found: shown };
}

function title(word: string): string {
  return word[0]!.toUpperCase() + word.slice(1);
}

function moved(work: string): string {
  const [what, run] = work.split(' ');
  return `${what === 'tree' ? '300 files' : '100 MB'}, ${run} run`;
}
