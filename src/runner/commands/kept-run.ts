import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { RecapEvent, RunEvent } from '../contract/event.ts';
import type { Reporter } from '../report/reporter.ts';
import { type RunHead, totals } from '../report/run-head.ts';
import { createRunFolder, type RunFolder } from './run-folder.ts';

import { writeWhole } from './write-whole.ts';

/** Of the live view only, or told by what follows. */
const PASSING: ReadonlySet<RunEvent['event']> = new Set(['connected', 'started']);

/**
 * Keeps a run below its project: `run.json` says what it was and how it ended, `events.ndjson` holds its events, each
 * with `t`, the milliseconds since the start. It begins with the first play; a run that was refused leaves nothing.
 * Where that can't be written, the run goes on, and `tell` is told so once.
 */
export class KeptRun implements Reporter {
  private readonly root: string;
  private readonly tell: (msg: string) => void;
  private readonly started = performance.now();
  private head: RunHead;
  private recap: RecapEvent | null = null;
  /** Told before it began. */
  private early: string[] = [];
  private events: number | null = null;
  private begun: RunFolder | null = null;
  private hasFailed = false;

  /** `head`: of a run that begins now; its id is given by the folder. */
  constructor(root: string, head: Omit<RunHead, 'id'>, tell: (msg: string) => void) {
    this.root = root;
    this.head = { id: '', ...head };
    this.tell = tell;
  }

  /** Where it is kept, from here on; null: nowhere. */
  folder(): RunFolder | null {
    if (!this.begun && !this.hasFailed) this.quietly(() => this.begin());
    return this.begun;
  }

  on(event: RunEvent): void {
    if (this.hasFailed || PASSING.has(event.event)) return;
    if (event.event === 'recap') this.recap = event;
    const t = Math.round(performance.now() - this.started);
    const line = `${JSON.stringify({ t, ...event })}\n`;
    if (event.event === 'play') this.folder();
    const { events } = this;
    if (events === null) this.early.push(line);
    else this.quietly(() => writeSync(events, line));
  }

  close(): void {}

  /** The run has ended with this exit code: what there is to say of it. */
  end(exit: number): RunHead {
    const { begun, events, recap } = this;
    const elapsed_ms = Math.round(performance.now() - this.started);
    this.head = { ...this.head, elapsed_ms, exit, ...(recap ? totals(recap) : {}) };
    if (begun && events !== null)
      this.quietly(() => {
        closeSync(events);
        this.writeHead(begun);
      });
    return this.head;
  }

  private begin(): void {
    const folder = createRunFolder(this.root, new Date(this.head.started));
    this.head = { ...this.head, id: folder.id };
    this.writeHead(folder);
    this.events = openSync(join(folder.path, 'events.ndjson'), 'ax', 0o600);
    writeSync(this.events, this.early.join(''));
    this.early = [];
    this.begun = folder;
  }

  private writeHead({ path }: RunFolder): void {
    writeWhole(join(path, 'run.json'), `${JSON.stringify(this.head, null, 2)}\n`, 0o600);
  }

  private quietly(write: () => void): void {
    if (this.hasFailed) return;
    try {
      write();
    } catch (error) {
      this.hasFailed = true;
      this.tell(`this run is not kept in ${join(this.root, '.mama-play')}: ${why(error)}`);
    }
  }
}

function why(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? (error as Error).message;
}
