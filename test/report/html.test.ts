import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import type { Code } from '../../src/runner/contract/diagnostic.ts';
import type { RunEvent } from '../../src/runner/contract/event.ts';
import { pageHtml } from '../../src/runner/report/html/page.ts';
import { HEAD, largeRun, SMALL, storyOf, type Timed } from './sample-run.ts';
import { hostRecap, recap, task } from './support.ts';

const page = (events: Timed, head = HEAD) => pageHtml(storyOf(events), head);
const small = page(SMALL);
/** What a reader sees, without the tags. */
const read = (html: string) =>
  html
    .replace(/<(style|title)>[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]*>/g, '')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&')
    .replace(/[ \n]+/g, ' ');
const section = (html: string, id: string) =>
  new RegExp(String.raw`<section id="${id}">[\s\S]*?</section>`).exec(html)?.[0] ?? '';

describe('the page of a run', () => {
  it('says at the top what was run, by whom, and what it came to', () => {
    const top = read(/<header>[\s\S]*<\/header>/.exec(small)![0]).trim();
    assert.equal(
      top,
      'playbooks/site.yaml failed mama-play playbooks/site.yaml -i inventory/prod.yaml ' +
        '2026-01-02 03:04:05 UTC · ops@laptop (process 42) · mama-play 1.2.3 · exit 2 ' +
        '1 min 23 s; 1 of 3 hosts done; failed: web1; unreachable: db.example.org ' +
        'What went wrong Hosts Tasks Notes',
    );
    assert.match(small, /<title>playbooks\/site\.yaml: failed<\/title>/);
    const dry = page(SMALL, { ...HEAD, check: true, exit: 3, tags: ['a', 'b'], limit: 'web*' });
    assert.match(
      read(dry),
      /site\.yaml dry run changes were found mama-play .* --limit web\* --tags a,b --check /,
    );
  });

  it('tells failures first, with message, place, hint and what was printed; rescued ones are not among them', () => {
    assert.ok(small.indexOf('id="failures"') < small.indexOf('id="hosts"'));
    assert.equal(
      read(section(small, 'failures')).trim(),
      'What went wrong unreachable db.example.org Packages 10.0 s connect ETIMEDOUT at site.yaml:4:7 is sshd up? ' +
        'failed web1 Build 57.0 s the build failed at step 3 E: Unable to locate package nginxx ' +
        'at roles/web/tasks/main.yaml:40:3 look at the Dockerfile ' +
        'result rc: 100 stdout: Step 1/7 : FROM debian Step 2/7 : RUN true',
    );
  });

  it('tells of each host its counts, when it did what, and what came of it', () => {
    const hosts = section(small, 'hosts');
    assert.match(
      read(hosts),
      /^Hosts web1 failed ok 4 changed 2 skipped 1 failed 1 rescued 1 7 round trips.* db\.example\.org unreachable .* web2 ok 5 /,
    );
    const timelines = [...hosts.matchAll(/<svg class="timeline"[\s\S]*?<\/svg>/g)].map(([svg]) =>
      [...svg.matchAll(/<rect class="(\w+)" x="(\d+)" width="(\d+)" height="10"><title>([^<]*)/g)].map(
        (match) => match.slice(1).join('|'),
      ),
    );
    // 83 s on 400 places.
    assert.deepEqual(timelines[0], [
      'ok|0|6|ok: Packages, at 100 ms, took 1.1 s',
      'changed|6|4|changed: nginx &lt;configuration&gt; &amp; more, at 1.3 s, took 700 ms',
      'changed|10|1|changed: Users, at 2.1 s, took 30 ms and 2 more',
      'rescued|11|1|rescued: Try, at 2.2 s, took 90 ms',
      'failed|14|276|failed: Build, at 3.0 s, took 57.0 s',
    ]);
    assert.deepEqual(timelines[1], ['unreachable|342|49|unreachable: Packages, at 1 min 11 s, took 10.0 s']);
    assert.match(read(hosts), /0 ms ?20\.8 s ?41\.5 s ?1 min 2 s ?1 min 23 s/);
    assert.match(hosts, /<li><span class="badge failed">failed<\/span> <a href="#t\d+">Build<\/a>/);
  });

  it('tells of each task who changed, why, and what differed', () => {
    const tasks = read(section(small, 'tasks'));
    assert.match(
      tasks,
      /nginx <configuration> & more changed 1 template roles\/web\/tasks\/main\.yaml:12:3 changed web1 --- content \(before\) \+\+\+ content \(after\) /,
    );
    assert.match(tasks, /- listen 80; .* \+ # <script>alert\(1\)<\/script> } mode: 0644 → 0600 /);
    assert.match(
      tasks,
      /changed web2 recreated: its image is newer image: web:1 → web:2 env\.A: 1 → 2 env\.PW: <secret 11aa22bb> → <secret 33cc44dd> /,
    );
    assert.match(
      tasks,
      /Users changed 1 user site\.yaml:4:7 changed web1 Users \(anna\) shell: \/bin\/sh → \/bin\/bash /,
    );
    assert.doesNotMatch(tasks, /Users \(bert\)/);
    assert.match(tasks, /Packages unreachable 1 ok 2 apt/);
    assert.match(tasks, /skipped web1 env == "prod" is false/);
    assert.match(tasks, /handler reload nginx \(owed by an earlier run\) changed 1/);
  });

  it('shows what is news, and the rest when nothing is', () => {
    const checked = (html: string) =>
      [...html.matchAll(/<input type="checkbox" id="show-(\w+)" autocomplete="off"( checked)?>/g)].map(
        ([, kind, on]) => `${kind}${on ?? ''}`,
      );
    assert.deepEqual(checked(small), [
      'failed checked',
      'unreachable checked',
      'changed checked',
      'ignored checked',
      'rescued checked',
      'ok',
      'skipped',
    ]);
    const quiet = page([
      [0, { event: 'play', play: 'p', hosts: ['web1'] }],
      [5, task({})],
      [9, recap({ web1: hostRecap({ ok: 1 }) })],
    ]);
    assert.deepEqual(checked(quiet), ['ok checked']);
    assert.equal(section(quiet, 'failures'), '');
  });

  it('hosts to which the same happened share a place', () => {
    const shared = page([
      [0, { event: 'play', play: 'p', hosts: ['web1', 'web2', 'web3', 'web4'] }],
      ...['web1', 'web2', 'web3', 'web4'].map((host, at): [number, RunEvent] => [
        10 + at,
        task({
          host,
          ms: at,
          status: 'changed',
          delta: { mode: { from: '0644', to: at < 3 ? '0600' : '0640' } },
        }),
      ]),
    ]);
    const tasks = read(section(shared, 'tasks'));
    assert.match(
      tasks,
      /changed 4 .* changed web\{1\.\.3\} mode: 0644 → 0600 changed web4 mode: 0644 → 0640 /,
    );
    assert.match(read(section(shared, 'hosts')), /web1 unfinished/);
  });

  it('a refused run shows what is wrong, line and caret, and notes stand at the end', () => {
    const at = { file: 'site.yaml', line: 3, column: 7 };
    const html = page(
      [
        [
          0,
          {
            event: 'error',
            diagnostic: {
              code: 'usage',
              at,
              message: 'no key "nmae"',
              line: '      nmae: x',
              width: 4,
              hint: 'did you mean "name"?',
            },
          },
        ],
        [0, { event: 'error', diagnostic: { code: 'no-effect', severity: 'warning', message: 'careful' } }],
        [0, { event: 'note', level: 'info', msg: 'play "x" is skipped' }],
      ],
      { ...HEAD, exit: 1, elapsed_ms: 12 },
    );
    const excerpt =
      'error: no key &quot;nmae&quot;\n  3 |       nmae: x\n    |       ^^^^\n  did you mean &quot;name&quot;?';
    assert.ok(html.includes(excerpt));
    assert.equal(read(section(html, 'notes')).trim(), 'Notes warning: careful note: play "x" is skipped');
    assert.equal(section(html, 'hosts') + section(html, 'tasks'), '');
    assert.match(read(html), / refused: nothing was touched .* exit 1 12 ms /);
  });

  it('is one page that needs nothing, and holds what it is told as text', () => {
    const evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>\x1b[2J&amp;';
    const events: Timed = [
      [0, { event: 'note', level: 'warning', msg: evil, host: evil }],
      [0, { event: 'play', play: evil, hosts: [evil] }],
      [
        1,
        task({
          host: evil,
          task: evil,
          at: evil,
          item: evil,
          status: 'failed',
          msg: evil,
          hint: evil,
          delegated_to: evil,
          delta: { [evil]: { from: evil, to: `${evil}\n` } },
          result: { [evil]: evil },
        }),
      ],
      [2, { event: 'error', diagnostic: { code: evil as Code, message: evil, hint: evil } }],
      [3, recap({ [evil]: hostRecap() })],
    ];
    const html = page(events, { ...HEAD, playbooks: [evil], who: evil, limit: evil, version: evil });
    for (const one of [html, small]) {
      assert.doesNotMatch(one, /<script|<img|<link|<iframe|javascript:|\son\w+="|url\(|@import|\x1b/);
      assert.deepEqual(one.match(/https?:\/\/[^\s"<]*/g) ?? [], []);
      assert.deepEqual(
        [...one.matchAll(/(?:src|href)="([^"]*)"/g)].filter(([, to]) => !/^#\w+$/.test(to!)),
        [],
      );
      assert.match(
        one,
        /<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">/,
      );
    }
  });

  it('stays small where there is much', () => {
    const html = page(largeRun(20, 400));
    assert.ok(html.length < 600_000, `${html.length} characters`);
    const widest = Math.max(
      ...[...html.matchAll(/<svg class="timeline"[\s\S]*?<\/svg>/g)].map(
        ([svg]) => svg.split('<rect').length,
      ),
    );
    assert.ok(widest < 400);
  });

  it('leaves out diffs, and says so, when they would fill the page', () => {
    const text = (word: string) =>
      Array.from({ length: 40 }, (_, at) => `${word} ${at} ${'x'.repeat(380)}\n`).join('');
    const change = (number: number): [number, RunEvent] => [
      number,
      task({
        task: `Task ${number}`,
        status: 'changed',
        delta: { content: { from: text('a'), to: text(`b${number}`) } },
      }),
    ];
    const html = page([
      [0, { event: 'play', play: 'p', hosts: ['web1'] }],
      ...Array.from({ length: 150 }, (_, at) => change(at)),
    ]);
    assert.ok(html.length < 6_000_000, `${html.length} characters`);
    assert.match(html, /content \(this report is long: the diff is left out\)/);
  });

  it('@host is well formed', () => {
    for (const html of [small, page(largeRun(4, 50))]) {
      const { stderr } = spawnSync('xmllint', ['--html', '--noout', '-'], { input: html, encoding: 'utf8' });
      // libxml2 knows HTML 4: elements that are newer are unknown to it, and nothing else may be wrong.
      const wrong = stderr
        .split('\n')
        .filter(
          (line) =>
            /error/.test(line) &&
            !/Tag (header|main|nav|section|details|summary|svg|rect) invalid/.test(line),
        );
      assert.deepEqual(wrong, []);
    }
  });
});
