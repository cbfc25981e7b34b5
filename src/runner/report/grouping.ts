import type { TaskEvent } from '../contract/event.ts';

/** Outcomes of several hosts that read the same but for the host. */
export interface Group {
  readonly first: TaskEvent;
  readonly hosts: string[];
}

/**
 * Holds outcomes back for a moment, so that hosts to which the same happened can share a line. A failure is held no
 * longer than any other: `take` gives all that is there, in order of the first of each group.
 */
export class Groups {
  private readonly groups = new Map<string, Group>();

  add(event: TaskEvent): void {
    const key = sameness(event);
    const group = this.groups.get(key);
    if (group) group.hosts.push(event.host);
    else this.groups.set(key, { first: event, hosts: [event.host] });
  }

  take(): Group[] {
    const taken = [...this.groups.values()];
    this.groups.clear();
    return taken;
  }

  get size(): number {
    return this.groups.size;
  }
}

/** Everything a person would see of it, but the host and the time. */
function sameness({ host: _host, ms: _ms, result: _result, ...rest }: TaskEvent): string {
  return JSON.stringify(rest);
}
