import assert from 'node:assert/strict';
import type { RunEvent } from '../../src/runner/contract/event.ts';
import { makeReporter, type ReportOptions } from '../../src/runner/report/reporter.ts';
import { FakeTerminal, hostRecap, options, recap, task } from './support.ts';

const started = (host: string, name = 'Build'): RunEvent => ({
  event: 'started',
  host,
  task: name,
  type: 'shell',
});
const line = (host: string, text: string): RunEvent => ({ event: 'output', host, task: 'Build', line: text });

function start(more: Partial<ReportOptions> = {}) {
  const terminal = new FakeTerminal();
  const reporter = makeReporter(options(terminal, more));
  const tell = (...events: RunEvent[]) => {
    for (const event of events) reporter.on(event);
  };
  /** What is said while so much time passes. */
  const said = (seconds: number): string => {
    const before = terminal.output.length;
    terminal.pass(seconds * 1000);
    return terminal.output.slice(before);
  };
  return { terminal, reporter, tell, said };
}

describe('the heartbeat of plain output', () => {
  it('tells of what runs long: after 15 s, then after each minute, with its last line', () => {
    const { tell, said } = start();
    tell(started('web1'));
    assert.equal(said(14), '');
    assert.equal(said(2), 'running      web1: Build  15.0 s\n');
    tell(line('web1', 'Step 1\n'), line('web1', ' 10%\r 20%\x1b[K\tdone\n'));
    assert.equal(said(43), '');
    assert.equal(said(2), 'running      web1: Build  1 min 0 s: 20% done\n');
    tell(line('web1', 'x'.repeat(200)));
    assert.equal(said(59), `running      web1: Build  2 min 0 s: ${'x'.repeat(99)}…\n`);
    assert.equal(said(181).match(/running/g)?.length, 3);
  });

  it('hosts at the same task share a line, and those that came later have their own', () => {
    const { tell, said } = start();
    tell(started('web1'), started('web2'), started('web3'), started('db', 'Dump'));
    said(5);
    tell(started('web4'));
    assert.equal(said(11), 'running      web{1..3}: Build  15.0 s\nrunning      db: Dump  15.0 s\n');
    assert.equal(said(5), 'running      web4: Build  15.0 s\n');
  });

  it('begins anew with the next task, but not with another attempt', () => {
    const { tell, said } = start();
    tell(started('web1'));
    said(10);
    tell(started('web1'));
    assert.equal(said(6), 'running      web1: Build  15.0 s\n');
    tell(task({ task: 'Build' }), started('web1', 'Next'));
    assert.equal(said(14), '');
    assert.equal(said(2), 'running      web1: Next  15.0 s\n');
  });

  it('is quiet between tasks and at the end, and ticks no more', () => {
    const { terminal, reporter, tell, said } = start();
    tell(started('web1'), task({ task: 'Build' }));
    assert.equal(said(100), '');
    assert.equal(terminal.ticks, 0);
    tell(started('web1'), recap({ web1: hostRecap() }));
    assert.equal(terminal.ticks, 0);
    tell(started('web1'));
    reporter.close();
    assert.equal(terminal.ticks, 0);
  });

  it('is never among JSON events', () => {
    const { tell, said } = start({ output: 'json' });
    tell(started('web1'), line('web1', 'x'));
    assert.equal(said(300), '');
  });
});
