import type { Diagnostic } from '../contract/diagnostic.ts';
import type { Json } from '../contract/json.ts';
import type { Evaluated } from '../language/model.ts';
import type { Begun, Came, Entry } from './journal.ts';
import type { Raw } from './raw.ts';
import type { Marks, Unit } from './unit.ts';

/** What an earlier run knows of a unit. */
export type Recalled =
  /** It is over: nothing is said to the host. */
  | { readonly kind: 'answer'; readonly raw: Raw }
  /** It is over, and looked at again: nothing is changed, and it left behind what it left behind then. */
  | { readonly kind: 'look'; readonly restore: (raw: Raw) => Raw };

/** One task on one host, in one place of its way. */
interface Group {
  readonly host: string;
  readonly place: string;
  readonly units: Map<string, Came[]>;
  /** Begun, and it is not known what came of it. */
  readonly open: Map<string, Begun>;
  ended: boolean;
  goesOn: boolean;
  handler: boolean;
  once: boolean;
  left: { readonly [name: string]: Json };
  /** Some of it was recalled. */
  met: boolean;
}

/**
 * The journal of a run that is taken up again: for each host the tasks that it went through, in their order, up to the
 * one that stopped it. They are answered in that order; where the way leads elsewhere than it did then, the past ends.
 * Handlers are never answered: what is owed of them, the host itself knows.
 */
export class Past {
  private readonly marks: Marks;
  private readonly run: string;
  /** Actions whose outcome is not known, or can't be restored, are performed again. */
  private readonly again: boolean;
  private readonly hosts = new Map<string, Group[]>();
  private readonly once = new Map<string, Group>();

  constructor(entries: readonly Entry[], marks: Marks, run: string, again: boolean) {
    this.marks = marks;
    this.run = run;
    this.again = again;
    for (const entry of entries) this.take(entry);
    for (const [host, groups] of this.hosts) {
      const stopped = groups.findIndex((group) => group.ended && !group.goesOn);
      const reached = stopped < 0 ? groups : groups.slice(0, stopped + 1);
      for (const group of reached)
        if (group.once && (group.goesOn || !group.ended)) this.once.set(group.place, group);
      this.hosts.set(
        host,
        reached.filter((group) => !group.once),
      );
    }
  }

  /** Actions that can be neither taken as done nor done again without harm. */
  troubles(): Diagnostic[] {
    if (this.again) return [];
    const groups = [...[...this.hosts.values()].flat(), ...this.once.values()].filter((one) => !one.handler);
    return groups.flatMap(({ host, open, units }) => [
      ...[...open.values()]
        .filter((one) => !one.askable)
        .map((one) => trouble(one, `was begun on ${host}, and what came of it is not known`)),
      ...[...units.values()]
        .flat()
        .filter((one) => isLost(one) && !one.reads)
        .map((one) => trouble(one, `was done on ${host}, but what it registered is secret and was not kept`)),
    ]);
  }

  /** null: nothing is known, the unit is to be run. `memory`: gets what handlers before it left behind. */
  recall(unit: Unit, memory: Map<string, Evaluated>): Recalled | null {
    if (unit.handler) return null;
    const place = this.marks.place(unit.play, unit.task, unit.around);
    const group = unit.task.runOnce ? this.once.get(place) : this.group(unit.host, place, memory);
    const came = group?.units.get(this.marks.item(unit.item))?.shift();
    return group && came ? this.recalled(came, group.goesOn) : null;
  }

