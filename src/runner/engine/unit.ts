import { createHmac } from 'node:crypto';
import type { Json, JsonObject } from '../contract/json.ts';
import type { Block, Include, Play, Task } from '../language/model.ts';
import type { Round } from '../plan/cursor.ts';
import type { Raw } from './raw.ts';

/** A task on one host, or one item of its loop. */
export interface Unit {
  readonly host: string;
  readonly play: Play;
  readonly task: Task;
  /** Loop variables of the blocks around. */
  readonly around: readonly Round[];
  /** null: the task has no loop, or is meant as a whole. */
  readonly item: Round | null;
  readonly handler: boolean;
  /** A handler that an earlier run owed. */
  readonly debt: boolean;
}

/** Is told of every unit of a run. Never awaited, never throws. */
export interface Journal {
  /**
   * An action is about to be said to the host: when this returns, it is known that it was begun. `guarded`: the host
   * can be asked whether it was done.
   */
  begins(unit: Unit, guarded: boolean): void;
  /** `params`: as they were on this host; null where it did not come to them. */
  came(unit: Unit, raw: Raw, params: JsonObject | null): void;
  /** The task as a whole has ended on the host. `goesOn`: its way leads on, behind it or to a rescue. */
  ended(unit: Unit, raw: Raw, goesOn: boolean): void;
  /** An include or a looped block was entered or passed over. */
  entered(host: string, play: Play, node: Block | Include, raw: Raw): void;
  /** Handlers of the play that an earlier run owes on the host. */
  owes(host: string, play: Play, names: readonly string[]): void;
}

/** Names units and values so that another run of the same text finds them again, and nobody can read them. */
export class Marks {
  private readonly plays: ReadonlyMap<Play, number>;
  private readonly key: Uint8Array;

  /** `key`: the same in the run that is to find them. */
  constructor(plays: readonly Play[], key: Uint8Array) {
    this.plays = new Map(plays.map((play, index) => [play, index]));
    this.key = key;
  }

  /** Where in the text, and in which rounds of the blocks around. */
  place(play: Play, node: { readonly id: number }, around: readonly Round[]): string {
    const rounds = around.some((round) => round.size > 0) ? `.${this.rounds(around)}` : '';
    return `${this.plays.get(play)}.${node.id}${rounds}`;
  }

  item(round: Round | null): string {
    return round ? this.rounds([round]) : '';
  }

  /** 96 bits, as hex. */
  of(value: Json): string {
    return createHmac('sha256', this.key).update(JSON.stringify(value)).digest('hex').slice(0, 24);
  }

  private rounds(rounds: readonly Round[]): string {
    return this.of(rounds.map((round) => Object.fromEntries(round)));
  }
}
