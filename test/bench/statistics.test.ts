import assert from 'node:assert/strict';
import { median } from '../../bench/lib/statistics.ts';
import { inTurns } from '../../bench/lib/turns.ts';

describe('figures of the benchmark', () => {
  it('median', () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([4, 1, 2, 3]), 2.5);
    assert.equal(median([7]), 7);
    assert.ok(Number.isNaN(median([])));
  });

  it('peers take turns, and one that is out of patience sits down', async () => {
    const order: string[] = [];
    const turn = (peer: string, wall: number) => ({
      peer,
      run: async () => {
        order.push(peer);
        return { code: 0, stdout: '', stderr: '', wall, cpu: 0, rss: 0 };
      },
    });
    const series = await inTurns([turn('quick', 1), turn('slow', 8)], 3, 10, () => {});
    assert.deepEqual(order, ['quick', 'slow', 'quick', 'slow', 'quick']);
    assert.deepEqual(
      series.map(({ peer, runs }) => [peer, runs.length]),
      [
        ['quick', 3],
        ['slow', 2],
      ],
    );
  });
});
