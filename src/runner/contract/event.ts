import type { Delta } from './delta.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { Json, JsonObject } from './json.ts';
import type { Doubt, Status } from './outcome.ts';

/**
 * Everything that a run tells its reporters. The engine never awaits them. Secrets are masked before an event is
 * emitted, so that no reporter ever holds one.
 */
export type RunEvent =
  | PlayEvent
  | ConnectedEvent
  | StartedEvent
  | OutputEvent
  | TaskEvent
  | NoteEvent
  | ErrorEvent
  | RecapEvent;

/** One per play, and per batch of a play with `serial`. */
export interface PlayEvent {
  readonly event: 'play';
  readonly play: string;
  readonly hosts: readonly string[];
  /** From 1; only with `serial`. */
  readonly batch?: number;
  /** The play has no hosts (left empty by --limit, or an empty group). */
  readonly empty?: true;
}

/** For the live view only: a host can be talked to, or not. */
export interface ConnectedEvent {
  readonly event: 'connected';
  readonly host: string;
  readonly ms: number;
}

/** For the live view only: this task now runs on this host. */
export interface StartedEvent {
  readonly event: 'started';
  readonly host: string;
  readonly task: string;
  readonly type: string;
}

/** For the live view only: a line of a running task's output. */
export interface OutputEvent {
  readonly event: 'output';
  readonly host: string;
  readonly task: string;
  readonly line: string;
}

export interface TaskEvent {
  readonly event: 'task';
  readonly host: string;
  readonly play: string;
  readonly task: string;
  readonly type: string;
  readonly status: Status;
  /** Only with the status `unknown`. */
  readonly unknown?: Doubt;
  /** `file:line:column`, relative to the working directory. */
  readonly at: string;
  readonly delta?: Delta;
  readonly msg?: string;
  readonly hint?: string;
  readonly ms: number;
  readonly handler?: true;
  /** The label of a loop's item: this event is that of the item, and the task's own follows the last one. */
  readonly item?: Json;
  /** On a loop task's own event: how many items it had. */
  readonly items?: number;
  /** The failure was taken care of by a `rescue`. */
  readonly rescued?: true;
  /** The handler was owed by an earlier run. */
  readonly debt?: true;
  /** The machine that a delegated task ran on. */
  readonly delegated_to?: string;
  /** What `register` would store; shown with -v, absent with `no_log`. */
  readonly result?: JsonObject;
}

/** Something worth knowing that is no error. */
export interface NoteEvent {
  readonly event: 'note';
  readonly level: 'info' | 'warning';
  readonly msg: string;
  readonly host?: string;
}

/** A refusal: said before any host was touched, unless it names a host. */
export interface ErrorEvent {
  readonly event: 'error';
  readonly diagnostic: Diagnostic;
}

/** Always the last one, once hosts were selected. */
export interface RecapEvent {
  readonly event: 'recap';
  /** No host failed, was unreachable, locked or interrupted. */
  readonly ok: boolean;
  readonly elapsed_ms: number;
  readonly check: boolean;
  readonly hosts: Readonly<Record<string, HostRecap>>;
}

/** Tasks, not items; `ok` includes `changed`; counted as Ansible counts (DESIGN section 10). */
export interface HostRecap {
  readonly ok: number;
  readonly changed: number;
  readonly would_change: number;
  readonly unknown: number;
  readonly skipped: number;
  readonly failed: number;
  readonly rescued: number;
  readonly ignored: number;
  readonly unreachable: number;
  /** Exchanges on which the host's next step waited. */
  readonly round_trips: number;
  /** Bytes on the host's line. */
  readonly bytes_sent: number;
  readonly bytes_received: number;
  /** `interrupted`: the run ended before it had done all on this host, by the operator's wish or another host's failure. */
  readonly state: 'done' | 'failed' | 'unreachable' | 'locked' | 'interrupted';
}

export type Emit = (event: RunEvent) => void;
