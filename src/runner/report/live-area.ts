import { hostList } from './host-names.ts';
import type { Paint } from './paint.ts';
import { amount, clip, oneLine, pad, printable, width } from './text.ts';

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 100;
/** What runs shorter than this is not worth a line. */
const PATIENCE_MS = 150;
/** Columns for the hosts that share a line. */
const HOSTS = 30;
/** A task's name gives way to the time down to this many columns. */
const NARROWEST_TASK = 8;

/** What one host is doing. */
export interface Running {
  readonly host: string;
  /** null: it is being connected to. */
  readonly task: string | null;
  /** On the reporter's clock. */
  readonly since: number;
  /** The last thing that was heard of it. */
  readonly line: string | null;
}

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/**
 * The lines at the bottom of the screen: who works on what, since when, and the last line of its output. The longest
 * at work come first. At most half the screen is taken: many hosts share a line per task. No line is wider than the
 * screen.
 */
export function liveLines(running: Iterable<Running>, now: number, size: Size, paint: Paint): string[] {
  const slow = [...running].filter((one) => now - one.since >= PATIENCE_MS).sort((a, b) => a.since - b.since);
  if (slow.length === 0) return [];
  const room = Math.max(2, Math.floor(size.rows / 2) - 1);
  const rows = slow.length <= room ? slow : byTask(slow);
  const shown = rows.length <= room ? rows : rows.slice(0, room - 1);
  const columns = size.columns - 1;
  const layout: Layout = {
    spinner: FRAMES[Math.floor(now / FRAME_MS) % FRAMES.length]!,
    now,
    columns,
    hostColumns: Math.min(Math.max(...shown.map((one) => width(one.host))), Math.floor(columns / 3)),
  };
  const lines = shown.map((one) => liveLine(one, layout, paint));
  const more = amount(rows.length - shown.length, 'more task');
  return shown.length === rows.length
    ? lines
    : [...lines, paint.dim(clip(`${layout.spinner} … ${more}`, columns))];
}

/** One for each task, since its first host began it. */
function byTask(slow: readonly Running[]): Running[] {
  const tasks = new Map<string | null, { first: Running; hosts: string[] }>();
  for (const one of slow) {
    const task = tasks.get(one.task);
    if (task) task.hosts.push(one.host);
    else tasks.set(one.task, { first: one, hosts: [one.host] });
  }
  return [...tasks.values()].map(({ first, hosts }) => ({
    ...first,
    host: hostList(hosts, HOSTS),
    line: null,
  }));
}

interface Layout {
  readonly spinner: string;
  readonly now: number;
  readonly columns: number;
  readonly hostColumns: number;
}

function liveLine(one: Running, { spinner, now, columns, hostColumns }: Layout, paint: Paint): string {
  const time = elapsed(now - one.since);
  const start = `${spinner} ${pad(clip(one.host, hostColumns), hostColumns)}  `;
  const forTask = Math.max(NARROWEST_TASK, columns - width(start) - time.length - 2);
  const head = clip(`${start}${clip(oneLine(one.task ?? 'connecting'), forTask)}  ${time}`, columns);
  const left = columns - width(head) - 2;
  if (one.line === null || left < NARROWEST_TASK) return head;
  return `${head}  ${paint.dim(clip(lastLine(one.line), left))}`;
}

/** What a terminal would show last of a text that returns the carriage, without what would move the cursor. */
export function lastLine(text: string): string {
  const last = text
    .replace(/[\r\n]+$/, '')
    .split(/[\r\n]/)
    .at(-1)!;
  return printable(last).replaceAll('\t', ' ');
}

/** Steady to the eye: tenths only while they matter. */
function elapsed(ms: number): string {
  if (ms < 10_000) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  const s = Math.floor(ms / 1000);
  if (s < 60) return `${s} s`;
  const minutes = `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`;
  return s < 3600 ? minutes : `${Math.floor(s / 3600)}:${minutesOf(s)}:${String(s % 60).padStart(2, '0')}`;
}

function minutesOf(s: number): string {
  return String(Math.floor((s % 3600) / 60)).padStart(2, '0');
}
