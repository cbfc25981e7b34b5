import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readNames } from '../../src/runner/language/mustache-names.ts';
import { readWhole } from '../../src/runner/language/mustache-read.ts';

describe('a text with nothing but names in its braces', () => {
  it('is read without Handlebars', () => {
    for (const text of ['{{ a }}', '{{a.b_1}}/x', 'a: {{ b }}\r\n{ {{ c }} } }}\n{{\tb }}'])
      assert.notEqual(readNames(text), null, text);
  });

  it('is read so in no other case', () => {
    for (const text of [
      '',
      'a',
      '{{ a b }}',
      '{{{ a }}}',
      '\\{{ a }}',
      '{{ a }}{{',
      '{{~ a }}',
      '{{ a }}{% if %}',
    ])
      assert.equal(readNames(text), null, text);
  });

  it('is to Handlebars the same, with the same positions', () => {
    const part = fc.constantFrom(
      '{{ a }}',
      '{{b.c}}',
      '{{\ta_1 }}',
      '{{ this }}',
      '{{ this.a }}',
      '{{ end }}',
      '{{ else }}',
      '{{ true }}',
      '{{ as }}',
      '{{ json }}',
      '{{ json a }}',
      '{{ a.1 }}',
      '{{ a.this }}',
      '{{#if a}}',
      '{{/if}}',
      '{{! a }}',
      '{{> a }}',
      '{',
      '}',
      '{{',
      '}}',
      '{%',
      '\\',
      '~',
      '\n',
      '\r\n',
      ' ',
      'é\u{1F600}',
      'end',
    );
    const text = fc.array(part, { maxLength: 6 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (written) => {
        const names = readNames(written);
        if (names) assert.deepEqual(names, readWhole(written));
      }),
      { numRuns: 5000 },
    );
  });
});
