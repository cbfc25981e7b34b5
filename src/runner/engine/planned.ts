import type { Delta } from '../contract/delta.ts';
import { formatPosition } from '../contract/diagnostic.ts';
import type { JsonObject } from '../contract/json.ts';
import { maskDelta } from '../contract/mask-delta.ts';
import type { Secrets } from '../contract/secret.ts';
import type { Block, Include, Play, Task } from '../language/model.ts';
import type { Raw } from './raw.ts';
import type { Journal, Marks, Unit } from './unit.ts';

/** What a plan says of one unit on one host. `place`, `item`: see `Marks`. */
export interface Planned {
  readonly host: string;
  readonly place: string;
  readonly item: string;
  /** For a person who reads the plan. */
  readonly task: string;
  readonly at: string;
  readonly status: Raw['status'];
  /** What was observed where it is not as declared, and what it is to become. Fields that are as declared are not here. */
  readonly delta?: Delta;
  /** The mark of its parameters; not where they, or what they come to, depended on the run. */
  readonly params?: string;
  readonly msg?: string;
}

/** The steps of a plan, host by host in the order of running. */
export interface PlannedSteps {
  readonly steps: readonly Planned[];
  /** `host place` of includes and looped blocks of which only the run can tell whether, or how, they are entered. */
  readonly open: readonly string[];
  /** Handlers that an earlier run owes: see `owedAs`. */
  readonly owed: readonly string[];
}

/** Writes down a dry run as a plan. */
export class PlanRecorder implements Journal {
  private readonly marks: Marks;
  private readonly shown: Shown;
  private readonly steps: Planned[] = [];
  private readonly open: string[] = [];
  private readonly owed: string[] = [];

  constructor(marks: Marks, shown: Shown) {
    this.marks = marks;
    this.shown = shown;
  }

  get planned(): PlannedSteps {
    return { steps: this.steps, open: this.open, owed: this.owed };
  }

  begins(): void {}

  ended(): void {}

  came(unit: Unit, raw: Raw, params: JsonObject | null): void {
    const { host, play, task } = unit;
    this.steps.push({
      host,
      place: this.marks.place(play, task, unit.around),
      item: this.marks.item(unit.item),
      task: this.shown.text(task.name ?? task.type.name),
      at: formatPosition(task.at),
      status: raw.performs && raw.status === 'ok' ? 'would_change' : raw.status,
      ...(raw.delta ? { delta: this.shown.delta(raw.delta, task) } : {}),
      ...(params && !raw.undecided ? { params: this.marks.of(params) } : {}),
      ...(raw.msg === undefined || task.noLog ? {} : { msg: this.shown.text(raw.msg) }),
    });
  }

  entered(host: string, play: Play, node: Block | Include, raw: Raw): void {
    if (raw.status === 'unknown') this.open.push(`${host} ${this.marks.place(play, node, [])}`);
  }

  owes(host: string, play: Play, names: readonly string[]): void {
    for (const name of names) this.owed.push(owedAs(host, this.marks.place(play, { id: 0 }, []), name));
  }
}

export function owedAs(host: string, play: string, name: string): string {
  return `${host} ${play} ${name}`;
}

/**
 * Deltas and texts as a plan keeps them: no secret is in them. `lasting`: fingerprints of secrets are the same in
 * every run; else they are left out, and two secrets read the same.
 */
export class Shown {
  private readonly secrets: Secrets;
  private readonly lasting: boolean;

  constructor(secrets: Secrets, lasting: boolean) {
    this.secrets = secrets;
    this.lasting = lasting;
  }

  text(text: string): string {
    const masked = this.secrets.mask(text);
    return this.lasting ? masked : masked.replace(/<secret [0-9a-f]{8}>/g, '<secret>');
  }

  delta(delta: Delta, task: Task): Delta {
    const masked = task.noLog ? this.hidden(delta) : maskDelta(delta, this.secrets);
    return JSON.parse(this.text(JSON.stringify(masked)));
  }

  private hidden(delta: Delta): Delta {
    const stand = (value: unknown) => this.secrets.standIn(JSON.stringify(value));
    return Object.fromEntries(
      Object.entries(delta).map(([field, { from, to }]) => [field, { from: stand(from), to: stand(to) }]),
    );
  }
}
