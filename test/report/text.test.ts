import assert from 'node:assert/strict';
import { hostList } from '../../src/runner/report/host-names.ts';
import { pageLines } from '../../src/runner/report/page.ts';
import { paintFor } from '../../src/runner/report/paint.ts';
import { clip, pad, printable, width, wrap } from '../../src/runner/report/text.ts';
import { duration } from '../../src/runner/report/words.ts';

describe('text on a screen', () => {
  it('counts columns', () => {
    assert.equal(width('abc'), 3);
    assert.equal(width('漢字'), 4);
    assert.equal(width('e\u0301'), 1);
    assert.equal(width('🚀!'), 3);
    assert.equal(pad('漢', 4), '漢  ');
  });

  it('is clipped to columns, never through a character', () => {
    assert.equal(clip('abcdef', 6), 'abcdef');
    assert.equal(clip('abcdefg', 6), 'abcde…');
    assert.equal(clip('漢字漢字', 6), '漢字…');
    assert.equal(clip('🚀🚀🚀', 4), '🚀…');
    assert.equal(clip('abc', 1), '…');
    assert.equal(clip('abc', 0), '');
  });

  it('is wrapped between words', () => {
    assert.deepEqual(wrap('one two  three fourteen', 9), ['one two', 'three', 'fourteen']);
    assert.deepEqual(wrap('', 9), []);
  });

  it('keeps tabs and newlines, drops colours', () => {
    assert.equal(printable('a\tb\nc\x1b[1;31mred\x1b[0m\r\n'), 'a\tb\ncred\n');
  });
});

describe('a length of time', () => {
  it('is told as a person would', () => {
    const told = [0, 999, 1000, 12_340, 59_949, 59_950, 60_000, 125_000, 3_599_499, 3_600_000, 7_380_000];
    assert.deepEqual(told.map(duration), [
      '0 ms',
      '999 ms',
      '1.0 s',
      '12.3 s',
      '59.9 s',
      '1 min 0 s',
      '1 min 0 s',
      '2 min 5 s',
      '59 min 59 s',
      '1 h 0 min',
      '2 h 3 min',
    ]);
  });
});

describe('a list of hosts', () => {
  it('tells runs of numbers as braces', () => {
    assert.equal(hostList(['web1', 'web2', 'web3', 'db']), 'web{1..3} db');
    assert.equal(hostList(['a1', 'a2']), 'a1 a2');
    assert.equal(hostList(['h08.x', 'h09.x', 'h10.x', 'h12.x']), 'h{08..10}.x h12.x');
    assert.equal(hostList(['h8', 'h9', 'h10', 'h011']), 'h{8..10} h011');
    assert.equal(hostList(['b', 'a3', 'c', 'a1', 'a2']), 'b a{1..3} c');
    assert.equal(hostList(['10.0.0.1', '10.0.0.2', '10.0.0.3']), '10.0.0.{1..3}');
    assert.equal(hostList([]), '');
  });

  it('counts those for whom there is no room', () => {
    assert.equal(hostList(['alpha', 'beta', 'gamma'], 10), 'alpha beta and 1 more host');
    assert.equal(hostList(['alpha', 'x1', 'x2', 'x3', 'y'], 5), 'alpha and 4 more hosts');
    assert.equal(hostList(['a-very-long-name'], 5), 'a-very-long-name');
  });
});

describe('a page of the documentation', () => {
  const PAGE = `# copy

Puts a \`file\` in **its place** on
the host, see [template](template.md).

- \`src\` (string): A file that is long enough to be
  broken.
- \`dest\`

\`\`\`yaml
- copy:

    src: x
\`\`\`

| a   | b   |
| --- | --- |

## Registered
`;

  it('is fitted to the terminal', () => {
    assert.deepEqual(pageLines(PAGE, 40, paintFor(false)), [
      'copy',
      '',
      'Puts a `file` in **its place** on the',
      'host, see `template`.',
      '',
      '- `src` (string): A file that is long',
      '  enough to be broken.',
      '- `dest`',
      '',
      '    - copy:',
      '',
      '        src: x',
      '',
      '| a   | b',
      '| --- | ---',
      '',
      'Registered',
    ]);
  });

  it('shows marks as colours where there are some', () => {
    assert.deepEqual(pageLines('# a\nsee `b c` and **d e**, f', 80, paintFor(true)), [
      '\x1b[1ma\x1b[22m',
      'see \x1b[36mb c\x1b[39m and \x1b[1md\x1b[22m \x1b[1me,\x1b[22m f',
    ]);
  });
});
