import type { Emit } from '../contract/event.ts';
import type { Identity } from '../contract/exchange.ts';
import type { Json } from '../contract/json.ts';
import type { Play } from '../language/model.ts';
import type { RunContext } from '../plan/context.ts';
import type { DebtPlace } from './debt-file.ts';
import type { Gate } from './gate.ts';
import type { Host } from './host.ts';
import type { Leases } from './leases.ts';
import type { Lines } from './lines.ts';
import type { Past } from './past.ts';
import type { Pauses } from './pauses.ts';
import type { Raw } from './raw.ts';
import type { Journal } from './unit.ts';

/**
 * Puts a whole file on the controller, or leaves what was there. Null: it is there; otherwise why it could not be
 * written, for a person.
 */
export type KeepFile = (path: string, bytes: Uint8Array) => string | null;

/** What every conversation of a run shares. */
export interface Run {
  readonly context: RunContext;
  readonly emit: Emit;
  readonly keep: KeepFile;
  readonly pauses: Pauses;
  readonly lines: Lines;
  readonly hosts: ReadonlyMap<string, Host>;
  readonly check: boolean;
  /** False (`--no-batching`): one step per exchange, the reference for "as if sequential". */
  readonly batching: boolean;
  readonly forceHandlers: boolean;
  /** Nothing is changed before every host is connected, or known to be unreachable, and every lease is held. */
  readonly leases: Leases;
  /** Under what a play's owed handlers are kept; nothing for a play: they are not. */
  readonly debtPlaces: ReadonlyMap<Play, DebtPlace>;
  /** The user that a host's changes are made as, as far as the text says it. */
  readonly changesAs: (host: string) => Identity;
  /** `stop`: finish the task in hand, begin nothing. `now`: the tasks in hand are being ended. */
  readonly interrupt: { stop: boolean; now: boolean };
  /** Told of every unit; null: nobody wants to know. */
  readonly journal: Journal | null;
  /** The run that this one goes on from. */
  readonly past: Past | null;
  /** Only what a saved plan showed is done. */
  readonly gate: Gate | null;
  /** Outcomes of `run_once` tasks, by place in the playbook. */
  readonly once: Map<string, Raw>;
  /** From now on this value is masked in everything that is emitted. */
  readonly keepSecret: (value: Json) => void;
}
