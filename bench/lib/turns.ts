import type { Seen } from '../peers/peer.ts';
import type { Measured } from './measure.ts';
import type { Series } from './results.ts';

/** One peer's part of a row. */
export interface Turn {
  readonly peer: string;
  run(): Promise<Measured & Seen>;
}

/**
 * Every peer once, then every peer once more, and so on, so that a slow moment of the machine is nobody's alone. A
 * peer whose runs have used up `patience` seconds is not run again.
 */
export async function inTurns(
  turns: readonly Turn[],
  repeat: number,
  patience: number,
  told: (peer: string, ran: Measured & Seen) => void,
): Promise<Series[]> {
  const runs = new Map<string, (Measured & Seen)[]>(turns.map(({ peer }) => [peer, []]));
  for (let round = 0; round < repeat; round++) {
    for (const turn of turns) {
      const mine = runs.get(turn.peer)!;
      if (mine.reduce((sum, { wall }) => sum + wall, 0) > patience) continue;
      const ran = await turn.run();
      mine.push(ran);
      told(turn.peer, ran);
    }
  }
  return [...runs].map(([peer, series]) => ({ peer, runs: series }));
}
