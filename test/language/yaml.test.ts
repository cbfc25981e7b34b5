import assert from 'node:assert/strict';
import fc from 'fast-check';
import { MAX_YAML_BYTES, parseYaml, toJson, type YamlNode } from '../../src/runner/language/yaml.ts';
import { allShown, cost } from './values-support.ts';

function json(text: string): unknown {
  const { value, diagnostics } = parseYaml('x.yaml', text);
  assert.equal(allShown(diagnostics), '');
  return value && toJson(value);
}

function refusal(text: string): string {
  return allShown(parseYaml('x.yaml', text).diagnostics);
}

describe('YAML', () => {
  it('is version 1.2: what looks like something else in 1.1 stays what was written', () => {
    assert.deepEqual(
      json('a: no\nb: 22:22\nc: 1.10\nd: 1.0\ne: 12345678901234567890\nf: 1.5\ng: 5\nh: true\ni:'),
      {
        a: 'no',
        b: '22:22',
        c: '1.10',
        d: '1.0',
        e: '12345678901234567890',
        f: 1.5,
        g: 5,
        h: true,
        i: null,
      },
    );
  });

  it('keeps the spelling of a number', () => {
    const { value } = parseYaml('x.yaml', 'mode: 0644\nother: "0644"');
    const [mode, other] = value?.kind === 'map' ? value.entries.map((entry) => entry.value) : [];
    assert.ok(mode?.kind === 'scalar' && other?.kind === 'scalar');
    assert.deepEqual([mode.value, mode.written, mode.quoted], [644, '0644', false]);
    assert.deepEqual([other.value, other.written, other.quoted], ['0644', '0644', true]);
  });

  it('keys are texts, whatever they look like', () => {
    assert.deepEqual(json('1: a\n1.10: b\ntrue: c\nnull: d\n"<<": e'), {
      1: 'a',
      '1.10': 'b',
      true: 'c',
      null: 'd',
      '<<': 'e',
    });
    assert.deepEqual(Object.keys(json('__proto__: a\nconstructor: b') as object), [
      '__proto__',
      'constructor',
    ]);
  });

  it('every node knows its place, also behind an alias', () => {
    const { value } = parseYaml('x.yaml', 'a: &b [1, two]\nc: *b\n');
    const place = (node: YamlNode) => {
      const { line, column } = node.span.source.position(node.span.start);
      return `${line}:${column}`;
    };
    assert.ok(value?.kind === 'map');
    const [first, second] = value.entries.map((entry) => entry.value);
    assert.ok(first?.kind === 'list' && second?.kind === 'list');
    assert.deepEqual([first, ...first.items, second, ...second.items].map(place), [
      '1:7',
      '1:8',
      '1:11',
      '2:4',
      '2:4',
      '2:4',
    ]);
  });

  it('merges maps; own keys win; an alias means the last anchor before it', () => {
    assert.deepEqual(json('a: &a {x: 1, y: 2}\nb:\n  <<: *a\n  y: 3\nc: &a 5\nd: *a'), {
      a: { x: 1, y: 2 },
      b: { y: 3, x: 1 },
      c: 5,
      d: 5,
    });
  });

  it('an empty file is nothing', () => {
    assert.equal(json(''), null);
    assert.equal(json('# only a comment\n'), null);
  });

  const refusals: readonly (readonly [string, string, string])[] = [
    [
      'a second ": "',
      'msg: see: this',
      '[yaml] 1:6 there is a second ": " in this line\nmsg: see: this\n     ^\n-> put quotes around the whole value',
    ],
    [
      'text behind a quoted one',
      'when: "a" == b',
      '[yaml] 1:11 something follows a value that is complete\nwhen: "a" == b\n          ^^^^\n-> put quotes around the whole value',
    ],
    ['a tab', 'a:\n\tb: c', "[yaml] 2:1 a tab can't indent in YAML\n\tb: c\n^\n-> write spaces"],
    [
      'a backtick',
      'a: `x`',
      "[yaml] 1:4 a text can't begin with ` unless it is quoted\na: `x`\n   ^\n-> put quotes around the text",
    ],
    [
      'a bare star',
      'hosts: *',
      '[yaml] 1:8 * has a meaning of its own in YAML\nhosts: *\n       ^\n-> quote the text: "*"',
    ],
    [
      'an unknown alias',
      'hosts: *.example',
      '[yaml] 1:8 no anchor is called &.example\nhosts: *.example\n       ^^^^^^^^^\n-> if it is meant as text, quote it: "*.example"',
    ],
    [
      'a template without quotes',
      'a: {{ x }}',
      '[unquoted-template] 1:5 a value that begins with {{ must be quoted\na: {{ x }}\n    ^^^^^\n-> write "{{ … }}" with quotes around the whole value',
    ],
    [
      'a template with more behind it',
      '- {{ x }}/y',
      '[unquoted-template] 1:3 a value that begins with {{ must be quoted\n- {{ x }}/y\n  ^^^^^^^^^\n-> write "{{ … }}" with quotes around the whole value',
    ],
    [
      'a negation, which is a tag',
      'when: !done',
      '[unknown-tag] 1:7 !done is a YAML tag, and none that is known\nwhen: !done\n      ^^^^^\n-> if it is meant as text, quote the whole value: "!done"',
    ],
    [
      'a key twice',
      'a: 1\nb: 2\na: 3',
      '[duplicate-key] 3:1 the key "a" stands here for the second time\na: 3\n^\n-> the first one is in line 1; remove one of them',
    ],
    [
      'a line without a colon',
      'a:1\nb: c',
      '[yaml] 1:1 this line has no ": "\na:1\n^^^\n-> write key: value, with a space behind the colon',
    ],
    [
      'a wrong indent',
      'a:\n  b: 1\n c: 2',
      '[yaml] 3:2 this line is not indented as those before it\n c: 2\n ^',
    ],
    [
      'two documents',
      'a: 1\n---\nb: 2',
      '[yaml] 2:1 a second document begins here\n---\n^^^\n-> a file holds one: remove the ---, or split the file',
    ],
    [
      'version 1.1',
      '%YAML 1.1\n---\na: no',
      '[yaml] 1:1 YAML is read as version 1.2 here\n%YAML 1.1\n^^^^^^^^^\n-> remove the directive',
    ],
    ['an open quote', 'a: "x', '[yaml] 1:4 this quote is never closed\na: "x\n   ^'],
    [
      'an alias in its own anchor',
      'a: &a [*a]',
      '[yaml] 1:8 *a stands inside of its own anchor\na: &a [*a]\n       ^^',
    ],
    ['a NUL character', 'a: \0', '[not-text] 1:4 the file holds a NUL character\n-> save it as UTF-8 text'],
    [
      'bytes that are not UTF-8',
      Buffer.from([0x61, 0x3a, 0x20, 0xff]).toString(),
      '[not-text] 1:4 the file holds a byte that is not UTF-8\n-> save it as UTF-8 text',
    ],
    [
      'an encrypted file that is cut off',
      '$ANSIBLE_VAULT;1.1;AES256\n6162',
      '[vault-format] 1:1 the vault is cut off or damaged\n-> bring the file back as it was written, from version control or a backup',
    ],
  ];
  for (const [what, text, expected] of refusals) {
    it(`refuses ${what}`, () => assert.equal(refusal(text), expected));
  }
});

