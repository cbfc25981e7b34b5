import assert from 'node:assert/strict';
import type { RecapEvent, TaskEvent } from '../../src/runner/contract/event.ts';
import { Doubts } from '../../src/runner/report/doubts.ts';
import { paintFor } from '../../src/runner/report/paint.ts';
import { recapLines } from '../../src/runner/report/recap.ts';
import { hostRecap, recap, task } from './support.ts';

function told(event: RecapEvent): string[] {
  return recapLines(event, paintFor(false));
}

const CHECK = { check: true };

describe('the recap', () => {
  it('aligns its columns and names only the counts that occur', () => {
    assert.deepEqual(
      told(
        recap({ a: hostRecap({ ok: 9 }), database: hostRecap({ ok: 120, changed: 14, round_trips: 15 }) }),
      ),
      [
        'a         ok=9    changed=0   failed=0  1 round trip',
        'database  ok=120  changed=14  failed=0  15 round trips',
        '812 ms',
      ],
    );
  });

  it('says how each host ended that did not end well', () => {
    const states = ['done', 'failed', 'unreachable', 'locked', 'interrupted'] as const;
    const hosts = Object.fromEntries(states.map((state) => [state.slice(0, 4), hostRecap({ state })]));
    assert.deepEqual(told(recap(hosts, { elapsed_ms: 61_000 })), [
      'done  ok=0  changed=0  failed=0  1 round trip',
      'fail  ok=0  changed=0  failed=0  1 round trip  failed',
      'unre  ok=0  changed=0  failed=0  1 round trip  unreachable',
      'lock  ok=0  changed=0  failed=0  1 round trip  locked',
      'inte  ok=0  changed=0  failed=0  1 round trip  interrupted',
      '1 min 1 s; 1 of 5 hosts done; failed: fail; unreachable: unre; locked: lock; interrupted: inte',
    ]);
  });

  it('of a dry run sums up what would change', () => {
    const hosts = {
      a: hostRecap({ ok: 3, would_change: 2, unknown: 1 }),
      b: hostRecap({ ok: 6 }),
      c: hostRecap({ would_change: 1 }),
    };
    assert.deepEqual(told(recap(hosts, CHECK)), [
      'a  ok=3  would change=2  unknown=1  failed=0  1 round trip',
      'b  ok=6  would change=0  unknown=0  failed=0  1 round trip',
      'c  ok=0  would change=1  unknown=0  failed=0  1 round trip',
      '812 ms',
      'certain 12 · depends on the run 1 · cannot be known 0',
      'check mode: 3 tasks would change something, 1 is unknown (2 of 3 hosts); nothing was changed',
    ]);
  });

  it('of a dry run counts what is certain, and why the rest is not', () => {
    const doubts = new Doubts();
    const unknown = (more: Partial<TaskEvent>) => doubts.add(task({ status: 'unknown', ...more }));
    unknown({ unknown: 'unknowable' });
    unknown({ unknown: 'unknowable', item: 'a' });
    unknown({ unknown: 'unknowable', host: 'b', items: 1 });
    unknown({ unknown: 'depends' });
    unknown({});
    doubts.add(task({ status: 'would_change' }));
    const hosts = {
      // Of those that would change something, are ignored, rescued or skipped the outcome is known too.
      a: hostRecap({ ok: 3, changed: 1, would_change: 2, unknown: 3, skipped: 4, ignored: 1, rescued: 1 }),
      b: hostRecap({ unknown: 1, failed: 1, state: 'failed' }),
      c: hostRecap({ unreachable: 1, state: 'unreachable' }),
    };
    const lines = recapLines(recap(hosts, CHECK), paintFor(false), doubts);
    assert.equal(lines.at(-2), 'certain 11 · depends on the run 2 · cannot be known 2');
  });

  it('of a dry run tells the truth in every case', () => {
    const last = (...hosts: Parameters<typeof hostRecap>[0][]) =>
      told(recap(Object.fromEntries(hosts.map((host, i) => [`h${i}`, hostRecap(host)])), CHECK)).at(-1);
    assert.equal(last({ ok: 4 }), 'check mode: nothing would change');
    assert.equal(last({ would_change: 1 }), 'check mode: 1 task would change something; nothing was changed');
    assert.equal(last({ unknown: 2 }), 'check mode: 2 tasks are unknown; nothing was changed');
    assert.equal(last({ failed: 1, state: 'failed' }), 'check mode: nothing was changed');
    assert.equal(
      last({ ok: 1, changed: 1 }),
      'check mode: nothing would change; 1 task with check_mode: false counts as changed',
    );
  });
});
