import type { HostRecap, RecapEvent, TaskEvent } from '../../src/runner/contract/event.ts';
import type { Clock, ReportOptions, Screen } from '../../src/runner/report/reporter.ts';

/** Everything that was written, and a clock that moves when told. */
export class FakeTerminal implements Screen, Clock {
  /** Every single write to stdout. */
  readonly writes: string[] = [];
  errors = '';
  columns = 80;
  rows = 24;
  readonly colour: boolean;
  readonly errColour: boolean;
  private time = 1000;
  private readonly timers = new Set<{ ms: number; due: number; action: () => void }>();

  constructor(colour = false) {
    this.colour = colour;
    this.errColour = colour;
  }

  out(text: string): void {
    this.writes.push(text);
  }

  err(text: string): void {
    this.errors += text;
  }

  size() {
    return { columns: this.columns, rows: this.rows };
  }

  now(): number {
    return this.time;
  }

  every(ms: number, action: () => void): () => void {
    const timer = { ms, due: this.time + ms, action };
    this.timers.add(timer);
    return () => void this.timers.delete(timer);
  }

  get ticks(): number {
    return this.timers.size;
  }

  /** Let so many milliseconds pass. */
  pass(ms: number): void {
    for (const end = this.time + ms; this.time < end; ) {
      this.time++;
      for (const timer of this.timers) {
        if (timer.due > this.time) continue;
        timer.due += timer.ms;
        timer.action();
      }
    }
  }

  get output(): string {
    return this.writes.join('');
  }
}

export function options(terminal: FakeTerminal, more: Partial<ReportOptions> = {}): ReportOptions {
  return { output: 'plain', diff: false, verbosity: 0, terminal, clock: terminal, ...more };
}

export function task(more: Partial<TaskEvent>): TaskEvent {
  return {
    event: 'task',
    host: 'web1',
    play: 'Site',
    task: 'Configuration',
    type: 'template',
    status: 'ok',
    at: 'site.yaml:4:7',
    ms: 3,
    ...more,
  };
}

export function hostRecap(more: Partial<HostRecap> = {}): HostRecap {
  return {
    ok: 0,
    changed: 0,
    would_change: 0,
    unknown: 0,
    skipped: 0,
    failed: 0,
    rescued: 0,
    ignored: 0,
    unreachable: 0,
    round_trips: 1,
    bytes_sent: 100,
    bytes_received: 50,
    state: 'done',
    ...more,
  };
}

export function recap(hosts: RecapEvent['hosts'], more: Partial<RecapEvent> = {}): RecapEvent {
  const ok = Object.values(hosts).every((host) => host.state === 'done');
  return { event: 'recap', ok, elapsed_ms: 812, check: false, hosts, ...more };
}

/** A terminal of the kind that xterm is, as far as the live view uses it: what is on the screen at the end. */
export function screenAfter(text: string, columns: number): string[] {
  const rows: string[] = [''];
  let y = 0;
  let x = 0;
  for (const [token] of text.matchAll(/\x1b\[(\d*)([A-Za-z])|\r|\n|[^\x1b\r\n]/gu)) {
    const order = /^\x1b\[(\d*)([A-Za-z])$/.exec(token);
    if (order?.[2] === 'A') y = Math.max(0, y - Number(order[1] || 1));
    else if (order?.[2] === 'J') rows.splice(y, rows.length - y, rows[y]!.slice(0, x));
    else if (order?.[2] === 'K') rows[y] = rows[y]!.slice(0, x);
    else if (order) continue;
    else if (token === '\r') x = 0;
    else if (token === '\n') {
      y++;
      x = 0;
      rows[y] ??= '';
    } else {
      if (x >= columns) {
        y++;
        x = 0;
        rows[y] ??= '';
      }
      const row = rows[y]!.padEnd(x);
      rows[y] = row.slice(0, x) + token + row.slice(x + 1);
      x++;
    }
  }
  return rows.map((row) => row.trimEnd());
}
