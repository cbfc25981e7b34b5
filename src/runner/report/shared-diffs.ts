import type { TaskEvent } from '../contract/event.ts';
import { type Group, Groups } from './grouping.ts';
import type { Clock } from './reporter.ts';

/** Outcomes wait this long for their like from other hosts. */
const HOLD_MS = 1000;
const TICK_MS = 250;

/** Holds outcomes with a diff back for a moment, so that hosts that share one share its lines. */
export class SharedDiffs {
  private readonly clock: Clock;
  private readonly tell: (group: Group) => void;
  private readonly groups: Groups;
  private stopTicking: (() => void) | null = null;

  constructor(clock: Clock, withResults: boolean, tell: (group: Group) => void) {
    this.clock = clock;
    this.tell = tell;
    this.groups = new Groups(withResults);
  }

  add(event: TaskEvent): void {
    this.groups.add(event, this.clock.now());
    this.stopTicking ??= this.clock.every(TICK_MS, () => this.tellRipe(this.clock.now() - HOLD_MS));
  }

  /** Something else is told of this host: what came before it goes first. */
  before(host: string): void {
    if (this.groups.holds(host)) this.tellAll();
  }

  tellAll(): void {
    this.tellRipe(Number.POSITIVE_INFINITY);
  }

  private tellRipe(until: number): void {
    for (const group of this.groups.take(({ since }) => since <= until)) this.tell(group);
    if (this.groups.size > 0) return;
    this.stopTicking?.();
    this.stopTicking = null;
  }
}