describe('hostile YAML', () => {
  const lines = (count: number, line: (i: number) => string) =>
    Array.from({ length: count }, (_, i) => line(i)).join('\n');

  const trials: readonly (readonly [string, string, RegExp])[] = [
    ['larger than 2 MB', 'a'.repeat(5 * MAX_YAML_BYTES), /^\[too-large\] 1:1 the file is larger than 2 MB$/m],
    ['a million brackets', '['.repeat(1_000_000), /^\[too-deep\]/],
    ['a million maps', '{a: '.repeat(400_000), /^\[too-deep\]/],
    ['a million dashes', `${'- '.repeat(900_000)}a`, /^\[too-deep\]/],
    [
      '300 levels of maps',
      lines(300, (i) => `${' '.repeat(i)}a:`),
      /^\[too-deep\] \d+:\d+ the file is nested deeper than 100 levels/,
    ],
    ['1500 levels of maps', lines(1500, (i) => `${' '.repeat(i)}a:`), /^\[too-deep\]/],
    ['1500 levels of lists', lines(1500, (i) => `${' '.repeat(i)}-`), /^\[too-deep\]/],
    [
      'a billion laughs',
      lines(11, (i) =>
        i === 0
          ? 'a0: &a0 ha'
          : `a${i}: &a${i} [${Array(9)
              .fill(`*a${i - 1}`)
              .join(', ')}]`,
      ),
      /^\[too-many-nodes\] \d+:\d+ aliases make this file grow beyond all measure/,
    ],
  ];
  for (const [what, text, expected] of trials) {
    it(`${what}: refused within a second`, () => {
      assert.ok(cost(() => assert.match(refusal(text), expected)) < 1000);
    });
  }

  it('many plain aliases are no bomb', () => {
    const text = `a: &a {x: 1}\nb:\n${lines(5000, () => '  - *a')}`;
    assert.equal((json(text) as { b: unknown[] }).b.length, 5000);
  });

  it('100 levels are read', () => {
    assert.equal(refusal(`${lines(99, (i) => `${' '.repeat(i)}a:`)} 1`), '');
  });

  it('never throws, and every diagnostic has its place', () => {
    const char = fc.constantFrom(...'ab:-?*&!|>%@`{}[],#"\'\\ \n\t<0.1~=', '\u0000', '\ufffd', 'é', '😀');
    fc.assert(
      fc.property(fc.string({ unit: char, maxLength: 60 }), (text) => {
        for (const { at } of parseYaml('x', text).diagnostics)
          assert.ok(at && at.line >= 1 && at.column >= 1);
      }),
      { numRuns: 2000 },
    );
  });
});
