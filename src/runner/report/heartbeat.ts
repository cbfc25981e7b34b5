import { hostList } from './host-names.ts';
import { lastLine } from './live-area.ts';
import type { Clock } from './reporter.ts';
import { clip, oneLine } from './text.ts';
import { duration } from './words.ts';

/** A task that still runs is told of after this long, and then after each full minute. */
const FIRST_MS = 15_000;
const MINUTE_MS = 60_000;
const TICK_MS = 1000;
/** Columns of its last line of output. */
const LONGEST_LINE = 100;

interface Running {
  readonly host: string;
  readonly task: string;
  readonly since: number;
  /** The last thing that was heard of it. */
  line: string | null;
  /** When it is told of next. */
  due: number;
}

/**
 * Tells a log file of what takes long, so that nobody thinks that all has stopped:
 *
 *     running      web{1..3}: Build  2 min 0 s: Step 4/9 : RUN make
 */
export class Heartbeat {
  private readonly clock: Clock;
  private readonly tell: (lines: readonly string[]) => void;
  private readonly running = new Map<string, Running>();
  private stopTicking: (() => void) | null = null;

  constructor(clock: Clock, tell: (lines: readonly string[]) => void) {
    this.clock = clock;
    this.tell = tell;
  }

  /** Another attempt at the same task goes on counting from the first one. */
  started(host: string, task: string): void {
    if (this.running.get(host)?.task === task) return;
    const since = this.clock.now();
    this.running.set(host, { host, task, since, line: null, due: since + FIRST_MS });
    this.stopTicking ??= this.clock.every(TICK_MS, () => this.tick());
  }

  output(host: string, line: string): void {
    const one = this.running.get(host);
    if (one) one.line = line;
  }

  ended(host: string): void {
    this.running.delete(host);
  }

  stop(): void {
    this.running.clear();
    this.stopTicking?.();
    this.stopTicking = null;
  }

  private tick(): void {
    if (this.running.size === 0) this.stop();
    const now = this.clock.now();
    const due = [...this.running.values()].filter((one) => one.due <= now);
    for (const one of due) one.due = one.since + (Math.floor((now - one.since) / MINUTE_MS) + 1) * MINUTE_MS;
    const tasks = [...new Set(due.map(({ task }) => task))];
    const lines = tasks.map((name) =>
      heartbeatLine(
        due.filter(({ task }) => task === name),
        now,
      ),
    );
    if (lines.length > 0) this.tell(lines);
  }
}

/** Of hosts at the same task: what the one that has been at it for longest printed last. */
function heartbeatLine(group: readonly Running[], now: number): string {
  const [first] = [...group].sort((a, b) => a.since - b.since) as [Running];
  const line = lastLine(first.line ?? '').trim();
  const said = line === '' ? '' : `: ${clip(line, LONGEST_LINE)}`;
  const hosts = hostList(group.map(({ host }) => host));
  const seconds = Math.floor((now - first.since) / 1000);
  return `${'running'.padEnd(12)} ${hosts}: ${oneLine(first.task)}  ${duration(seconds * 1000)}${said}`;
}
