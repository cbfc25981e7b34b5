import { MAIN } from '../peers/ours.ts';
import { mustHaveEnded } from '../peers/peer.ts';
import type { Ground } from './ground.ts';
import type { Stopwatch } from './measure.ts';
import type { Options } from './options.ts';
import type { Row } from './results.ts';
import { inTurns } from './turns.ts';

const REPEAT = 15;

/** How long `--version` takes, and how long Node itself. */
export async function measureStartUp(ground: Ground, stopwatch: Stopwatch, options: Options): Promise<Row> {
  const turn = (peer: string, words: readonly string[]) => ({
    peer,
    run: async () => {
      const ran = await stopwatch.run({ argv: [process.execPath, ...words], cwd: ground.dir });
      mustHaveEnded(peer, ran);
      return ran;
    },
  });
  const turns = [turn('ours', [MAIN, '--version']), turn('node', ['-e', '0'])];
  const series = await inTurns(turns, options.repeat ?? REPEAT, 60, () => {});
  return { work: 'start', hosts: 0, rtt: 0, series };
}
