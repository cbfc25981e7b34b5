import assert from 'node:assert/strict';
import type { RunEvent } from '../../src/runner/contract/event.ts';
import { makeReporter, type ReportOptions } from '../../src/runner/report/reporter.ts';
import { FakeTerminal, hostRecap, options, recap, task } from './support.ts';

function tell(events: readonly RunEvent[], more: Partial<ReportOptions> = {}, colour = false) {
  const terminal = new FakeTerminal(colour);
  const reporter = makeReporter(options(terminal, { output: 'plain', ...more }));
  for (const event of events) reporter.on(event);
  reporter.close();
  return terminal;
}

const RUN: readonly RunEvent[] = [
  { event: 'play', play: 'Site', hosts: ['web1', 'web2', 'web3'], batch: 1 },
  { event: 'connected', host: 'web1', ms: 12 },
  { event: 'started', host: 'web1', task: 'Configuration', type: 'template' },
  task({
    status: 'changed',
    delta: { content: { from: 'a\n', to: 'b\n' }, mode: { from: null, to: '0600' } },
  }),
  { event: 'output', host: 'web1', task: 'Build', line: 'Step 1' },
  task({ task: 'Build', type: 'docker_build', status: 'changed', ms: 75_400 }),
  task({ task: 'Say it', type: 'debug', msg: 'hello' }),
  task({ task: 'Each', item: 'a', status: 'changed' }),
  task({ task: 'Each', item: { name: 'b' }, status: 'ok' }),
  task({ task: 'Each', items: 2, status: 'changed' }),
  task({ task: 'None', items: 0, status: 'skipped', msg: 'the loop has no items' }),
  task({ task: 'Other place', status: 'skipped', msg: 'env == "prod" is false' }),
  task({ task: 'Restart', status: 'ok', handler: true, debt: true, delegated_to: 'db1' }),
  task({ task: 'Try', type: 'command', status: 'failed', rescued: true, msg: 'exit 1', hint: 'look\nthere' }),
  task({ task: 'Shaky', type: 'command', status: 'ignored', msg: 'first\nsecond\n' }),
  task({ host: 'web2', status: 'unreachable', msg: 'web2 refused the connection', hint: 'is sshd up?' }),
  { event: 'note', level: 'warning', host: 'web1', msg: 'no flock here' },
  { event: 'note', level: 'info', msg: 'play "x" is skipped' },
  recap({
    web1: hostRecap({ ok: 12, changed: 3, skipped: 2, rescued: 1, ignored: 1, round_trips: 4 }),
    web2: hostRecap({ unreachable: 1, state: 'unreachable', round_trips: 0 }),
    web3: hostRecap({ ok: 4 }),
  }),
];

