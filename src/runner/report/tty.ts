import type { TaskEvent } from '../contract/event.ts';
import { formatDiagnostic } from './diagnostic.ts';
import { Groups } from './grouping.ts';
import { liveLines, type Running } from './live-area.ts';
import { paintFor } from './paint.ts';
import { taskLines } from './plain.ts';
import { dispatch, type Reporter, type ReportOptions } from './reporter.ts';
import { isNews, isRepetition, recapLines } from './words.ts';

const FRAME_MS = 100;
/** Outcomes wait this long for their like from other hosts. */
const HOLD_FRAMES = 3;

/**
 * For a terminal: what happened scrolls by, grouped over hosts; what is happening stands below it and is redrawn. The
 * screen is written to at most once a frame, and everything above the live lines stays as it was.
 */
export function ttyReporter(options: ReportOptions): Reporter {
  const screen = new LiveScreen(options);
  return { on: (event) => dispatch(screen.handlers, event), close: () => screen.close() };
}

class LiveScreen {
  private readonly options: ReportOptions;
  private readonly paint;
  private readonly running = new Map<string, Running>();
  private readonly groups = new Groups();
  private pending = '';
  private drawn = 0;
  private held = 0;
  private timer: NodeJS.Timeout | null = null;

  constructor(options: ReportOptions) {
    this.options = options;
    this.paint = paintFor(options.terminal.colour);
  }

  readonly handlers = {
    play: (play: { play: string; hosts: readonly string[]; batch?: number; empty?: true }) => {
      this.settle();
      const batch = play.batch === undefined ? '' : ` (batch ${play.batch})`;
      const hosts = play.empty
        ? 'no hosts'
        : play.hosts.length > 6
          ? `${play.hosts.length} hosts`
          : play.hosts.join(' ');
      this.print(`${this.paint.bold(`play ${play.play}`)}${batch}: ${this.paint.dim(hosts)}`);
    },
    connected: () => {},
    started: ({ host, task }: { host: string; task: string }) => {
      this.running.set(host, { host, task, since: performance.now(), line: null });
      this.tick();
    },
    output: ({ host, line }: { host: string; line: string }) => {
      const one = this.running.get(host);
      if (one) this.running.set(host, { ...one, line });
      if (this.options.verbosity > 0) this.print(this.paint.dim(`${host}: ${line}`));
    },
    task: (event: TaskEvent) => {
      if (event.item === undefined) this.running.delete(event.host);
      if (!this.isShown(event)) return;
      this.groups.add(event);
      this.tick();
    },
    note: (note: { level: string; msg: string; host?: string }) => {
      const label = note.level === 'warning' ? this.paint.yellow('warning') : this.paint.dim('note');
      this.print(`${label}: ${note.host ? `${note.host}: ` : ''}${note.msg}`);
    },
    error: ({ diagnostic }: { diagnostic: Parameters<typeof formatDiagnostic>[0] }) => {
      this.settle();
      this.draw();
      this.options.terminal.err(formatDiagnostic(diagnostic, this.paint));
    },
    recap: (recap: Parameters<typeof recapLines>[0]) => {
      this.running.clear();
      this.settle();
      this.print('');
      for (const line of recapLines(recap, this.paint)) this.print(line);
    },
  };

  close(): void {
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
    this.running.clear();
    this.settle();
    this.draw();
  }

  private isShown(event: TaskEvent): boolean {
    if (this.options.verbosity > 0) return true;
    if (event.items !== undefined && event.status !== 'failed' && event.status !== 'unreachable')
      return false;
    return isNews(event) || (event.type === 'debug' && event.status === 'ok');
  }

  private print(text: string): void {
    this.settle();
    this.pending += `${text}\n`;
    this.tick();
  }

  /** Everything held back becomes text. */
  private settle(): void {
    this.held = 0;
    for (const { first, hosts } of this.groups.take()) {
      const host =
        hosts.length > 6 ? `${hosts.slice(0, 5).join(' ')} and ${hosts.length - 5} more` : hosts.join(' ');
      this.pending += `${taskLines({ ...first, host }, this.options).join('\n')}\n`;
    }
  }

  private tick(): void {
    if (this.timer) return;
    this.timer = setInterval(() => this.frame(), FRAME_MS);
    this.timer.unref();
  }

  private frame(): void {
    if (this.groups.size > 0 && ++this.held >= HOLD_FRAMES) this.settle();
    this.draw();
  }

  private draw(): void {
    const { terminal } = this.options;
    const lines = liveLines([...this.running.values()], performance.now(), terminal.size(), this.paint);
    if (this.pending === '' && lines.length === 0 && this.drawn === 0) return;
    const back = this.drawn > 0 ? `\x1b[${this.drawn}A\x1b[0J` : '';
    terminal.out(back + this.pending + lines.map((line) => `${line}\n`).join(''));
    this.pending = '';
    this.drawn = lines.length;
  }
}
