import type { Emit } from '../contract/event.ts';
import type { Json } from '../contract/json.ts';
import type { RunContext } from '../plan/context.ts';
import type { Host } from './host.ts';
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
  /** Resolves when every host of the run is connected, or known to be unreachable: nothing is changed before. */
  readonly allConnected: Promise<void>;
  /** `stop`: finish the task in hand, begin nothing. */
  readonly interrupt: { stop: boolean };
  /** Outcomes of `run_once` tasks, by place in the playbook. */
  readonly once: Map<string, Raw>;
  /** From now on this value is masked in everything that is emitted. */
  readonly keepSecret: (value: Json) => void;
}
