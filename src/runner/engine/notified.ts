import { formatPosition, type Position } from '../contract/diagnostic.ts';
import type { Task } from '../language/model.ts';
import { onOneLine } from './debt-file.ts';

/** `sure`: something changed, or would. `unknown` (check mode): what would notify it is not known. */
export type Certainty = 'sure' | 'unknown';

/** The handlers of a play that wait to be run on one host. */
export class Notified {
  private readonly handlers: readonly Task[];
  private readonly waiting = new Map<Task, Certainty>();
  /** Of those that wait, the ones that only an earlier run has notified. */
  private readonly owed = new Set<Task>();

  constructor(handlers: readonly Task[]) {
    this.handlers = handlers;
  }

  /** False: no handler has this name, and none listens to it. */
  notify(name: string, certainty: Certainty, by: Task): boolean {
    const meant = this.meant(name, by);
    for (const handler of meant) {
      this.add(handler, certainty);
      this.owed.delete(handler);
    }
    return meant.length > 0;
  }

  /** The handlers that a task means by a name. */
  meant(name: string, by: Task): readonly Task[] {
    const called = this.handlers.filter((handler) => isCalled(handler, name));
    // A role that is used twice has its handlers twice: a task means those of its own use.
    const isOwn = (handler: Task) => handler.role === by.role;
    return called.filter(
      (handler) => isOwn(handler) || !called.some((twin) => isOwn(twin) && samePlace(twin.at, handler.at)),
    );
  }

  /** An earlier run owes the handler of this `debtName`; false: the play has it no more. */
  owe(name: string): boolean {
    const owed = this.handlers.filter((handler) => debtName(handler) === name);
    for (const handler of owed) {
      this.add(handler, 'sure');
      this.owed.add(handler);
    }
    return owed.length > 0;
  }

  private add(handler: Task, certainty: Certainty): void {
    if (this.waiting.get(handler) !== 'sure') this.waiting.set(handler, certainty);
  }

  /** `debtName`s of those that wait. */
  names(): string[] {
    return [...new Set([...this.waiting.keys()].map(debtName))];
  }

  /** Whether those that wait were notified is no longer certain, but for these. */
  doubt(sure: ReadonlySet<Task>): void {
    for (const handler of this.waiting.keys()) if (!sure.has(handler)) this.waiting.set(handler, 'unknown');
  }

  /** Those that were notified for certain. */
  sure(): ReadonlySet<Task> {
    return new Set(
      [...this.waiting].filter(([, certainty]) => certainty === 'sure').map(([handler]) => handler),
    );
  }

  has(handler: Task): boolean {
    return this.waiting.has(handler);
  }

  /** `debtName`s of those that still wait because of an earlier run only. */
  owedNames(): string[] {
    return [...new Set([...this.owed].map(debtName))];
  }

  /** It waits because of an earlier run only. */
  isOwed(handler: Task): boolean {
    return this.owed.has(handler);
  }

  get size(): number {
    return this.waiting.size;
  }

  /** It runs now: a later notification is a new one. */
  take(handler: Task): Certainty {
    const certainty = this.waiting.get(handler) ?? 'sure';
    this.waiting.delete(handler);
    this.owed.delete(handler);
    return certainty;
  }
}

/** How a handler is called on the host when it is owed. */
export function debtName(handler: Task): string {
  const name = onOneLine(handler.name ?? handler.type.name);
  return handler.role ? `${handler.role.role.name} : ${name}` : name;
}

function isCalled(handler: Task, name: string): boolean {
  if (handler.name === name || handler.listen.includes(name)) return true;
  const role = handler.role?.role.name;
  return role !== undefined && name === `${role} : ${handler.name}`;
}

function samePlace(a: Position, b: Position): boolean {
  return formatPosition(a) === formatPosition(b);
}
