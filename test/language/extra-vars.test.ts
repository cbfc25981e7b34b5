import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseExtraVars } from '../../src/runner/language/extra-vars.ts';
import { splitWords } from '../../src/runner/language/shell-words.ts';
import { allShown, outcome, scopeOf } from './values-support.ts';

const FILES: Readonly<Record<string, string>> = {
  'vars.yaml': 'a: 1\nb: [x, "{{ env }}"]\n',
  'vars.json': '{"a": true}',
  'list.yaml': '- a\n',
  'bad.yaml': 'a: b: c\n',
  'empty.yaml': '# nothing\n',
  'names.yaml': 'good: 1\nbad-name: 2\nhostvars: 3\n',
};

function read(...args: string[]): string {
  const { value, diagnostics } = parseExtraVars(args, (path) => FILES[path] ?? null);
  if (diagnostics.length > 0) return allShown(diagnostics);
  const scope = scopeOf({ env: 'prod' });
  return [...value.variables.values()]
    .map((variable) => `${variable.name}=${outcome(variable.value.evaluate(scope))}`)
    .join(' ');
}

describe('-e', () => {
  const trials: readonly (readonly [string[], string])[] = [
    [['a=1'], 'a="1"'],
    [['a=1 b="x y" c=\'{{ z }}\' d=a\\ b e='], 'a="1" b="x y" c="{{ z }}" d="a b" e=""'],
    [['a=b=c'], 'a="b=c"'],
    [['{"a": 1, "b": [true, "{{ z }}"]}'], 'a=1 b=[true,"{{ z }}"]'],
    [['{a: yes, b: 1.10}'], 'a="yes" b="1.10"'],
    [['@vars.yaml'], 'a=1 b=["x","prod"]'],
    [['@vars.json'], 'a=true'],
    [['@empty.yaml'], ''],
    [['a=1', '@vars.json', 'b=2', 'b=3'], 'a=true b="3"'],
    [[], ''],
  ];
  for (const [args, expected] of trials)
    it(JSON.stringify(args), () => assert.equal(read(...args), expected));

  const FORMS = '-> write -e name=value, -e \'{"name": value}\' or -e @file.yaml';
  const refusals: readonly (readonly [string, string])[] = [
    ['a', `[extra-vars] 1:1 a word of -e has no "="\n${FORMS}`],
    ['a=1 secret', `[extra-vars] 1:5 a word of -e has no "="\n${FORMS}`],
    ['vars.yaml', '[extra-vars] 1:1 a word of -e has no "="\n-> for a file write -e @vars.yaml'],
    ['', `[extra-vars] the value of -e is empty\n${FORMS}`],
    ['a="b', `[extra-vars] 1:1 a quote is never closed in the value of -e\n${FORMS}`],
    ['[1]', '[wrong-type] 1:1 variables are a map\n-> write {"name": value}'],
    [
      'a-b=1',
      '[bad-name] 1:1 "a-b" can\'t be the name of a variable\n-> letters, digits and _ only, such as a_b',
    ],
    ['@nope.yaml', '[no-such-file] there is no file nope.yaml\n-> it is named by -e @…'],
    ['@', '[no-such-file] "-e @" names no file\n-> it is named by -e @…'],
    ['@list.yaml', '[wrong-type] 1:1 variables are a map\n- a\n^\n-> write {"name": value}'],
    [
      '@bad.yaml',
      '[yaml] 1:4 there is a second ": " in this line\na: b: c\n   ^\n-> put quotes around the whole value',
    ],
    [
      '@names.yaml',
      '[bad-name] 2:1 "bad-name" can\'t be the name of a variable\nbad-name: 2\n^^^^^^^^\n-> letters, digits and _ only, such as bad_name\n[reserved-name] 3:1 "hostvars" is given by the run itself, and can\'t be set\nhostvars: 3\n^^^^^^^^\n-> choose another name',
    ],
  ];
  for (const [arg, expected] of refusals)
    it(`refuses ${JSON.stringify(arg)}`, () => assert.equal(read(arg), expected));

  it('never shows what was given on the command line', () => {
    for (const arg of [
      'password=hunter2 oops',
      '{password: hunter2, "a-b": 1}',
      '{password: hunter2: x}',
      'password="hunter2',
    ]) {
      const { diagnostics } = parseExtraVars([arg], () => null);
      assert.ok(diagnostics.length > 0);
      assert.doesNotMatch(JSON.stringify(diagnostics), /hunter2/);
    }
  });
});

describe('words as a shell reads them', () => {
  it('any words, quoted, come back', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 5 }), (words) => {
        const quoted = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join('  ');
        assert.deepEqual(
          splitWords(quoted)?.map(({ text }) => text),
          words,
        );
      }),
    );
  });

  it('in double quotes a backslash counts only before $ ` " and itself', () => {
    assert.deepEqual(
      splitWords('"a\\"b\\\\c\\d\\$"x\'y z\'')?.map(({ text }) => text),
      ['a"b\\c\\d$xy z'],
    );
  });

  it('a quote that is never closed is no word', () => {
    assert.equal(splitWords("a 'b"), null);
    assert.equal(splitWords('a "b\\"'), null);
  });
});
