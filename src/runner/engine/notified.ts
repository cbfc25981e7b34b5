import { formatPosition, type Position } from '../contract/diagnostic.ts';
import type { Task } from '../language/model.ts';

/** `sure`: something changed, or would. `unknown` (check mode): what would notify it is not known. */
export type Certainty = 'sure' | 'unknown';

/** The handlers of a play that wait to be run on one host. */
export class Notified {
  private readonly handlers: readonly Task[];
  private readonly waiting = new Map<Task, Certainty>();

  constructor(handlers: readonly Task[]) {
    this.handlers = handlers;
  }

  /** False: no handler has this name, and none listens to it. */
  notify(name: string, certainty: Certainty, by: Task): boolean {
    const called = this.handlers.filter((handler) => isCalled(handler, name));
    // A role that is used twice has its handlers twice: a task means those of its own use.
    const isOwn = (handler: Task) => handler.role === by.role;
    const meant = called.filter(
      (handler) => isOwn(handler) || !called.some((twin) => isOwn(twin) && samePlace(twin.at, handler.at)),
    );
    for (const handler of meant) {
      if (this.waiting.get(handler) !== 'sure') this.waiting.set(handler, certainty);
    }
    return meant.length > 0;
  }

  has(handler: Task): boolean {
    return this.waiting.has(handler);
  }

  get size(): number {
    return this.waiting.size;
  }

  /** It runs now: a later notification is a new one. */
  take(handler: Task): Certainty {
    const certainty = this.waiting.get(handler) ?? 'sure';
    this.waiting.delete(handler);
    return certainty;
  }
}

function isCalled(handler: Task, name: string): boolean {
  if (handler.name === name || handler.listen.includes(name)) return true;
  const role = handler.role?.role.name;
  return role !== undefined && name === `${role} : ${handler.name}`;
}

function samePlace(a: Position, b: Position): boolean {
  return formatPosition(a) === formatPosition(b);
}