describe('the plain reporter', () => {
  it('tells a run line by line', () => {
    const { output, errors } = tell(RUN);
    assert.equal(
      output,
      `play Site (batch 1): web{1..3}
changed      web1: Configuration  content, mode
changed      web1: Build  1 min 15 s
ok           web1: Say it: hello
changed      web1: Each (a)
ok           web1: Each ({"name":"b"})
skipped      web1: None: the loop has no items
skipped      web1: Other place
ok           web1 → db1: handler Restart (owed by an earlier run)
failed       web1: Try (rescued): exit 1
  at site.yaml:4:7
  look
  there
ignored      web1: Shaky
  first
  second
unreachable  web2: Configuration: web2 refused the connection
  at site.yaml:4:7
  is sshd up?

web1  ok=12  changed=3  skipped=2  failed=0  rescued=1  ignored=1  unreachable=0  4 round trips
web2  ok=0   changed=0  skipped=0  failed=0  rescued=0  ignored=0  unreachable=1  0 round trips  unreachable
web3  ok=4   changed=0  skipped=0  failed=0  rescued=0  ignored=0  unreachable=0  1 round trip
812 ms; 2 of 3 hosts done; unreachable: web2
`,
    );
    assert.equal(errors, 'warning: web1: no flock here\nnote: play "x" is skipped\n');
  });

  it('tells of a loop whose failure is ignored that it is', () => {
    const { output } = tell([
      task({ task: 'Each', item: 'a', status: 'failed', msg: 'exited 1' }),
      task({ task: 'Each', items: 2, status: 'ignored', msg: '1 of 2 items failed: exited 1' }),
    ]);
    assert.equal(
      output,
      `failed       web1: Each (a): exited 1
  at site.yaml:4:7
ignored      web1: Each: 1 of 2 items failed: exited 1
`,
    );
  });

  it('shows with --diff what differs', () => {
    const { output } = tell(RUN.slice(3, 4), { diff: true });
    assert.equal(
      output,
      `changed      web1: Configuration
  --- content (before)
  +++ content (after)
  @@ -1,1 +1,1 @@
  -a
  +b
  mode: (absent) → 0600
`,
    );
  });

  it('shows a diff that hosts share once, if they come to it at about the same time', () => {
    const terminal = new FakeTerminal();
    const reporter = makeReporter(options(terminal, { diff: true }));
    const say = (...events: RunEvent[]) => {
      for (const event of events) reporter.on(event);
    };
    const changed = (host: string, to = '0600') =>
      task({ host, status: 'changed', delta: { mode: { from: '0644', to } } });
    say(
      changed('web1'),
      task({ host: 'db', task: 'Other' }),
      changed('web2'),
      changed('db', '0640'),
      changed('web3'),
    );
    assert.equal(terminal.output, 'ok           db: Other\n');
    terminal.pass(1300);
    const first = `ok           db: Other
changed      web{1..3}: Configuration
  mode: 0644 → 0600
changed      db: Configuration
  mode: 0644 → 0640
`;
    assert.equal(terminal.output, first);
    assert.equal(terminal.ticks, 0);
    // What comes next of a host that is held back does not overtake it.
    say(changed('web1'), changed('web2'), task({ host: 'web2', task: 'Next' }), changed('web3'));
    reporter.close();
    assert.equal(
      terminal.output,
      `${first}changed      web1 web2: Configuration
  mode: 0644 → 0600
ok           web2: Next
changed      web3: Configuration
  mode: 0644 → 0600
`,
    );
    assert.equal(terminal.ticks, 0);
  });

  it('names the first fields of a change of many', () => {
    const delta = Object.fromEntries('abcdefgh'.split('').map((field) => [field, { from: 1, to: 2 }]));
    const { output } = tell([task({ status: 'changed', delta })]);
    assert.equal(output, 'changed      web1: Configuration  a, b, c, d, e, f and 2 more\n');
  });

  it('shows with -v why something was skipped, what was registered and what is said on the way', () => {
    const events: RunEvent[] = [
      { event: 'output', host: 'web1', task: 'Build', line: 'Step 1' },
      task({ status: 'skipped', msg: 'env == "prod" is false' }),
      task({
        type: 'command',
        result: { changed: true, rc: 0, stderr: '', stdout: 'a\nb\n', stdout_lines: ['a', 'b'] },
      }),
    ];
    assert.equal(
      tell(events, { verbosity: 1 }).output,
      `web1: Build: Step 1
skipped      web1: Configuration: env == "prod" is false
ok           web1: Configuration
  rc: 0
  stderr: ""
  stdout:
    a
    b
`,
    );
    assert.match(
      tell(events, { verbosity: 2 }).output,
      / {2}changed: true\n[\s\S]* {2}stdout_lines: \["a","b"\]\n$/,
    );
  });

  it('colours a status only where colours are shown', () => {
    const events = [task({ status: 'changed' })];
    assert.equal(tell(events, {}, true).output, '\x1b[33mchanged     \x1b[39m web1: Configuration\n');
    assert.doesNotMatch(tell(RUN, { diff: true, verbosity: 2 }).output, /\x1b/);
  });

  it('lets nothing through that would move the cursor', () => {
    const evil = 'a\x1b[2Jb\x1b]0;title\x07c\r\nd\x9b1Ae\u202ef\x1b[31mred\x1b[0m';
    const delta = { 'f\x1b[A': { from: evil, to: `${evil}\n` } };
    const event = task({
      status: 'failed',
      task: evil,
      item: evil,
      msg: evil,
      hint: evil,
      delta,
      result: { evil },
    });
    const { output } = tell([event], { diff: true, verbosity: 3 });
    assert.doesNotMatch(output, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
    assert.ok(output.includes('a^[[2Jb^[]0;title^Gc\n'));
    assert.ok(output.includes('d<U+009B>1Ae<U+202E>fred'));
  });

  it('says errors on stderr, and sums them up', () => {
    const error = (message: string): RunEvent => ({ event: 'error', diagnostic: { code: 'usage', message } });
    const warning: RunEvent = {
      event: 'error',
      diagnostic: { code: 'usage', message: 'w', severity: 'warning' },
    };
    const { output, errors } = tell([error('one'), warning, error('two')]);
    assert.equal(output, '');
    assert.equal(errors, 'error: one\nwarning: w\nerror: two\n2 errors: nothing was done\n');
    assert.equal(tell([error('one'), warning]).errors, 'error: one\nwarning: w\n');
  });

  it('does not say that nothing was done once a play has begun', () => {
    const error: RunEvent = { event: 'error', diagnostic: { code: 'usage', message: 'm' } };
    const { errors } = tell([{ event: 'play', play: 'Site', hosts: [] }, error, error]);
    assert.equal(errors, 'error: m\nerror: m\n');
  });

  it('tells a play without hosts', () => {
    const { output } = tell([{ event: 'play', play: 'Site', hosts: [], empty: true }]);
    assert.equal(output, 'play Site: no hosts\n');
  });
});
