import assert from 'node:assert/strict';
import { splitWords } from '../../src/runner/tasks/lib/words.ts';

describe('splitWords', () => {
  // Each line was given to Python's shlex.split(line, comments=False, posix=True).
  const lines: readonly (readonly [string, readonly string[] | null])[] = [
    ['', []],
    ['  a  b\tc\nd ', ['a', 'b', 'c', 'd']],
    [`'a b' "c d"`, ['a b', 'c d']],
    [`a'b'"c"d`, ['abcd']],
    [`'' ""`, ['', '']],
    [`a\\ b \\'c \\\\`, ['a b', "'c", '\\']],
    [`"a\\"b\\\\c\\d\\$e"`, ['a"b\\c\\d\\$e']],
    [`'a\\b'`, ['a\\b']],
    ['a#b #c', ['a#b', '#c']],
    ['$HOME *.x `a` ; | && >f', ['$HOME', '*.x', '`a`', ';', '|', '&&', '>f']],
    [`it's`, null],
    [`"a`, null],
    ['a\\', null],
  ];
  for (const [line, words] of lines) {
    it(JSON.stringify(line), () => assert.deepEqual(splitWords(line), words));
  }
});
