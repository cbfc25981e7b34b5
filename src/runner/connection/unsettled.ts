import type { Conversation, Identity, Target, Trouble } from '../contract/exchange.ts';
import { sh } from '../contract/script.ts';
import type { Ready } from './reply.ts';
import { trouble } from './trouble.ts';

/** A shell that was cut off. The host may not have noticed: it may still stand there, and what ran may still run. */
export interface CutOff {
  readonly identity: Identity;
  readonly info: Ready;
  /** What ran was fed over the lost line, so that it can't come to its end. */
  readonly starves: boolean;
}

/** Seconds that a new conversation waits for what an earlier one left running. */
const PATIENCE = 600;

/**
 * The shells that the lost conversations of a run left behind. A new conversation with the host waits for what runs on
 * them, so that whoever then asks what became of a change is not told while the change is still being made; and then
 * it ends them, so that nothing of ours stays where the host did not notice that its line is dead.
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
        { script: settleShell(cut), runs: 'ours', role: 'probe' },
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

/** A shell holds its request's file for as long as it works on it; its guard (see the loader) is told that we wait. */
function settleShell({ info, starves }: CutOff) {
  const { pid, group, folder } = info;
  return sh`stands() { [ -d ${folder} ] && kill -0 ${pid} 2>/dev/null; }
stands || exit 0
${starves ? sh`kill -s TERM -- -${group} 2>/dev/null` : sh`:`}
i=0
while stands && [ -e ${folder}/q ] && [ $i -lt ${starves ? 10 : 10 + PATIENCE} ]; do
: >${folder}/k
if [ $i -ge 10 ] || ! sleep 0.1 2>/dev/null; then sleep 1; fi
i=$((i+1))
done
stands || exit 0
[ ! -e ${folder}/q ] || ${starves ? sh`:` : sh`exit 1`}
kill -s KILL -- -${group} 2>/dev/null
rm -rf ${folder}`;
}

function stillRuns(target: Target, cut: CutOff): Trouble {
  return trouble(
    'unreachable',
    `what ran on ${target.name} when the connection was lost still runs there (process group ${cut.info.group})`,
    `wait for its end, or end it there: kill -- -${cut.info.group}`,
  );
}
