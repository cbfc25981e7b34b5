import assert from 'node:assert/strict';
import type { Delta } from '../../src/runner/contract/delta.ts';
import { formatDelta } from '../../src/runner/report/diff.ts';
import { paintFor } from '../../src/runner/report/paint.ts';

function told(delta: Delta): string[] {
  return formatDelta(delta, paintFor(false));
}

describe('a delta', () => {
  it('is told field by field', () => {
    assert.deepEqual(
      told({
        mode: { from: '0644', to: '0600' },
        owner: { from: null, to: 'root' },
        comment: { from: 'x', to: '' },
        restart: { from: false, to: true },
        port: { from: 80, to: null },
      }),
      [
        'mode: 0644 → 0600',
        'owner: (absent) → root',
        'comment: x → ""',
        'restart: false → true',
        'port: 80 → (absent)',
      ],
    );
  });

  it('of texts with several lines is a unified diff', () => {
    const lines = Array.from({ length: 12 }, (_, i) => `line ${i + 1}\n`);
    const after = lines.map((line, i) => (i === 5 ? 'other\n' : line)).join('');
    assert.deepEqual(told({ content: { from: lines.join(''), to: after } }), [
      '--- content (before)',
      '+++ content (after)',
      '@@ -3,7 +3,7 @@',
      ' line 3',
      ' line 4',
      ' line 5',
      '-line 6',
      '+other',
      ' line 7',
      ' line 8',
      ' line 9',
    ]);
  });

  it('of a text that was not there, or goes', () => {
    assert.deepEqual(told({ content: { from: null, to: 'a\nb' } }), [
      '--- content (absent)',
      '+++ content (after)',
      '@@ -1,0 +1,2 @@',
      '+a',
      '+b',
      '\\ No newline at end of file',
    ]);
    assert.deepEqual(told({ content: { from: 'a\n', to: null } }), [
      '--- content (before)',
      '+++ content (absent)',
      '@@ -1,1 +1,0 @@',
      '-a',
    ]);
  });

  it('of maps is told key by key, also in depth', () => {
    const from = { PATH: '/bin', HOME: '/root', deep: { a: 1, b: [1] } };
    const to = { PATH: '/usr/bin', deep: { a: 1, b: [1, 2] }, NEW: 'x' };
    assert.deepEqual(told({ environment: { from, to } }), [
      'environment.PATH: /bin → /usr/bin',
      'environment.HOME: /root → (absent)',
      'environment.deep.b: [1] → [1,2]',
      'environment.NEW: (absent) → x',
    ]);
    assert.deepEqual(told({ labels: { from: null, to: { a: 'b' } } }), ['labels.a: (absent) → b']);
    assert.deepEqual(told({ labels: { from: {}, to: null } }), ['labels: {} → (absent)']);
    assert.deepEqual(told({ labels: { from: 'text', to: { a: 'b' } } }), ['labels: text → {"a":"b"}']);
  });

  it('of long lists is told item by item', () => {
    const list = (n: number) => Array.from({ length: 8 }, (_, i) => `192.168.0.${i === 3 ? n : i}:80`);
    assert.deepEqual(told({ ports: { from: list(33), to: list(3) } }), [
      '--- ports (before)',
      '+++ ports (after)',
      '@@ -1,7 +1,7 @@',
      ' 192.168.0.0:80',
      ' 192.168.0.1:80',
      ' 192.168.0.2:80',
      '-192.168.0.33:80',
      '+192.168.0.3:80',
      ' 192.168.0.4:80',
      ' 192.168.0.5:80',
      ' 192.168.0.6:80',
    ]);
  });

  it('of what is no text names hashes, shortened', () => {
    const hash = (digit: string) => `sha256:${digit.repeat(64)}`;
    assert.deepEqual(
      told({
        a: { from: hash('a'), to: hash('b') },
        b: { from: null, to: hash('c') },
        c: { from: hash('d'), to: 'x\ny\n' },
      }),
      [
        'a: sha256:aaaaaaaaaaaa… → sha256:bbbbbbbbbbbb…',
        'b: (absent) → sha256:cccccccccccc…',
        'c: sha256:dddddddddddd… → (2 lines of text)',
      ],
    );
  });

  it('of long values shows the place where they begin to differ', () => {
    const same = 'same '.repeat(60);
    const [line] = told({ command: { from: `${same}ONE ${same}`, to: `${same}TWO` } });
    const lead = same.slice(-30);
    assert.equal(line, `command: …${lead}ONE ${same.slice(0, 160 - 35)}… → …${lead}TWO`);
  });

  it('stays readable whatever its size', () => {
    const many = Array.from({ length: 2000 }, (_, i) => `${i}\n`).join('');
    const lines = told({ content: { from: null, to: many } });
    assert.equal(lines.length, 503);
    assert.equal(lines.at(-1), '… 1501 more lines');
    const [, , , long] = told({ content: { from: null, to: `${'x'.repeat(5000)}\n` } });
    assert.equal(long, `+${'x'.repeat(399)}…`);
  });

  it('of texts too different to compare in a moment counts their lines', () => {
    const lines = (n: number) =>
      Array.from({ length: 20_000 }, (_, i) => `${(i * 7919 + n) % 100_003} ${n}\n`).join('');
    const started = process.cpuUsage();
    assert.deepEqual(told({ content: { from: lines(1), to: lines(2) } }), [
      '--- content (before)',
      '+++ content (after)',
      '20000 lines and 20000: too different to show',
    ]);
    assert.ok(process.cpuUsage(started).user / 1000 < 5000);
  });

  it('shows carriage returns and other control characters, and moves no cursor', () => {
    assert.deepEqual(told({ content: { from: 'a\x00b\n', to: 'a\x1b[2Jb\n' } }).slice(3), [
      '-a^@b',
      '+a^[[2Jb',
    ]);
    assert.deepEqual(told({ content: { from: 'a\r\n', to: 'a\n' } }).slice(3), ['-a^M', '+a']);
  });

  it('is coloured like diffs are', () => {
    assert.deepEqual(formatDelta({ c: { from: 'a\n', to: 'b\n' }, m: { from: 1, to: 2 } }, paintFor(true)), [
      '\x1b[1m--- c (before)\x1b[22m',
      '\x1b[1m+++ c (after)\x1b[22m',
      '\x1b[36m@@ -1,1 +1,1 @@\x1b[39m',
      '\x1b[31m-a\x1b[39m',
      '\x1b[32m+b\x1b[39m',
      '\x1b[2mm\x1b[22m: \x1b[31m1\x1b[39m → \x1b[32m2\x1b[39m',
    ]);
  });
});
