import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { pageHtml } from '../../src/runner/report/html/page.ts';
import { HEAD, largeRun, SMALL, storyOf } from './sample-run.ts';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--hide-scrollbars',
  '--enable-logging=stderr',
];

/** Measured in the page once it is drawn, and left in its title for `--dump-dom`. The page itself has no script. */
const MEASURE = `<script>
addEventListener('load', () => {
  const all = [...document.querySelectorAll('body *')];
  const shown = (one) => one.getClientRects().length > 0;
  const wide = all.filter((one) => shown(one) && !one.closest('pre, svg') && one.getBoundingClientRect().right > innerWidth + 1);
  const style = (one) => getComputedStyle(one);
  document.title = JSON.stringify({
    scrolls: document.documentElement.scrollWidth > innerWidth,
    wide: wide.map((one) => one.outerHTML.slice(0, 120)),
    tasks: [...document.querySelectorAll('.task')].filter(shown).length,
    rows: [...document.querySelectorAll('.host')].map((one) => Math.round(one.getBoundingClientRect().height)),
    failuresAt: Math.round(document.querySelector('#failures').getBoundingClientRect().top),
    page: style(document.body).backgroundColor,
    text: style(document.body).color,
    bar: style(document.querySelector('rect.failed')).fill,
  });
});
</script>`;

interface Seen {
  readonly scrolls: boolean;
  readonly wide: readonly string[];
  readonly tasks: number;
  readonly rows: readonly number[];
  readonly failuresAt: number;
  readonly page: string;
  readonly text: string;
  readonly bar: string;
}

describe('@host the page of a run, in a browser', function () {
  this.timeout(300_000);
  let dir: string;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'mama-browser-'));
  });
  after(() => rmSync(dir, { recursive: true, force: true }));

  const browse = (html: string, ...flags: string[]) => {
    const file = join(dir, 'page.html');
    writeFileSync(file, html);
    const profile = mkdtempSync(join(dir, 'profile-'));
    const { status, stdout, stderr } = spawnSync(
      'chromium',
      [...FLAGS, `--user-data-dir=${profile}`, ...flags, pathToFileURL(file).href],
      { encoding: 'utf8', timeout: 200_000, maxBuffer: 64 * 1024 * 1024 },
    );
    assert.equal(status, 0, stderr);
    return { dom: stdout, complaints: stderr.split('\n').filter((line) => line.includes('CONSOLE')) };
  };
  const domOf = (html: string, ...flags: string[]) => {
    const { dom, complaints } = browse(html, ...flags);
    assert.deepEqual(complaints, []);
    return dom;
  };
  /** The policy of the page forbids scripts: the one that measures is let in. */
  const measure = (html: string, columns: number, ...flags: string[]): Seen => {
    const open = html
      .replace("default-src 'none';", "default-src 'none'; script-src 'unsafe-inline';")
      .replace('</body>', `${MEASURE}</body>`);
    const dom = domOf(open, `--window-size=${columns},900`, '--dump-dom', ...flags);
    const title = /<title>([\s\S]*?)<\/title>/.exec(dom)![1]!;
    return JSON.parse(title.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'));
  };
  const small = pageHtml(storyOf(SMALL), HEAD);

  it('is read as it was written, and has nothing to complain of', () => {
    const dom = domOf(small, '--dump-dom');
    assert.match(dom, /<title>playbooks\/site\.yaml: failed<\/title>/);
    assert.equal(dom.match(/<svg class="timeline"/g)?.length, 3);
    assert.ok(dom.indexOf('id="failures"') < dom.indexOf('id="hosts"'));
    assert.match(dom, /<span class="plus">\+ {2}# &lt;script&gt;alert\(1\)&lt;\/script&gt;<\/span>/);
  });

  it('would be heard if it complained, and runs no script', () => {
    const { dom, complaints } = browse(
      small.replace('</body>', '<script>document.title = 1</script></body>'),
      '--dump-dom',
    );
    assert.match(complaints.join('\n'), /Content Security Policy/);
    assert.match(dom, /<title>playbooks\/site\.yaml: failed<\/title>/);
  });

  it('fits a wide window and a narrow one', () => {
    for (const columns of [1200, 500]) {
      const { scrolls, wide, tasks, failuresAt } = measure(small, columns);
      assert.deepEqual({ scrolls, wide }, { scrolls: false, wide: [] });
      // ok and skipped tasks are hidden until they are asked for.
      assert.equal(tasks, 9);
      assert.ok(failuresAt < 450, `failures begin at ${failuresAt}`);
    }
  });

  it('is light or dark, as its reader likes it', () => {
    const light = measure(small, 1000);
    const dark = measure(small, 1000, '--force-dark-mode');
    const brightness = (colour: string) =>
      (colour.match(/\d+/g) ?? []).slice(0, 3).reduce((sum, one) => sum + Number(one), 0);
    assert.ok(brightness(light.page) > 600 && brightness(light.text) < 200, JSON.stringify(light));
    assert.ok(brightness(dark.page) < 200 && brightness(dark.text) > 600, JSON.stringify(dark));
    assert.notEqual(light.bar, dark.bar);
  });

  it('shows 50 hosts with 2,000 tasks each on a line per host, and what is news only', () => {
    const { scrolls, wide, rows, tasks } = measure(pageHtml(storyOf(largeRun(50, 2000)), HEAD), 1200);
    assert.deepEqual({ scrolls, wide }, { scrolls: false, wide: [] });
    assert.equal(rows.length, 50);
    assert.ok(Math.max(...rows) <= 40, `${Math.max(...rows)} pixels`);
    assert.equal(tasks, 81);
  });

  it('can be printed as a picture', () => {
    const file = join(dir, 'page.png');
    domOf(small, '--window-size=1200,1600', `--screenshot=${file}`);
    const png = readFileSync(file);
    assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [1200, 1600]);
    // A blank page of this size takes a few thousand bytes.
    assert.ok(png.length > 50_000, `${png.length} bytes`);
  });
});
