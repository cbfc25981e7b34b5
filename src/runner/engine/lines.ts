import { setMaxListeners } from 'node:events';
import {
  type Connect,
  type Conversation,
  isTrouble,
  type Target,
  type Traffic,
  type Trouble,
} from '../contract/exchange.ts';
import type { Lease } from './lease.ts';
import { Link } from './link.ts';
import { Machine } from './machine.ts';
import { STOPPED } from './raw.ts';
import { Overlay } from './world.ts';

export type ResolveTarget = (host: string) => Target | Trouble;

/** The lines of a run: at most one per inventory host, opened when first asked for and shared by all who talk to it. */
export class Lines {
  private readonly connect: Connect;
  private readonly resolve: ResolveTarget;
  private readonly onConnected: (host: string, ms: number) => void;
  private readonly leaseFor: (host: string) => Lease | null;
  private readonly note: (host: string, msg: string) => void;
  private readonly pauses: readonly number[];
  private readonly open = new Map<string, Promise<Machine | Trouble>>();
  private readonly connected = new Set<Machine>();
  /** By where it is: hosts of the inventory that are one machine share what a dry run left unmade there. */
  private readonly overlays = new Map<string, Overlay>();
  private isClosed = false;
  private readonly stopping = new AbortController();

  constructor(
    connect: Connect,
    resolve: ResolveTarget,
    onConnected: (host: string, ms: number) => void,
    leaseFor: (host: string) => Lease | null,
    note: (host: string, msg: string) => void,
    pauses: readonly number[],
  ) {
    this.pauses = pauses;
    setMaxListeners(0, this.stopping.signal);
    this.leaseFor = leaseFor;
    this.note = note;
    this.connect = connect;
    this.resolve = resolve;
    this.onConnected = onConnected;
  }

  machine(host: string): Promise<Machine | Trouble> {
    let line = this.open.get(host);
    if (!line) {
      line = this.dial(host);
      this.open.set(host, line);
    }
    return line;
  }

  /** Resolves when every one of these hosts can be talked to, or is known not to be. */
  async allSettled(hosts: readonly string[]): Promise<void> {
    await Promise.all(hosts.map((host) => this.machine(host)));
  }

  /** Every machine that can be talked to, and its host's name. */
  async machines(): Promise<readonly Machine[]> {
    const machines = await Promise.all(this.open.values());
    return machines.filter((machine): machine is Machine => !isTrouble(machine));
  }

  async traffic(host: string): Promise<Traffic> {
    const machine = await this.open.get(host);
    return machine && !isTrouble(machine) ? machine.traffic : { sent: 0, received: 0 };
  }

  /** Nobody is waited for who has not answered yet. */
  stopCalling(): void {
    this.stopping.abort();
  }

  /** Whoever is still being called is hung up on when he answers. */
  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.all([...this.connected].map((machine) => machine.close()));
  }

  async interrupt(): Promise<void> {
    await Promise.all([...this.connected].map((machine) => machine.interrupt(true)));
  }

  private overlayOf({ via, address, port }: Target): Overlay {
    const place = via === 'local' ? via : `${address}:${port ?? ''}`;
    const overlay = this.overlays.get(place) ?? new Overlay();
    this.overlays.set(place, overlay);
    return overlay;
  }

  private async dial(host: string): Promise<Machine | Trouble> {
    const started = performance.now();
    const target = this.resolve(host);
    if ('kind' in target) return target;
    const conversation = await this.call(target);
    if (isTrouble(conversation)) return conversation;
    this.onConnected(host, Math.round(performance.now() - started));
    const link = new Link(
      conversation,
      (stop) => this.connect(target, stop),
      (msg) => this.note(host, msg),
      this.pauses,
    );
    const machine = new Machine(host, link, this.leaseFor(host), this.overlayOf(target));
    this.connected.add(machine);
    if (this.isClosed) await machine.close();
    return machine;
  }

  private async call(target: Target): Promise<Conversation | Trouble> {
    const { signal } = this.stopping;
    const called = signal.aborted ? STOPPED : this.connect(target, signal);
    const stopped = new Promise<null>((resolve) => {
      signal.addEventListener('abort', () => resolve(null), { once: true });
    });
    const conversation = await Promise.race([called, stopped]);
    if (conversation !== null) return conversation;
    void Promise.resolve(called).then((late) => (isTrouble(late) ? undefined : late.close()));
    return STOPPED;
  }
}