  private recalled(came: Came, goesOn: boolean): Recalled | null {
    const { status, msg, value, facts } = came;
    if (status === 'unreachable' || isUndone(came)) return null;
    if (status === 'failed' && !goesOn) return null;
    if (isLost(came) && came.kind === 'action') return null;
    const left = {
      ...(value ? { remembered: { kind: 'value' as const, value } } : {}),
      ...(facts ? { facts } : {}),
    };
    if (status === 'failed') {
      const lost = { kind: 'unknown' as const, because: 'it is secret, and was not kept by the run before' };
      const remembered = value ? left.remembered! : lost;
      return {
        kind: 'answer',
        raw: { status, result: {}, ...left, remembered, msg: `${msg ?? 'it failed'} (in run ${this.run})` },
      };
    }
    if (status === 'skipped')
      return { kind: 'answer', raw: { status, result: {}, ...left, ...(msg ? { msg } : {}) } };
    if (came.kind === 'action')
      return { kind: 'answer', raw: { status: 'ok', result: {}, ...left, msg: `done by run ${this.run}` } };
    return {
      kind: 'look',
      restore: (raw) => {
        // What steps behind it made of it since is theirs to say: a state that was reached is not reached for again.
        const isOver = came.kind === 'state' && raw.status === 'failed';
        if (isOver) return { status: 'ok', result: {}, ...left, msg: this.leftAlone(raw.msg ?? '') };
        if (raw.status === 'changed') return { ...raw, status: 'ok', ...left };
        return raw.status === 'ok' || raw.status === 'skipped' ? { ...raw, ...left } : raw;
      },
    };
  }

  /** A finished state is not as declared any more, and why. */
  leftAlone(why: string): string {
    return `it was so after run ${this.run}, and is not now (${why}): it is left alone`;
  }

  /** Nothing of what the host did then is still to come. */
  isOver(host: string): boolean {
    return (this.hosts.get(host) ?? []).length === 0;
  }

  /** What the host did here; the tasks before it are behind it. */
  private group(host: string, place: string, memory: Map<string, Evaluated>): Group | null {
    const groups = this.hosts.get(host) ?? [];
    for (let group = groups[0]; group; group = groups[0]) {
      // Spent, and the next one is elsewhere: this is an item that it never came to.
      const isHere = group.place === place && (!isSpent(group) || (group.met && groups[1]?.place !== place));
      if (!group.handler && isHere) {
        group.met = true;
        return group;
      }
      if (!group.handler && !group.met && !isSpent(group)) break;
      for (const [name, value] of Object.entries(group.left)) memory.set(name, { kind: 'value', value });
      groups.shift();
    }
    groups.length = 0;
    return null;
  }

  private take(entry: Entry): void {
    const groups = this.hosts.get(entry.host) ?? [];
    this.hosts.set(entry.host, groups);
    let group = groups.at(-1);
    if (!group || group.place !== entry.place || group.ended) {
      group = emptyGroup(entry);
      groups.push(group);
    }
    if (entry.e === 'ended') {
      group.ended = true;
      group.goesOn = entry.goesOn;
      group.left = entry.left ?? {};
    } else if (entry.e === 'begun') group.open.set(entry.item, entry);
    else {
      group.open.delete(entry.item);
      group.handler ||= entry.handler === true;
      group.once ||= entry.once === true;
      group.units.set(entry.item, [...(group.units.get(entry.item) ?? []), entry]);
    }
  }
}

function emptyGroup({ host, place }: Entry): Group {
  return {
    host,
    place,
    units: new Map(),
    open: new Map(),
    ended: false,
    goesOn: false,
    handler: false,
    once: false,
    left: {},
    met: false,
  };
}

function isSpent(group: Group): boolean {
  return [...group.units.values()].every((units) => units.length === 0);
}

/** A done action whose result somebody may read, and which was not kept. */
function isLost(came: Came): boolean {
  return came.kind === 'action' && came.hidden === true && came.status !== 'failed' && !isUndone(came);
}

/** Only foreseen (`check_mode: true`), or hanging on what was. */
function isUndone({ status }: Came): boolean {
  return status === 'unknown' || status === 'would_change';
}

function trouble({ task, at }: { readonly task: string; readonly at: string }, what: string): Diagnostic {
  return {
    code: 'resume',
    message: `${at}: "${task}" ${what}`,
    hint: 'look at what it did there; --again performs it again, or run the playbook anew',
  };
}
