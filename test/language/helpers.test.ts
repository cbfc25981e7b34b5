import assert from 'node:assert/strict';
import type { Json } from '../../src/runner/contract/json.ts';
import { HELPERS } from '../../src/runner/language/helpers.ts';
import { compileTemplate } from '../../src/runner/language/template.ts';
import { outcome, scopeOf, valueIn } from './values-support.ts';

const VARIABLES = {
  m: { b: [1, true], a: null },
  l: ['x', 'y z', 3],
  t: 'it\'s <b> & "c"',
  n: 7,
  none: null,
  k: 'b',
  lines: 'a\nb\n\nc\n',
  e: [],
};

function evaluated(template: string): string {
  const { value, diagnostics } = compileTemplate(valueIn(`v: ${JSON.stringify(`{{ ${template} }}`)}`));
  assert.deepEqual(diagnostics, []);
  const result = value.evaluate(scopeOf(VARIABLES));
  return result.kind === 'fault' ? `fault: ${result.diagnostic.message}` : outcome(result);
}

describe('helpers', () => {
  const trials: readonly (readonly [string, Json])[] = [
    ['default n 1', 7],
    ['default x 1', 1],
    ['default m.c.d "-"', '-'],
    ['default none "-"', '-'],
    ['default (lookup m k) 1', [1, true]],
    ['defined m.a', true],
    ['defined m.c', false],
    ['defined x', false],
    ['and true n', true],
    ['and false x', false],
    ['or false 0 "" e', false],
    ['or n x', true],
    ['not e', true],
    ['not "a"', false],
    ['eq l.[2] 3', true],
    ['eq n "7"', false],
    ['eq m m', true],
    ['ne n 8', true],
    ['lt n 10', true],
    ['lt "b" "a"', false],
    ['gt n 6.5', true],
    ['in "x" l', true],
    ['in "z" l', false],
    ['in "a" m', true],
    ['in "toString" m', false],
    ['in "y" "xyz"', true],
    ['length l', 3],
    ['length m', 2],
    ['length "aé😀"', 3],
    ['lookup m "b"', [1, true]],
    ['lookup l 1', 'y z'],
    ['json m', '{"b":[1,true],"a":null}'],
    ['json l indent=2', '[\n  "x",\n  "y z",\n  3\n]'],
    ['yaml m', 'b:\n  - 1\n  - true\na: null'],
    ['join l ", "', 'x, y z, 3'],
    ['join l', 'x,y z,3'],
    ['split "a:b" ":"', ['a', 'b']],
    ['concat k "-" n', 'b-7'],
    ['upper k', 'B'],
    ['lower "ÄB"', 'äb'],
    ['trim " a "', 'a'],
    ['replace "a.b.c" "." "$&"', 'a$&b$&c'],
    ['replace "abc" "" "x"', 'abc'],
    ['indent lines 2', 'a\n  b\n\n  c\n'],
    ['quote t', `'it'\\''s <b> & "c"'`],
    ['quote "plain"', 'plain'],
    ['quote ""', "''"],
    ['base64 "é"', 'w6k='],
    ['xml t', 'it&#39;s &lt;b&gt; &amp; &quot;c&quot;'],
    ['upper (default x (join l "-"))', 'X-Y Z-3'],
  ];
  for (const [template, expected] of trials) {
    it(`{{ ${template} }} is ${JSON.stringify(expected)}`, () =>
      assert.equal(evaluated(template), JSON.stringify(expected)));
  }

  const misuses: readonly (readonly [string, string])[] = [
    ['lt n "a"', '"lt" compares two numbers or two texts, not a number and text'],
    ['in 1 7', '"in" looks into a list, a map or text, not a number'],
    ['length n', '"length" takes a list, a map or text, not a number'],
    ['lookup m "constructor"', 'there is no "constructor" in it'],
    ['join m ","', '"join" takes a list, not a map'],
    ['upper none', '"upper" takes text, not null'],
    ['indent k -1', '"indent" takes a number of spaces from 0 to 200'],
    ['or false x', 'there is no variable called "x"'],
    ['concat k m', 'the value is a map'],
  ];
  for (const [template, expected] of misuses) {
    it(`{{ ${template} }}: ${expected}`, () => assert.equal(evaluated(template), `fault: ${expected}`));
  }

  it('are described, and called as their usage says', () => {
    for (const [name, helper] of HELPERS) {
      assert.equal(helper.usage.split(' ')[0], name);
      assert.match(helper.description, /^[A-Z].*\.$/, name);
      assert.ok(helper.min <= helper.max);
    }
  });

  it('every one is tried here', () => {
    const tried = trials.map(([template]) => template).join(' ');
    for (const name of HELPERS.keys()) assert.match(tried, new RegExp(`(^|[ (])${name} `), name);
  });
});
