import type { OutputEvent, PlayEvent, StartedEvent, TaskEvent } from '../contract/event.ts';
import { REAL_CLOCK } from './clock.ts';
import { Doubts } from './doubts.ts';
import { type Group, Groups } from './grouping.ts';
import { hostList } from './host-names.ts';
import { liveLines, type Running } from './live-area.ts';
import { LiveScreen } from './live-screen.ts';
import { formatNote } from './note.ts';
import { outcomeLines } from './outcome.ts';
import { type Paint, paintFor } from './paint.ts';
import { recapLines } from './recap.ts';
import { Refusals } from './refusals.ts';
import { type Clock, dispatch, type Handlers, type Reporter, type ReportOptions } from './reporter.ts';
import { oneLine, printable } from './text.ts';
import { isBad, isNews, isRepetition } from './words.ts';

const FRAME_MS = 100;
/** Outcomes wait this long for their like from other hosts, and longer while others are still at the same task. */
const HOLD_MS = 250;
const HOLD_AT_WORK_MS = 1000;

/**
 * For a terminal: what happened scrolls by, the same of several hosts on one line; what is happening stands below it
 * and is redrawn. The screen is written to at most once a frame.
 */
export function ttyReporter(options: ReportOptions): Reporter {
  const view = new LiveView(options);
  return { on: (event) => dispatch(view.handlers, event), close: () => view.close() };
}

class LiveView {
  private readonly options: ReportOptions;
  private readonly clock: Clock;
  private readonly paint: Paint;
  private readonly refusals: Refusals;
  private readonly screen: LiveScreen;
  private readonly groups: Groups;
  private readonly doubts = new Doubts();
  private readonly running = new Map<string, Running>();
  /** Hosts by their place in the play that named them first. */
  private readonly order = new Map<string, number>();
  /** Hosts that were heard of: they are connected, or never will be. */
  private readonly met = new Set<string>();
  private stopTicking: (() => void) | null = null;

  constructor(options: ReportOptions) {
    this.options = options;
    this.clock = options.clock ?? REAL_CLOCK;
    this.paint = paintFor(options.terminal.colour);
    this.refusals = new Refusals(paintFor(options.terminal.errColour));
    this.screen = new LiveScreen(options.terminal);
    this.groups = new Groups(options.verbosity > 0);
  }

  readonly handlers: Handlers = {
    play: (play) => this.play(play),
    connected: ({ host }) => this.meet(host),
    started: (started) => this.started(started),
    output: (output) => this.output(output),
    task: (event) => this.task(event),
    note: (note) => this.print([formatNote(note, this.paint)]),
    error: ({ diagnostic }) => {
      this.settle();
      this.screen.erase();
      this.options.terminal.err(this.refusals.format(diagnostic));
    },
    recap: (recap) => {
      this.running.clear();
      this.print(['', ...recapLines(recap, this.paint, this.doubts)]);
    },
  };

  close(): void {
    this.stopTicking?.();
    this.running.clear();
    this.settle();
    this.screen.erase();
    const summary = this.refusals.summary();
    if (summary !== '') this.options.terminal.err(summary);
  }

  private play({ play, hosts, batch }: PlayEvent): void {
    this.refusals.runBegins();
    const turn = batch === undefined ? '' : ` (batch ${batch})`;
    const who = hosts.length === 0 ? 'no hosts' : hostList(hosts);
    this.print([`${this.paint.bold(`play ${oneLine(play)}`)}${turn}: ${this.paint.dim(who)}`]);
    for (const host of hosts) if (!this.order.has(host)) this.order.set(host, this.order.size);
    const since = this.clock.now();
    for (const host of hosts)
      if (!this.met.has(host)) this.running.set(host, { host, task: null, since, line: null });
  }

  private meet(host: string): void {
    this.met.add(host);
    if (this.running.get(host)?.task === null) this.running.delete(host);
  }

  /** Another attempt at the same task goes on counting from the first one. */
  private started({ host, task }: StartedEvent): void {
    if (this.running.get(host)?.task !== task)
      this.running.set(host, { host, task, since: this.clock.now(), line: null });
    this.tick();
  }

  private output({ host, task, line }: OutputEvent): void {
    const one = this.running.get(host);
    if (one) this.running.set(host, { ...one, line });
    if (this.options.verbosity > 0)
      this.print([this.paint.dim(`${host}: ${oneLine(task)}: ${printable(line)}`)]);
  }

  private task(event: TaskEvent): void {
    this.doubts.add(event);
    if (event.status === 'unreachable') this.meet(event.host);
    if (this.running.get(event.host)?.task !== null) this.running.delete(event.host);
    if (!this.isShown(event)) return;
    this.groups.add(event, this.clock.now());
    this.tick();
  }

  private isShown(event: TaskEvent): boolean {
    if (isRepetition(event)) return false;
    return this.options.verbosity > 0 || isNews(event) || (event.type === 'debug' && event.status === 'ok');
  }

  private print(lines: readonly string[]): void {
    this.settle();
    this.screen.print(lines);
    this.tick();
  }

  /** What was held back long enough becomes text; without a moment given, all of it. */
  private settle(now: number | null = null): void {
    const atWork = new Set([...this.running.values()].map(({ task }) => task));
    const ripe = (group: Group) => now === null || isRipe(group, now, atWork);
    for (const { first, hosts, ms } of this.groups.take(ripe)) {
      // Who is in trouble is told by name, however many they are.
      const who = hostList(this.inOrder(hosts), isBad(first) ? Number.POSITIVE_INFINITY : undefined);
      this.screen.print(outcomeLines({ ...first, ms }, who, this.options));
    }
  }

  private inOrder(hosts: readonly string[]): string[] {
    const place = (host: string) => this.order.get(host) ?? 0;
    return [...hosts].sort((a, b) => place(a) - place(b));
  }

  private tick(): void {
    this.stopTicking ??= this.clock.every(FRAME_MS, () => this.frame());
  }

  private frame(): void {
    const now = this.clock.now();
    if (this.groups.size > 0) this.settle(now);
    this.screen.draw(liveLines(this.running.values(), now, this.options.terminal.size(), this.paint));
    if (this.groups.size > 0 || this.running.size > 0 || !this.screen.isClean) return;
    this.stopTicking?.();
    this.stopTicking = null;
  }
}

function isRipe({ first, since }: Group, now: number, atWork: ReadonlySet<string | null>): boolean {
  return now - since >= (atWork.has(first.task) ? HOLD_AT_WORK_MS : HOLD_MS);
}
