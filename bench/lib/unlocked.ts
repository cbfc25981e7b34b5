import { setTimeout as sleep } from 'node:timers/promises';
import type { Measured } from './measure.ts';

/**
 * All hosts are this one machine, and a run of mama-play holds the machines that it works on: where somebody else's run
 * holds it now, ours is refused and tried again.
 */
export async function whenUnlocked(run: () => Promise<Measured>): Promise<Measured> {
  for (let attempt = 1; ; attempt++) {
    const ran = await run();
    if (ran.code === 0 || attempt === 60 || !ran.stdout.includes('"code":"locked"')) return ran;
    await sleep(1000);
  }
}
