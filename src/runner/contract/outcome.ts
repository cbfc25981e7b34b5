import type { Delta } from './delta.ts';
import type { JsonObject } from './json.ts';

/** How one task ended on one host. `would_change` and `unknown` occur in check mode only. */
export type Status =
  | 'ok'
  | 'changed'
  | 'would_change'
  | 'unknown'
  | 'skipped'
  | 'failed'
  | 'ignored'
  | 'unreachable';

/**
 * Why check mode cannot tell: `depends` (on the run): the host was asked, but an earlier step that was not made may
 * alter the answer; `unknowable`: only doing it can tell.
 */
export type Doubt = 'depends' | 'unknowable';

/** The whole truth about one task (or one loop item) on one host. */
export interface Outcome {
  readonly status: Status;
  /** What differed, field by field; present when something changed or would. */
  readonly delta?: Delta;
  /** One line for a person: why it failed, was skipped, is unknown, or what happened. */
  readonly msg?: string;
  /** What the operator can do about a failure. */
  readonly hint?: string;
  /** The fields that `register` stores; `changed`, `failed` and `skipped` are always among them. */
  readonly result: JsonObject;
}
