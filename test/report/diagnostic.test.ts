import assert from 'node:assert/strict';
import type { Diagnostic } from '../../src/runner/contract/diagnostic.ts';
import { formatDiagnostic } from '../../src/runner/report/diagnostic.ts';
import { paintFor } from '../../src/runner/report/paint.ts';

function told(diagnostic: Partial<Diagnostic>, colour = false): string {
  return formatDiagnostic({ code: 'usage', message: 'that is wrong', ...diagnostic }, paintFor(colour));
}

const at = (line: number, column: number) => ({ file: 'site.yaml', line, column });

describe('a diagnostic', () => {
  it('says what, where and what to do, with a caret under the text', () => {
    assert.equal(
      told({
        at: at(4, 7),
        message: 'there is no task type "comand"',
        hint: 'did you mean "command"?',
        line: '      comand: uptime',
        width: 6,
      }),
      `site.yaml:4:7: error: there is no task type "comand"
  4 |       comand: uptime
    |       ^^^^^^
  did you mean "command"?
`,
    );
  });

  it('needs no position, no line and no hint', () => {
    assert.equal(told({}), 'error: that is wrong\n');
    assert.equal(told({ severity: 'warning' }), 'warning: that is wrong\n');
    assert.equal(told({ at: at(3, 1) }), 'site.yaml:3:1: error: that is wrong\n');
    assert.equal(told({ at: at(3, 1), line: '  ' }), 'site.yaml:3:1: error: that is wrong\n');
  });

  it('keeps all lines of a hint', () => {
    assert.equal(
      told({ hint: 'write\n  mode: "0644"' }),
      'error: that is wrong\n  write\n    mode: "0644"\n',
    );
  });

  it('aligns the caret below tabs and wide characters', () => {
    const line = '\tname: 漢字 x';
    assert.equal(
      told({ at: at(100, 11), line }),
      `site.yaml:100:11: error: that is wrong
  100 | \tname: 漢字 x
      | \t           ^
`,
    );
    assert.equal(
      told({ at: at(1, 8), line, width: 2 }),
      `site.yaml:1:8: error: that is wrong
  1 | \tname: 漢字 x
    | \t      ^^^^
`,
    );
  });

  it('shows a long line from shortly before the caret', () => {
    const line = `${'a'.repeat(200)}X${'b'.repeat(200)}`;
    assert.equal(
      told({ at: at(1, 201), line }),
      `site.yaml:1:201: error: that is wrong
  1 | ${'a'.repeat(40)}X${'b'.repeat(99)}
    | ${' '.repeat(40)}^
`,
    );
  });

  it('has a caret also behind the end of the line, and none wider than the line', () => {
    assert.match(told({ at: at(1, 5), line: 'abcd' }), / {4}\| {5}\^\n$/);
    assert.match(told({ at: at(1, 3), line: 'abcd', width: 50 }), / {4}\| {3}\^\^\n$/);
  });

  it('passes on no control characters', () => {
    assert.equal(
      told({ at: at(1, 3), line: 'a\x1bbc', message: 'bad\x07', hint: '\x1b[2J' }),
      'site.yaml:1:3: error: bad^G\n  1 | a^[bc\n    |    ^\n  ^[[2J\n',
    );
  });

  it('is coloured where colours are shown', () => {
    assert.equal(
      told({ at: at(1, 1), line: 'x', hint: 'y' }, true),
      '\x1b[1msite.yaml:1:1\x1b[22m: \x1b[31merror\x1b[39m: that is wrong\n' +
        '  \x1b[2m1 |\x1b[22m x\n  \x1b[2m  |\x1b[22m \x1b[31m^\x1b[39m\n  \x1b[36my\x1b[39m\n',
    );
  });
});
