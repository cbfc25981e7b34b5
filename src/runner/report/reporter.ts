import type { RunEvent } from '../contract/event.ts';
import { jsonReporter } from './json.ts';
import { plainReporter } from './plain.ts';
import { ttyReporter } from './tty.ts';

/** Tells a run to somebody. Never throws, never waits. */
export interface Reporter {
  on(event: RunEvent): void;
  /** No event follows. */
  close(): void;
}

/** Where a reporter writes. */
export interface Screen {
  out(text: string): void;
  err(text: string): void;
  size(): { readonly columns: number; readonly rows: number };
  /** `out` shows colours. */
  readonly colour: boolean;
  /** `err` shows colours. */
  readonly errColour: boolean;
}

/** What the live view needs of time; a test has its own. */
export interface Clock {
  /** Milliseconds since some moment. */
  now(): number;
  /** Calls again and again until the returned function is called; does not keep the process alive. */
  every(ms: number, action: () => void): () => void;
}

export interface ReportOptions {
  readonly output: 'tty' | 'plain' | 'json';
  /** `--diff`. */
  readonly diff: boolean;
  /** 0, or the number of `-v`. */
  readonly verbosity: number;
  readonly terminal: Screen;
  /** By itself the real one. */
  readonly clock?: Clock;
}

export function makeReporter(options: ReportOptions): Reporter {
  return REPORTERS[options.output](options);
}

const REPORTERS: Readonly<Record<ReportOptions['output'], (options: ReportOptions) => Reporter>> = {
  tty: ttyReporter,
  plain: plainReporter,
  json: jsonReporter,
};

/** What a reporter does with each kind of event: a forgotten kind does not compile. */
export type Handlers = {
  readonly [K in RunEvent['event']]: (event: Extract<RunEvent, { event: K }>) => void;
};

export function dispatch(handlers: Handlers, event: RunEvent): void {
  (handlers[event.event] as (event: RunEvent) => void)(event);
}
