import { formatPosition } from '../contract/diagnostic.ts';
import { isObject, type Json, type JsonObject } from '../contract/json.ts';
import type { Secrets } from '../contract/secret.ts';
import type { TaskType } from '../contract/task-type.ts';
import type { Task } from '../language/model.ts';
import { registered } from './judge.ts';
import type { Raw } from './raw.ts';
import type { Journal, Marks, Unit } from './unit.ts';

/** A line of a run's journal. `place` and `item`: see `Marks`. */
export type Entry = Begun | Came | Ended;

interface Where {
  readonly host: string;
  readonly place: string;
}

/** How a person finds the task: its name, and `file:line:column`. */
interface Named {
  readonly task: string;
  readonly at: string;
}

/** An action was about to be said. */
export interface Begun extends Where, Named {
  readonly e: 'begun';
  readonly item: string;
  /** Its outcome can be asked for, or it only reads. */
  readonly askable: boolean;
}

/** What came of a unit. */
export interface Came extends Where, Named {
  readonly e: 'came';
  readonly item: string;
  readonly kind: TaskType['kind'];
  readonly status: Raw['status'];
  readonly handler?: true;
  readonly once?: true;
  /** The author's word that it changes nothing (`changed_when: false`). */
  readonly reads?: true;
  readonly msg?: string;
  /** What was registered; only where somebody may read it. */
  readonly value?: JsonObject;
  readonly facts?: JsonObject;
  /** Value or facts hold a secret, or are `no_log`: they are not kept. */
  readonly hidden?: true;
}

export interface Ended extends Where {
  readonly e: 'ended';
  readonly goesOn: boolean;
  /** Of a handler: what it left behind. */
  readonly left?: JsonObject;
}

/**
 * Writes down a run so that it can be resumed. `write` gets a whole line; `now`: it must be kept before it returns.
 * No secret is ever written.
 */
export class JournalWriter implements Journal {
  private readonly marks: Marks;
  private readonly secrets: Secrets;
  private readonly write: (line: string, now: boolean) => void;

  constructor(marks: Marks, secrets: Secrets, write: (line: string, now: boolean) => void) {
    this.marks = marks;
    this.secrets = secrets;
    this.write = write;
  }

  begins(unit: Unit, guarded: boolean): void {
    const { task } = unit;
    const askable = guarded || isReading(task);
    const item = this.marks.item(unit.item);
    this.put({ e: 'begun', ...this.where(unit), item, ...this.named(task), askable }, true);
  }

  came(unit: Unit, raw: Raw): void {
    const { task } = unit;
    // A loop as a whole is told by its items.
    if (task.loop && !unit.item) return;
    const { msg } = raw;
    this.put({
      e: 'came',
      ...this.where(unit),
      item: this.marks.item(unit.item),
      ...this.named(task),
      kind: task.type.kind,
      status: raw.status,
      ...(unit.handler ? { handler: true } : {}),
      ...(task.runOnce ? { once: true } : {}),
      ...(isReading(task) ? { reads: true } : {}),
      ...(msg === undefined || task.noLog ? {} : { msg: this.secrets.mask(msg) }),
      ...this.leftBy(task, raw),
    });
  }

  ended(unit: Unit, raw: Raw, goesOn: boolean): void {
    const { register } = unit.task;
    const value = unit.handler && register ? this.leftBy(unit.task, raw).value : undefined;
    const left = value ? { left: { [register!]: value } } : {};
    this.put({ e: 'ended', ...this.where(unit), goesOn, ...left });
  }

  /** Asked again by a run that goes on. */
  entered(): void {}

  /** Known on the host. */
  owes(): void {}

  private leftBy(task: Task, raw: Raw): Pick<Came, 'value' | 'facts' | 'hidden'> {
    const value = task.register || raw.status === 'failed' ? registered(raw) : null;
    const { facts } = raw;
    if (!value && !facts) return {};
    if (task.noLog || value?.kind === 'unknown' || this.isSecret(value) || this.isSecret(facts ?? null))
      return { hidden: true };
    return {
      ...(value?.kind === 'value' && isObject(value.value) ? { value: value.value } : {}),
      ...(facts ? { facts } : {}),
    };
  }

  private isSecret(value: unknown): boolean {
    return JSON.stringify(this.secrets.maskJson(value)) !== JSON.stringify(value);
  }

  private where({ host, play, task, around }: Unit): Where {
    return { host, place: this.marks.place(play, task, around) };
  }

  private named(task: Task): Named {
    return { task: this.secrets.mask(task.name ?? task.type.name), at: formatPosition(task.at) };
  }

  private put(entry: Entry, now = false): void {
    this.write(`${JSON.stringify(entry satisfies Entry as unknown as Json)}\n`, now);
  }
}

function isReading(task: Task): boolean {
  return task.changedWhen?.some(({ source }) => source.trim() === 'false') ?? false;
}
