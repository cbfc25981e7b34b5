import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { RunEvent } from '../../src/runner/contract/event.ts';
import { JUnitReport } from '../../src/runner/report/junit.ts';
import { largeRun, SMALL } from './sample-run.ts';
import { hostRecap, recap, task } from './support.ts';

function report(events: readonly RunEvent[], diff = false): string {
  const junit = new JUnitReport(diff, () => new Date('2026-01-02T03:04:05.678Z'));
  for (const event of events) junit.on(event);
  return junit.text();
}

const play = (...hosts: string[]): RunEvent => ({ event: 'play', play: 'Site 1.0', hosts });
const attributes = (host: string, id: number) =>
  `id="${id}" package="Site 1.0" name="Site 1.0: ${host}" hostname="${host}" timestamp="2026-01-02T03:04:05"`;

describe('JUnit', () => {
  it('has a suite for each play on each host, and a case for each task and item', () => {
    const xml = report([
      play('web1', 'db.example.org'),
      task({ ms: 1234 }),
      task({ host: 'db.example.org', status: 'changed', delta: { mode: { from: '0644', to: '0600' } } }),
      task({ task: 'Each', item: 'a', status: 'changed' }),
      task({ task: 'Each', item: 'b', status: 'skipped', msg: 'item == "a" is false' }),
      task({ task: 'Each', items: 2, status: 'changed' }),
      task({ task: 'Try', status: 'failed', rescued: true, msg: 'it ended with 7' }),
      task({ task: 'Try', status: 'ignored', msg: 'it ended with 8' }),
      task({
        task: 'Run',
        status: 'failed',
        msg: 'a "b" <c>\nsecond & last',
        hint: 'look there',
        handler: true,
      }),
      recap({ web1: hostRecap({ state: 'failed' }), 'db.example.org': hostRecap() }),
    ]);
    assert.equal(
      xml,
      `<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
<testsuite ${attributes('web1', 0)} tests="6" failures="1" errors="0" skipped="1" time="1.249">
  <properties/>
  <testcase name="Configuration" classname="Site 1_0.web1" time="1.234"/>
  <testcase name="Each (a)" classname="Site 1_0.web1" time="0.003"/>
  <testcase name="Each (b)" classname="Site 1_0.web1" time="0.003"><skipped message="skipped: item == &quot;a&quot; is false"/></testcase>
  <testcase name="Try" classname="Site 1_0.web1" time="0.003"/>
  <testcase name="Try #2" classname="Site 1_0.web1" time="0.003"/>
  <testcase name="handler Run" classname="Site 1_0.web1" time="0.003"><failure type="failed" message="failed: a &quot;b&quot; &lt;c&gt; second &amp; last">failed       web1: handler Run
  a "b" &lt;c&gt;
  second &amp; last
  at site.yaml:4:7
  look there</failure></testcase>
  <system-out>changed      web1: Each (a)
failed       web1: Try (rescued): it ended with 7
  at site.yaml:4:7
ignored      web1: Try: it ended with 8
failed       web1: handler Run
  a "b" &lt;c&gt;
  second &amp; last
  at site.yaml:4:7
  look there</system-out>
  <system-err/>
</testsuite>
<testsuite ${attributes('db.example.org', 1)} tests="1" failures="0" errors="0" skipped="0" time="0.003">
  <properties/>
  <testcase name="Configuration" classname="Site 1_0.db_example_org" time="0.003"/>
  <system-out>changed      db.example.org: Configuration  mode</system-out>
  <system-err/>
</testsuite>
</testsuites>
`,
    );
  });

  it('tells what a dry run does not know as skipped, and with --diff what would change', () => {
    const xml = report(
      [
        play('web1'),
        task({ status: 'unknown', unknown: 'depends', msg: 'it depends on a change' }),
        task({ task: 'Mode', status: 'would_change', delta: { mode: { from: '0644', to: '0600' } } }),
      ],
      true,
    );
    assert.match(
      xml,
      /<testcase name="Configuration" [^>]*><skipped message="unknown: it depends on a change"\/>/,
    );
    assert.match(xml, /<testcase name="Mode" [^>]*\/>/);
    assert.match(xml, /would change web1: Mode\n {2}mode: 0644 → 0600</);
  });

  it('a host that is not reached, or does not come to the end, is an error', () => {
    const hosts = ['a', 'b', 'c', 'd'];
    const xml = report([
      play(...hosts),
      task({ host: 'a', status: 'unreachable', msg: 'connect ETIMEDOUT' }),
      task({ host: 'b' }),
      recap({
        a: hostRecap({ state: 'unreachable' }),
        b: hostRecap({ state: 'interrupted' }),
        c: hostRecap({ state: 'locked' }),
        d: hostRecap(),
      }),
    ]);
    assert.deepEqual(
      [
        ...xml.matchAll(
          /<testcase name="([^"]*)" classname="([^"]*)" time="\d.\d+"(?:\/>|><(\w+) type="(\w+)" message="([^"]*)")/g,
        ),
      ].map((match) => match.slice(1).filter(Boolean).join('|')),
      [
        'Configuration|Site 1_0.a|error|unreachable|unreachable: connect ETIMEDOUT',
        'Configuration|Site 1_0.b',
        'the run comes to its end|mama-play.b|error|interrupted|interrupted',
        'the run comes to its end|mama-play.c|error|locked|locked',
      ],
    );
  });

  it('a refused run has a case for each error, but none for warnings', () => {
    const at = { file: 'site.yaml', line: 3, column: 7 };
    const xml = report([
      {
        event: 'error',
        diagnostic: { code: 'unknown-key', at, message: 'no "nmae"', hint: 'did you mean "name"?' },
      },
      { event: 'error', diagnostic: { code: 'no-effect', message: 'a warning', severity: 'warning' } },
      { event: 'error', diagnostic: { code: 'no-hosts', message: 'no play has any host' } },
    ]);
    assert.match(
      xml,
      /<testsuite id="0" package="mama-play" name="mama-play: localhost" .* tests="2" failures="0" errors="2"/,
    );
    assert.ok(
      xml.includes(
        '<testcase name="site.yaml:3:7: no &quot;nmae&quot;" classname="mama-play.localhost" time="0.000"><error type="unknown-key" message="no &quot;nmae&quot;">site.yaml:3:7: error: no "nmae"\n  did you mean "name"?</error></testcase>',
      ),
    );
    assert.doesNotMatch(xml, /a warning/);
  });

  it('@host is what the usual schema allows, whatever is in it', () => {
    const evil = 'a\x1b[2J\x00\ufffe\ud800 ]]> & <b>"\'\t\r\nß漢𝄞';
    const runs: (readonly RunEvent[])[] = [
      [],
      SMALL.map(([, event]) => event),
      largeRun(3, 60).map(([, event]) => event),
      [
        { event: 'play', play: ` ${evil}`, hosts: [evil] },
        task({ host: evil, task: evil, item: evil, status: 'failed', msg: evil, hint: evil }),
        task({ host: evil, task: '', status: 'unknown', msg: evil }),
        task({
          host: evil,
          task: ' ',
          status: 'changed',
          delta: { [evil]: { from: evil, to: `${evil}\n` } },
        }),
        { event: 'error', diagnostic: { code: 'usage', message: evil } },
      ],
    ];
    for (const events of runs) {
      const schema = join(import.meta.dirname, 'junit.xsd');
      const { status, stderr } = spawnSync('xmllint', ['--noout', '--schema', schema, '-'], {
        input: report(events, true),
        encoding: 'utf8',
      });
      assert.deepEqual({ status, stderr }, { status: 0, stderr: '- validates\n' });
    }
  });
});
