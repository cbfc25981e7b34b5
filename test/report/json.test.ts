import assert from 'node:assert/strict';
import type { RunEvent } from '../../src/runner/contract/event.ts';
import { makeReporter } from '../../src/runner/report/reporter.ts';
import { FakeTerminal, hostRecap, options, recap, task } from './support.ts';

function tell(events: readonly RunEvent[], verbosity = 0) {
  const terminal = new FakeTerminal();
  const reporter = makeReporter(options(terminal, { output: 'json', verbosity }));
  for (const event of events) reporter.on(event);
  reporter.close();
  return terminal;
}

describe('--output json', () => {
  it('writes the designed events, their fields in the designed order', () => {
    const { output, errors } = tell([
      { event: 'play', play: 'Site', hosts: ['h'] },
      { event: 'play', play: 'Site', hosts: [], empty: true },
      { batch: 2, hosts: ['h'], play: 'Site', event: 'play' },
      { event: 'connected', host: 'h', ms: 1 },
      { event: 'started', host: 'h', task: 't', type: 'file' },
      { event: 'output', host: 'h', task: 't', line: 'l' },
      task({
        status: 'changed',
        msg: 'made anew',
        delta: { mode: { from: null, to: '0600' } },
        result: { a: 1 },
      }),
      task({ status: 'would_change', handler: true, debt: true, delegated_to: 'db1' }),
      task({ item: { k: 'v' } }),
      task({ items: 3 }),
      task({ status: 'failed', msg: 'no', hint: 'do', rescued: true }),
      recap({
        h: hostRecap({ ok: 9, changed: 2, skipped: 1, round_trips: 3, bytes_sent: 1, bytes_received: 1 }),
      }),
    ]);
    const head = '{"event":"task","host":"web1","play":"Site","task":"Configuration","type":"template"';
    assert.deepEqual(output.split('\n'), [
      '{"event":"play","play":"Site","hosts":["h"]}',
      '{"event":"play","play":"Site","hosts":[]}',
      '{"event":"play","play":"Site","hosts":["h"],"batch":2}',
      `${head},"status":"changed","at":"site.yaml:4:7","delta":{"mode":{"from":null,"to":"0600"}},"msg":"made anew","ms":3}`,
      `${head},"status":"would_change","at":"site.yaml:4:7","ms":3,"handler":true,"debt":true,"delegated_to":"db1"}`,
      `${head},"status":"ok","at":"site.yaml:4:7","ms":3,"item":{"k":"v"}}`,
      `${head},"status":"ok","at":"site.yaml:4:7","ms":3,"items":3}`,
      `${head},"status":"failed","at":"site.yaml:4:7","msg":"no","hint":"do","ms":3,"rescued":true}`,
      '{"event":"recap","ok":true,"elapsed_ms":812,"hosts":{"h":{"ok":9,"changed":2,"would_change":0,"unknown":0,' +
        '"skipped":1,"failed":0,"rescued":0,"ignored":0,"unreachable":0,"round_trips":3,"bytes_sent":1,' +
        '"bytes_received":1,"state":"done"}}}',
      '',
    ]);
    assert.equal(errors, '');
  });

  it('adds with -v what register would store', () => {
    assert.match(tell([task({ result: { rc: 0 } })], 1).output, /,"ms":3,"result":\{"rc":0\}\}\n$/);
  });

  it('writes a refusal as an event', () => {
    const at = { file: 'site.yaml', line: 4, column: 7 };
    const { output } = tell([
      { event: 'error', diagnostic: { code: 'unknown-key', at, message: 'no', hint: 'do', line: '   x' } },
      { event: 'error', diagnostic: { code: 'no-hosts', message: 'none' } },
    ]);
    assert.equal(
      output,
      '{"event":"error","code":"unknown-key","at":"site.yaml:4:7","msg":"no","hint":"do"}\n' +
        '{"event":"error","code":"no-hosts","msg":"none"}\n',
    );
  });

  it('keeps what is for people off stdout', () => {
    const { output, errors } = tell([
      { event: 'note', level: 'warning', host: 'h', msg: 'no flock' },
      { event: 'error', diagnostic: { code: 'usage', severity: 'warning', message: 'careful' } },
    ]);
    assert.equal(output, '');
    assert.equal(errors, 'warning: h: no flock\nwarning: careful\n');
  });

  it('writes each event on one line, whatever it holds', () => {
    const nasty = 'a\nb\r\n"\\\u2028\ud800\x00\x1b[2J';
    const { output } = tell([task({ task: nasty, msg: nasty, item: nasty })]);
    assert.equal(output.split('\n').length, 2);
    assert.equal(JSON.parse(output).item, nasty);
  });
});
