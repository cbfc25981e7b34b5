import type { HostRecap } from '../contract/event.ts';
import type { Evaluated, InventoryHost } from '../language/model.ts';
import type { Lines } from './lines.ts';
import { Tally } from './tally.ts';

/** One host over the whole run: what it remembers, and what came of it. */
export class Host {
  readonly inventory: InventoryHost;
  readonly memory = new Map<string, Evaluated>();
  readonly tally = new Tally();
  state: HostRecap['state'] = 'done';
  /** A step was held back: it goes on, but not to a good end. */
  hasHeldBack = false;
  /** The run ended before its last task, for what happened elsewhere. */
  isCutShort = false;

  constructor(inventory: InventoryHost) {
    this.inventory = inventory;
  }

  get name(): string {
    return this.inventory.name;
  }

  /** It takes part in what comes. */
  get live(): boolean {
    return this.state === 'done';
  }

  async recap(lines: Lines): Promise<HostRecap> {
    const { sent, received } = await lines.traffic(this.name);
    return {
      ...this.tally.get(),
      round_trips: this.tally.roundTrips,
      bytes_sent: sent,
      bytes_received: received,
      state: this.end(),
    };
  }

  private end(): HostRecap['state'] {
    if (!this.live) return this.state;
    if (this.hasHeldBack) return 'failed';
    return this.isCutShort ? 'interrupted' : 'done';
  }
}
