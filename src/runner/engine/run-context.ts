import type { Emit } from '../contract/event.ts';
import type { Json } from '../contract/json.ts';
import type { RunContext } from '../plan/context.ts';
import type { Host } from './host.ts';
import type { Leases } from './leases.ts';
import type { Lines } from './lines.ts';
import type { Raw } from './raw.ts';

/** What every conversation of a run shares. */
export interface Run {
  readonly context: RunContext;
  readonly emit: Emit;
  readonly lines: Lines;
  readonly hosts: ReadonlyMap<string, Host>;
  readonly check: boolean;
  /** False (`--no-batching`): one step per exchange, the reference for "as if sequential". */
  readonly batching: boolean;
  readonly forceHandlers: boolean;
  /** Nothing is changed before every host is connected, or known to be unreachable, and every lease is held. */
  readonly leases: Leases;
  /** `stop`: finish the task in hand, begin nothing. */
  readonly interrupt: { stop: boolean };
  /** Outcomes of `run_once` tasks, by place in the playbook. */
  readonly once: Map<string, Raw>;
  /** From now on this value is masked in everything that is emitted. */
  readonly keepSecret: (value: Json) => void;
}
