import type { Conversation, Identity, Target, Trouble } from '../contract/exchange.ts';
import { sh } from '../contract/script.ts';
import type { Ready } from './reply.ts';
import { trouble } from './trouble.ts';

/** A shell that was cut off while something ran on it. The host may not have noticed, and what ran may still run. */
export interface CutOff {
  readonly identity: Identity;
  readonly info: Ready;
}

/** Seconds that a new conversation waits for what an earlier one left running. */
const PATIENCE = 60;

/**
 * What the lost conversations of a run may have left running. A new conversation with the host waits for it, so that
 * whoever then asks what became of a change is not told while the change is still being made.
 */
export class Unsettled {
  readonly #byHost = new Map<string, CutOff[]>();

  add(target: Target, cut: CutOff): void {
    const key = keyOf(target);
    this.#byHost.set(key, [...(this.#byHost.get(key) ?? []), cut]);
  }

  /** Null: nothing of the host's earlier conversations runs any more. */
  async settle(target: Target, talk: Conversation): Promise<Trouble | null> {
    const key = keyOf(target);
    for (;;) {
      const [cut, ...others] = this.#byHost.get(key) ?? [];
      if (!cut) return null;
      const said = await talk.exchange(cut.identity, [
        { script: waitFor(cut.info), runs: 'ours', role: 'probe' },
      ]);
      if (said.kind === 'trouble') return said;
      const [answer] = said.answers;
      if (answer?.kind !== 'reply' || answer.code !== 0) return stillRuns(target, cut);
      this.#byHost.set(key, others);
    }
  }
}

function keyOf(target: Target): string {
  return `${target.name} ${target.address} ${target.port ?? ''} ${target.user ?? ''}`;
}

/** A shell holds its request's file for as long as it works on it. */
function waitFor(info: Ready) {
  return sh`i=0
while kill -0 ${info.pid} 2>/dev/null && [ -e ${info.folder}/q ]; do
[ $i -lt ${PATIENCE} ] || exit 1
sleep 1
i=$((i+1))
done`;
}

function stillRuns(target: Target, cut: CutOff): Trouble {
  return trouble(
    'unreachable',
    `what ran on ${target.name} when the connection was lost still runs there (process group ${cut.info.group})`,
    `wait for its end, or end it there: kill -- -${cut.info.group}`,
  );
}
