import assert from 'node:assert/strict';
import type { Json } from '../../src/runner/contract/json.ts';
import { compileExpression } from '../../src/runner/language/expression.ts';
import { compileTemplate } from '../../src/runner/language/template.ts';
import { LARGEST, weigh } from '../../src/runner/language/weight.ts';
import { scopeOf, valueIn, whole } from './values-support.ts';

const MIB = 'x'.repeat(1024 * 1024);

/** The code of what a template or expression comes to, or null where it comes to a value. */
function codeOf(text: string, variables: Readonly<Record<string, Json>>): string | null {
  const made = compileTemplate(valueIn(`v: ${text}\n`)).value.evaluate(scopeOf(variables));
  return made.kind === 'fault' ? made.diagnostic.code : null;
}

describe('how large a value may get', () => {
  it('weighs what stands in it twice twice, and looks at it once', () => {
    let value: Json = ['x'];
    for (let level = 0; level < 60; level++) value = [value, value];
    assert.ok(weigh(value) > LARGEST);
    assert.ok(weigh({ a: 1, b: ['text'] }) < 200);
  });

  it('does not mind depth', () => {
    let value: Json = 1;
    for (let level = 0; level < 100_000; level++) value = [value];
    assert.ok(weigh(value) > 0);
  });

  const TOO_LARGE: readonly string[] = [
    '"{{#each list}}{{ @root.mib }}{{/each}}"',
    '"{{ concat half half mib }}"',
    '"{{ join list2 half }}"',
    '["{{ half }}", "{{ half }}", "{{ mib }}"]',
    '{a: "{{ half }}{{ half }}{{ mib }}"}',
  ];
  const variables = {
    mib: MIB,
    half: MIB.repeat(8),
    list: Array.from({ length: 17 }, () => 1),
    list2: ['a', 'b', 'c', 'd'],
  };
  for (const text of TOO_LARGE) it(text, () => assert.equal(codeOf(text, variables), 'value-too-large'));

  it('helpers that multiply stop before they do', () => {
    assert.equal(codeOf('"{{ replace mib \'x\' mib }}"', variables), 'template-type');
    assert.equal(codeOf('"{{ indent lines 200 }}"', { lines: '\n'.repeat(1024 * 1024) }), 'template-type');
  });

  it('takes what is just within', () => {
    assert.equal(codeOf('"{{ half }}{{ half }}"', variables), null);
  });

  it('an expression that gives more than a million items', () => {
    const list = Array.from({ length: 2000 }, (_, i) => i);
    const made = compileExpression('list.map(x, list)', whole('list.map(x, list)')).value!.evaluate(
      scopeOf({ list }),
    );
    assert.equal(made.kind === 'fault' && made.diagnostic.message, 'this comes to more than 16 MiB');
  });
});
