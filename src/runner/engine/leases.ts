import type { Emit } from '../contract/event.ts';
import { isTrouble } from '../contract/exchange.ts';
import type { Lines } from './lines.ts';
import type { Machine } from './machine.ts';

/** The leases of a run, on all of its machines: all of them before the first change, or no change at all. */
export class Leases {
  private readonly lines: Lines;
  private readonly hosts: readonly string[];
  private readonly emit: Emit;
  private all: Promise<void> | null = null;
  private readonly told = new Set<string>();
  /** Hosts that another run holds. */
  readonly refused = new Set<string>();

  constructor(lines: Lines, hosts: readonly string[], emit: Emit) {
    this.lines = lines;
    this.hosts = hosts;
    this.emit = emit;
  }

  /**
   * May this host be changed? Waits until every host is connected, or known to be unreachable, and every lease is held.
   * One that is in no play, which a task was delegated to, is asked for its lease now.
   */
  async mayChange(host: string): Promise<boolean> {
    this.all ??= this.take();
    await this.all;
    const machine = await this.lines.machine(host);
    if (!isTrouble(machine) && machine.lease?.known === null) {
      await taken(machine);
      this.tell(machine);
    }
    return this.refused.size === 0;
  }

  /** Tell what became known along the way, also where nothing had to be changed. */
  async tellSoFar(): Promise<void> {
    for (const machine of await this.lines.machines()) this.tell(machine);
  }

  private async take(): Promise<void> {
    await this.lines.allSettled(this.hosts);
    const machines = await this.lines.machines();
    await Promise.all(machines.map((machine) => taken(machine)));
    for (const machine of machines) this.tell(machine);
  }

  private tell(machine: Machine): void {
    const outcome = machine.lease?.known;
    if (!outcome || this.told.has(machine.name)) return;
    this.told.add(machine.name);
    if (outcome.kind === 'none') {
      const msg = `no lease is held: ${outcome.because}; another run could change the host at the same time`;
      this.emit({ event: 'note', level: 'warning', host: machine.name, msg });
    }
    if (outcome.kind !== 'refused') return;
    this.refused.add(machine.name);
    const message = `${machine.name} is held by another run: ${outcome.holder}`;
    const hint =
      'nothing was changed on any host; wait for that run to end (its lease ends with its connection)';
    this.emit({ event: 'error', diagnostic: { code: 'locked', message, hint } });
  }
}

/** Asked for now, if nothing that was said carried the question yet. */
async function taken(machine: Machine): Promise<void> {
  if (!machine.lease) return;
  await machine.runErrands();
  await machine.lease.wait();
}
