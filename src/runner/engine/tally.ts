import type { HostRecap } from '../contract/event.ts';
import type { Status } from '../contract/outcome.ts';

type Count = Exclude<keyof HostRecap, 'state' | 'round_trips' | 'bytes_sent' | 'bytes_received'>;

/** What came of a host's tasks, counted as Ansible counts them (DESIGN section 10). */
export class Tally {
  private readonly counts: Record<Count, number> = {
    ok: 0,
    changed: 0,
    would_change: 0,
    unknown: 0,
    skipped: 0,
    failed: 0,
    rescued: 0,
    ignored: 0,
    unreachable: 0,
  };
  roundTrips = 0;

  /**
   * `rescued`: a failure that a `rescue` takes care of counts as that and nothing else. `changedBefore`: what failed
   * changed something all the same, which is told of a failure that is ignored.
   */
  add(status: Status, rescued = false, changedBefore = false): void {
    if (rescued) this.counts.rescued++;
    else for (const count of COUNTED_AS[status]) this.counts[count]++;
    if (status === 'ignored' && changedBefore) this.counts.changed++;
  }

  get(): Readonly<Record<Count, number>> {
    return { ...this.counts };
  }
}

const COUNTED_AS: Readonly<Record<Status, readonly Count[]>> = {
  ok: ['ok'],
  changed: ['ok', 'changed'],
  would_change: ['would_change'],
  unknown: ['unknown'],
  skipped: ['skipped'],
  failed: ['failed'],
  ignored: ['ok', 'ignored'],
  unreachable: ['unreachable'],
};
