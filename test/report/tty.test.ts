import assert from 'node:assert/strict';
import type { RunEvent } from '../../src/runner/contract/event.ts';
import { makeReporter, type ReportOptions } from '../../src/runner/report/reporter.ts';
import { FakeTerminal, hostRecap, options, recap, screenAfter, task } from './support.ts';

function start(more: Partial<ReportOptions> = {}) {
  const terminal = new FakeTerminal();
  const reporter = makeReporter(options(terminal, { output: 'tty', ...more }));
  const tell = (...events: RunEvent[]) => {
    for (const event of events) reporter.on(event);
  };
  const screen = () => screenAfter(terminal.output, terminal.columns);
  return { terminal, reporter, tell, screen };
}

const started = (host: string, name = 'Configuration'): RunEvent => ({
  event: 'started',
  host,
  task: name,
  type: 'template',
});
const connected = (host: string): RunEvent => ({ event: 'connected', host, ms: 1 });
const play = (...hosts: string[]): RunEvent => ({ event: 'play', play: 'Site', hosts });

describe('the live view', () => {
  it('shows who works on what, since when, and the last line of its output', () => {
    const { terminal, tell, screen } = start();
    tell(play('web1', 'db'), connected('web1'), connected('db'), started('web1'), started('db', 'Build'));
    terminal.pass(2000);
    tell({ event: 'output', host: 'db', task: 'Build', line: '10%\r20%\x1b[K done\n' });
    terminal.pass(300);
    assert.deepEqual(screen(), [
      'play Site: web1 db',
      '⠸ web1  Configuration  2.3 s',
      '⠸ db    Build  2.3 s  20% done',
      '',
    ]);
  });

  it('shows no line for what is over at once', () => {
    const { terminal, tell, screen } = start();
    tell(play('web1'), connected('web1'), started('web1'));
    terminal.pass(140);
    tell(task({ host: 'web1' }));
    terminal.pass(1000);
    assert.deepEqual(screen(), ['play Site: web1', '']);
  });

  it('shows who is being connected to', () => {
    const { terminal, tell, screen } = start();
    tell(play('web1', 'web2'), connected('web1'), task({ host: 'web2', type: 'set_fact' }));
    terminal.pass(900);
    assert.deepEqual(screen(), ['play Site: web1 web2', '⠏ web2  connecting  0.9 s', '']);
    tell(task({ host: 'web2', status: 'unreachable', msg: 'web2 is down' }));
    terminal.pass(300);
    assert.deepEqual(screen().slice(1), [
      'unreachable  web2: Configuration: web2 is down',
      '  at site.yaml:4:7',
      '',
    ]);
  });

  it('counts attempts at one task from the first one, and items each on their own', () => {
    const { terminal, tell, screen } = start();
    tell(play('web1'), connected('web1'), started('web1'));
    terminal.pass(1000);
    tell(started('web1'));
    terminal.pass(1000);
    assert.match(screen()[1]!, /Configuration {2}2\.0 s$/);
    tell(task({ item: 'a' }), started('web1'));
    terminal.pass(500);
    assert.match(screen()[1]!, /Configuration {2}0\.5 s$/);
  });

  it('puts what happened to several hosts on one line, in the order of the play', () => {
    const { terminal, tell, screen } = start();
    tell(play('db', 'web1', 'web2', 'web3'));
    for (const host of ['web3', 'web1', 'db', 'web2']) tell(connected(host));
    for (const host of ['web3', 'web1', 'db', 'web2']) tell(task({ host, status: 'changed', ms: 4 }));
    terminal.pass(200);
    assert.deepEqual(screen(), ['play Site: db web{1..3}', '']);
    terminal.pass(200);
    assert.deepEqual(screen(), ['play Site: db web{1..3}', 'changed      db web{1..3}: Configuration', '']);
  });

  it('names everybody who is in trouble, but counts those who fare well', () => {
    const { terminal, reporter, tell, screen } = start();
    terminal.columns = 200;
    const hosts = ['alpha', 'beta', 'gamma', 'delta'].map((name) => `${name}.some.where.example.org`);
    tell(play(...hosts), ...hosts.map(connected));
    for (const host of hosts) tell(task({ host, status: 'changed' }));
    for (const host of hosts) tell(task({ host, task: 'Die', status: 'failed' }));
    reporter.close();
    assert.deepEqual(screen().slice(1), [
      `changed      ${hosts.slice(0, 2).join(' ')} and 2 more hosts: Configuration`,
      `failed       ${hosts.join(' ')}: Die`,
      '  at site.yaml:4:7',
      '',
    ]);
  });

  it('waits longer for those that are still at it, but not for ever', () => {
    const { terminal, tell, screen } = start();
    tell(play('a', 'b', 'c'), connected('a'), connected('b'), connected('c'));
    tell(started('a'), started('b'), started('c'), task({ host: 'a', status: 'changed' }));
    terminal.pass(700);
    tell(task({ host: 'b', status: 'changed' }));
    terminal.pass(200);
    assert.doesNotMatch(screen().join('\n'), /changed/);
    terminal.pass(300);
    assert.deepEqual(screen().slice(0, 2), ['play Site: a b c', 'changed      a b: Configuration']);
  });

  it('keeps the order of what happened to each host', () => {
    const { terminal, tell, screen } = start();
    const changed = (host: string, name: string) => task({ host, task: name, status: 'changed' });
    tell(play('a', 'b'), connected('a'), connected('b'));
    tell(
      changed('a', 'One'),
      changed('a', 'Three'),
      changed('b', 'Two'),
      changed('b', 'Three'),
      changed('b', 'Three'),
    );
    terminal.pass(400);
    assert.deepEqual(screen().slice(1), [
      'changed      a: One',
      'changed      a: Three',
      'changed      b: Two',
      'changed      b: Three',
      'changed      b: Three',
      '',
    ]);
  });

  it('keeps apart what -v shows to be different', () => {
    const { terminal, tell, screen } = start({ verbosity: 1 });
    tell(play('a', 'b'), connected('a'), connected('b'));
    tell(task({ host: 'a', result: { rc: 0 } }), task({ host: 'b', result: { rc: 1 } }));
    terminal.pass(400);
    assert.deepEqual(screen().slice(1), [
      'ok           a: Configuration',
      '  rc: 0',
      'ok           b: Configuration',
      '  rc: 1',
      '',
    ]);
  });

  it('tells only news: what is ok or skipped needs no line, but for a message', () => {
    const { reporter, tell, screen } = start();
    tell(play('a'), connected('a'), task({ host: 'a' }), task({ host: 'a', status: 'skipped' }));
    tell(task({ host: 'a', type: 'debug', msg: 'hello' }), task({ host: 'a', items: 2, status: 'changed' }));
    reporter.close();
    assert.deepEqual(screen(), ['play Site: a', 'ok           a: Configuration: hello', '']);
  });

  it('many hosts at the same task share a line, and never take more than half the screen', () => {
    const { terminal, tell, screen } = start();
    const hosts = Array.from({ length: 50 }, (_, i) => `web${String(i + 1).padStart(2, '0')}`);
    tell(play(...hosts), ...hosts.map(connected), ...hosts.map((host) => started(host)));
    terminal.pass(500);
    assert.deepEqual(screen(), ['play Site: web{01..50}', '⠴ web{01..50}  Configuration  0.5 s', '']);
    terminal.rows = 10;
    tell(...hosts.map((host) => started(host, `Task of ${host}`)));
    terminal.pass(500);
    assert.deepEqual(screen().slice(1), [
      '⠋ web01  Task of web01  0.5 s',
      '⠋ web02  Task of web02  0.5 s',
      '⠋ web03  Task of web03  0.5 s',
      '⠋ … 47 more tasks',
      '',
    ]);
  });

  it('no live line is wider than the terminal, wide characters counted as two', () => {
    const { terminal, tell } = start();
    terminal.columns = 40;
    tell(play('a'), connected('a'), started('a', '漢字の長い名前のタスク と もっと'));
    tell({ event: 'output', host: 'a', task: 'x', line: '漢字'.repeat(40) });
    terminal.pass(12_000);
    const line = terminal.output
      .split('\n')
      .at(-2)!
      .replace(/^[\s\S]*\x1b\[J/, '');
    assert.equal(line, '⠋ a  漢字の長い名前のタスク と …  12 s');
    terminal.columns = 12;
    terminal.pass(100);
    assert.equal(
      terminal.output
        .split('\n')
        .at(-2)!
        .replace(/^[\s\S]*\x1b\[J/, ''),
      '⠙ a  漢字…',
    );
  });

  it('clears lines that a narrower window has broken', () => {
    const { terminal, tell } = start();
    tell(play('a'), connected('a'), started('a', 'x'.repeat(60)));
    terminal.pass(300);
    terminal.columns = 30;
    const before = terminal.writes.length;
    terminal.pass(100);
    assert.match(terminal.writes[before]!, /^\r\x1b\[3A\x1b\[J/);
  });

  it('writes over an echoed ^C', () => {
    const { terminal, reporter, tell, screen } = start();
    tell(play('a'), connected('a'), started('a'));
    terminal.pass(500);
    terminal.writes.push('^C');
    tell({ event: 'note', level: 'warning', msg: 'stopping' });
    terminal.pass(100);
    assert.deepEqual(screen(), ['play Site: a', 'warning: stopping', '⠦ a  Configuration  0.6 s', '']);
    reporter.close();
    assert.deepEqual(screen(), ['play Site: a', 'warning: stopping', '']);
  });

  it('says an error below everything that was before it', () => {
    const { terminal, tell, screen } = start();
    tell(
      play('a'),
      connected('a'),
      started('a'),
      task({ host: 'a', status: 'changed' }),
      started('a', 'Next'),
    );
    terminal.pass(200);
    tell({ event: 'error', diagnostic: { code: 'locked', message: 'a is locked' } });
    assert.deepEqual(screen(), ['play Site: a', 'changed      a: Configuration', '']);
    assert.equal(terminal.errors, 'error: a is locked\n');
  });

  it('ends with the recap on a clean screen, and ticks no more', () => {
    const { terminal, reporter, tell, screen } = start();
    tell(play('a'), connected('a'), started('a'));
    terminal.pass(500);
    tell(task({ host: 'a', status: 'changed' }), recap({ a: hostRecap({ ok: 1, changed: 1 }) }));
    reporter.close();
    assert.deepEqual(screen(), [
      'play Site: a',
      'changed      a: Configuration',
      '',
      'a  ok=1  changed=1  failed=0  1 round trip',
      '812 ms',
      '',
    ]);
    assert.equal(terminal.ticks, 0);
  });

  it('is quiet while nothing happens', () => {
    const { terminal, tell } = start();
    tell(play('a'), connected('a'));
    terminal.pass(300);
    const writes = terminal.writes.length;
    terminal.pass(5000);
    assert.equal(terminal.writes.length, writes);
    assert.equal(terminal.ticks, 0);
  });

  it('writes at most once a frame', () => {
    const { terminal, tell } = start({ verbosity: 1 });
    tell(play('a'), connected('a'), started('a'));
    for (let i = 0; i < 1000; i++) {
      tell({ event: 'output', host: 'a', task: 'x', line: `line ${i}` });
      terminal.pass(1);
    }
    assert.ok(terminal.writes.length <= 11, `${terminal.writes.length} writes`);
    assert.ok(terminal.output.includes('a: x: line 999') || terminal.output.includes('a: x: line 998'));
  });
});
