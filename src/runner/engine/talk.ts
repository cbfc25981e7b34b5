import { isTrouble } from '../contract/exchange.ts';
import type { Task } from '../language/model.ts';
import type { Agreed } from './chain.ts';
import { Dialogue } from './dialogue.ts';
import type { Host } from './host.ts';
import type { Machine } from './machine.ts';
import { type Raw, troubled } from './raw.ts';
import type { Run } from './run-context.ts';

/** A way's dialogue with its machine, which is begun when something is first to be said. */
export class Talk {
  private readonly run: Run;
  private readonly host: Host;
  private readonly beforeAhead: (task: Task) => void;
  private readonly agreed: Agreed;
  private dialogue: Dialogue | null = null;
  private reached: Machine | null = null;

  constructor(run: Run, host: Host, beforeAhead: (task: Task) => void, agreed: Agreed) {
    this.run = run;
    this.host = host;
    this.beforeAhead = beforeAhead;
    this.agreed = agreed;
  }

  /** The dialogue, or why the machine can't be reached. */
  async open(): Promise<Dialogue | Raw> {
    if (this.dialogue) return this.dialogue;
    const machine = await this.run.lines.machine(this.host.name);
    if (isTrouble(machine)) return troubled(machine);
    this.reached = machine;
    const onRoundTrip = () => {
      this.host.tally.roundTrips++;
    };
    this.dialogue = new Dialogue(machine, this.run.batching, onRoundTrip, this.beforeAhead, this.agreed);
    return this.dialogue;
  }

  /** null: nothing was said yet. */
  get machine(): Machine | null {
    return this.reached;
  }

  /** Changes were said ahead of their turn, and their outcomes are still to be told. */
  get owesOutcomes(): boolean {
    return this.dialogue?.owesOutcomes ?? false;
  }

  forget(): void {
    this.dialogue?.forget();
  }
}
