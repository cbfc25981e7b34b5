import { comparePositions } from '../plan/cursor.ts';

type Position = readonly number[];

/** Past every position: the host has left the play. */
const GONE: Position = [Number.POSITIVE_INFINITY];

interface Waiting {
  readonly host: string;
  readonly position: Position;
  readonly go: () => void;
}

/**
 * `strategy: linear`: nobody begins a task before every host of the batch that still takes part has the outcome of
 * all tasks before it. Hosts begin a task in the order of the play, `forks` of them at a time.
 */
export class Lockstep {
  private readonly places = new Map<string, Position>();
  /** Hosts that are on their way from one arrival to the next. */
  private readonly underway = new Set<string>();
  private readonly forks: number;
  private waiting: Waiting[] = [];

  /** `hosts` in the order of the play. */
  constructor(hosts: readonly string[], forks = Number.POSITIVE_INFINITY) {
    this.forks = forks;
    for (const host of hosts) this.places.set(host, []);
  }

  /** Resolves once all others have reached this place as well. */
  arrive(host: string, position: Position): Promise<void> {
    this.places.set(host, position);
    this.underway.delete(host);
    return new Promise((go) => {
      this.waiting.push({ host, position, go });
      this.release();
    });
  }

  /** The host takes no further part. */
  leave(host: string): void {
    this.places.set(host, GONE);
    this.underway.delete(host);
    this.release();
  }

  /** The first host, in the order of the play, that stands exactly here: it runs a `run_once` task. Asked after `arrive`. */
  first(position: Position): string | undefined {
    for (const [host, place] of this.places) if (comparePositions(place, position) === 0) return host;
    return undefined;
  }

  /** Resolves once the host is past this place. */
  async past(host: string, position: Position): Promise<void> {
    while (comparePositions(this.places.get(host) ?? GONE, position) <= 0) {
      await new Promise<void>((go) => {
        this.waiting.push({ host: '', position: [...position, 0], go });
      });
    }
  }

  private release(): void {
    const order = [...this.places.keys()];
    const ready = this.waiting
      .filter((one) => this.isReady(one))
      .sort((a, b) => order.indexOf(a.host) - order.indexOf(b.host))
      .filter(({ host }) => this.mayGo(host));
    this.waiting = this.waiting.filter((one) => !ready.includes(one));
    for (const one of ready) one.go();
  }

  /** Watchers only look, and then wait again. */
  private mayGo(host: string): boolean {
    if (host === '') return true;
    if (this.underway.size >= this.forks) return false;
    this.underway.add(host);
    return true;
  }

  private isReady({ host, position }: Waiting): boolean {
    // A watcher (`past`) looks again at every move.
    if (host === '') return true;
    for (const place of this.places.values()) if (comparePositions(place, position) < 0) return false;
    return true;
  }
}
