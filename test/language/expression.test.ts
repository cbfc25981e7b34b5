import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Json, sameJson } from '../../src/runner/contract/json.ts';
import { boundedMatch } from '../../src/runner/language/cel-regex.ts';
import { fromCel, toCel } from '../../src/runner/language/cel-values.ts';
import { asCondition, compileCondition, compileExpression } from '../../src/runner/language/expression.ts';
import { SEEDED } from '../engine/random-seed.ts';
import { allShown, growth, outcome, scopeOf, valueIn, whole } from './values-support.ts';

const VARIABLES: Readonly<Record<string, Json>> = {
  env: 'prod',
  n: 3,
  half: 0.5,
  yes: true,
  no: false,
  none: null,
  list: [1, 'a', null],
  hosts: ['web1', 'web2'],
  m: { a: 1, b: { c: 'x' }, constructor: 'own', size: 5 },
  users: [
    { name: 'ann', id: 1 },
    { name: 'bob', id: 2.5 },
  ],
  result: { rc: 0, stdout: 'hi', changed: true, failed: false, skipped: false },
  skipped: { skipped: true, changed: false, failed: false },
  other: 'o',
  type: 't',
};

function deep(levels: number): Json {
  let value: Json = 1;
  for (let i = 0; i < levels; i++) value = [value];
  return value;
}

function evaluated(expression: string): string {
  const { value, diagnostics } = compileExpression(expression, whole(expression));
  return value ? outcome(value.evaluate(scopeOf(VARIABLES))) : allShown(diagnostics);
}

function decided(expression: string): string {
  const { value, diagnostics } = compileCondition(expression, whole(expression));
  return value ? outcome(asCondition(value.evaluate(scopeOf(VARIABLES)), value)) : allShown(diagnostics);
}

describe('an expression', () => {
  const values: readonly (readonly [string, Json])[] = [
    ['env == "prod" && !no', true],
    ['n + 1', 4],
    ['n * half', 1.5],
    ['7 / 2', 3],
    ['n / 2.0', 1.5],
    ['n == 3.0', true],
    ['3.0 == n', true],
    ['n != 3.0', false],
    ['1 == 1.0', true],
    ['1 != 1.0', false],
    ['half + 1', 1.5],
    ['1 - half', 0.5],
    ['n > half', true],
    ['none == null', true],
    ['env == null', false],
    ['env == n', false],
    ['"a" in list', true],
    ['1.0 in list', true],
    ['"b" in list', false],
    ['"a" in m', true],
    ['m.constructor', 'own'],
    ['m["b"].c', 'x'],
    ['m.size', 5],
    ['list[0]', 1],
    ['list', [1, 'a', null]],
    ['m', { a: 1, b: { c: 'x' }, constructor: 'own', size: 5 }],
    ['m == {"a": 1, "b": {"c": "x"}, "constructor": "own", "size": 5}', false],
    ['users[0] == {"name": "ann", "id": 1}', true],
    ['users.filter(u, u.id > 1).map(u, u.name)', ['bob']],
    ['users.exists(u, u.name == env)', false],
    ['users.all(u, u.id >= 1)', true],
    ['m.b.map(k, k)', ['c']],
    [
      'hosts.map(h, {"host": h, "port": n})',
      [
        { host: 'web1', port: 3 },
        { host: 'web2', port: 3 },
      ],
    ],
    ['[1, "a", 2.5]', [1, 'a', 2.5]],
    ['size(env) + list.size()', 7],
    ['env.startsWith("pr") ? 1 : 2', 1],
    ['env.matches("^p.o")', true],
    ['env.replace("o", "$&0")', 'pr$&0d'],
    ['hosts.join("-")', 'web1-web2'],
    ['int("12") + 1', 13],
    ['string(n) + "x"', '3x'],
    ['has(m.b)', true],
    ['has(m.q)', false],
    ['has(m.b.c)', true],
    ['has(m.q.c)', false],
    ['has(m["b"].c)', true],
    ['has(m["b"].q)', false],
    ['has(hosts.map(h, {"name": h})[0].name)', true],
    ['has(env.q)', false],
    ['has(vars.env)', true],
    ['has(vars.nope)', false],
    ['has(vars.nope.field.deep)', false],
    ['has(vars.m.b.c)', true],
    ['has(vars.none)', true],
    ['has(vars.nope) && nope == 1', false],
    ['!has(vars.nope) || nope == 1', true],
    ['"env" in vars', true],
    ['"nope" in vars', false],
    ['vars.env', 'prod'],
    ['vars["env"]', 'prod'],
    ['hosts.exists(env, env == "web1")', true],
    ['type(n) == int', true],
    ['type(list) == list', true],
    ['type == "t"', true],
    ['skipped.skipped || skipped.rc == 0', true],
    ['has(skipped.rc)', false],
    ['cel.bind(x, n * 2, x + x)', 12],
  ];
  for (const [expression, expected] of values) {
    it(`${expression} is ${JSON.stringify(expected)}`, () =>
      assert.equal(evaluated(expression), JSON.stringify(expected)));
  }

  const unknowns: readonly (readonly [string, string])[] = [
    ['unknown', 'unknown: it is not made yet'],
    ['unknown == 1', 'unknown: it is not made yet'],
    ['unknown.field && true', 'unknown: it is not made yet'],
    ['unknown && no', 'false'],
    ['no && unknown', 'false'],
    ['unknown || yes', 'true'],
    ['yes || unknown', 'true'],
    ['unknown && yes', 'unknown: it is not made yet'],
    ['no || unknown', 'unknown: it is not made yet'],
    ['unknown && nope == 1', 'unknown: it is not made yet'],
    ['yes ? n : unknown', '3'],
    ['has(vars.unknown)', 'unknown: it is not made yet'],
    ['hosts.exists(h, h == "web2" || unknown)', 'true'],
    ['[n, unknown]', 'unknown: it is not made yet'],
    ['broken == 1', '[undefined-variable] broken is broken'],
    ['broken || yes', 'true'],
  ];
  for (const [expression, expected] of unknowns) {
    it(`${expression} comes to ${expected}`, () => assert.equal(evaluated(expression), expected));
  }

  it('asks only for what it needs', () => {
    const scope = scopeOf(VARIABLES);
    const { value } = compileExpression('no && env == "x" ? m.a : n', whole(''));
    value?.evaluate(scope);
    assert.deepEqual(scope.asked, ['no', 'n']);
  });

  it('knows the names in it', () => {
    const names = (expression: string) => {
      const { value } = compileExpression(expression, whole(expression));
      return value && [[...value.reads].sort().join(' '), [...value.mentions].sort().join(' ')];
    };
    assert.deepEqual(names('a.b == c[d] && !e && f.g(h)'.replace('f.g(h)', 'f.startsWith(h)')), [
      'a c d e f h',
      'a c d e f h',
    ]);
    assert.deepEqual(names('a.exists(x, x == y && x.z)'), ['a y', 'a y']);
    assert.deepEqual(names('has(vars.a) && a.b == vars.c'), ['c', 'a c']);
    assert.deepEqual(names('has(vars.a.b.c) || "d" in vars'), ['', 'a d']);
    assert.deepEqual(names('has(a.b)'), ['a', 'a']);
    assert.deepEqual(names('{"k": a, b: 1}["k"] == vars["c"]'), ['a b c', 'a b c']);
    assert.deepEqual(names('cel.bind(x, a, x + b)'), ['a b', 'a b']);
    assert.deepEqual(names('type(a) == string ? [b] : [c]'), ['a b c', 'a b c']);
  });

  it('a pattern that would run for ever is stopped', () => {
    const begun = process.cpuUsage();
    const expression = '"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab".matches("^(a+)+$")';
    assert.match(evaluated(expression), /the pattern takes too long on this text/);
    assert.ok(process.cpuUsage(begun).user / 1000 < 1000);
  });

  it('a pattern that was kept from its time by a busy machine is tried again', () => {
    const text = `${'a'.repeat(20)}b`;
    assert.equal(boundedMatch(text, '^(a+)+$', [1]), null);
    assert.equal(boundedMatch(text, '^(a+)+$', [1, 60_000]), false);
  });

  it('a pattern that goes beyond the stack of the engine on a large text is a fault, not a crash', () => {
    const { value } = compileExpression('a.matches("^(x|y)*$")', whole('a.matches("^(x|y)*$")'));
    const result = outcome(value!.evaluate(scopeOf({ a: 'x'.repeat(12_000_000) })));
    assert.match(result, /^\[cel-type\] 1:1 the pattern takes too long on this text\n/);
  });

  it('a value that is nested without end is a fault, not a crash', () => {
    const { value } = compileExpression('a == a', whole('a == a'));
    const result = outcome(value!.evaluate(scopeOf({ a: deep(200_000) })));
    assert.equal(result, '[cel-type] 1:1 a value in this expression is nested too deeply\na == a\n^^^^^^');
  });

  it('carets point into the file', () => {
    const at = (yaml: string) => {
      const node = valueIn(yaml);
      assert.ok(node.kind === 'scalar');
      const { value, diagnostics } = compileExpression(String(node.value), node.span);
      return value ? outcome(value.evaluate(scopeOf(VARIABLES))) : allShown(diagnostics);
    };
    assert.equal(
      at('when: env == "x" and yes'),
      '[cel-syntax] 1:18 "and" is "&&" here\nwhen: env == "x" and yes\n                 ^^^\n-> write env == "x" && yes',
    );
    assert.equal(
      at('when: "envv == \\"x\\""'),
      '[undefined-variable] 1:8 there is no variable called "envv"\nwhen: "envv == \\"x\\""\n       ^^^^\n-> did you mean "env"?',
    );
    assert.equal(
      at('when: >-\n  env == "x" ||\n  n == envv'),
      '[undefined-variable] 3:8 there is no variable called "envv"\n  n == envv\n       ^^^^\n-> did you mean "env"?',
    );
  });
});

describe('an expression that fails on a host says where and why', () => {
  const trials: readonly (readonly [string, string])[] = [
    [
      'envv == "prod"',
      '[undefined-variable] 1:1 there is no variable called "envv"\nenvv == "prod"\n^^^^\n-> did you mean "env"?',
    ],
    ['True', '[undefined-variable] 1:1 there is no variable called "True"\nTrue\n^^^^\n-> write true'],
    [
      'vars.envv',
      '[undefined-variable] 1:6 there is no variable called "envv"\nvars.envv\n     ^^^^\n-> did you mean "env"?',
    ],
    ['m.b.d == 1', '[undefined-field] 1:5 "m.b" has no "d"\nm.b.d == 1\n    ^\n-> it has: c'],
    ['m["q"]', '[undefined-field] 1:1 "m" has no "q"\nm["q"]\n^^^^^^\n-> it has: a, b, constructor, size'],
    [
      'm.toString',
      '[undefined-field] 1:3 "m" has no "toString"\nm.toString\n  ^^^^^^^^\n-> it has: a, b, constructor, size',
    ],
    [
      'list[5] == 1',
      '[undefined-field] 1:1 "list" has only 3 items, counted from 0: there is no 5\nlist[5] == 1\n^^^^^^^',
    ],
    ['env.name == 1', '[undefined-field] 1:5 "env" is text and has no "name"\nenv.name == 1\n    ^^^^'],
    [
      'skipped.rc == 0',
      '[undefined-field] 1:9 "skipped" has no "rc": its task was skipped\nskipped.rc == 0\n        ^^\n-> ask for skipped.skipped first',
    ],
    [
      'users.map(u, u.mail)',
      '[undefined-field] 1:16 "u" has no such field or item\nusers.map(u, u.mail)\n               ^^^^',
    ],
    [
      'env < n',
      '[cel-type] 1:1 "<" can\'t compare text and a whole number\nenv < n\n^^^^^^^\n-> write int(x) or string(x) around one of them',
    ],
    [
      'env + n',
      '[cel-type] 1:1 "+" can\'t join text and a whole number\nenv + n\n^^^^^^^\n-> write string(x) around what is not text',
    ],
    ['list + 1', '[cel-type] 1:1 "+" can\'t take a list and a whole number\nlist + 1\n^^^^^^^^'],
    ['!env', '[cel-type] 1:1 "!" takes true or false, not text\n!env\n^^^^'],
    ['-env', '[cel-type] 1:1 "-" takes a number, not text\n-env\n^^^^'],
    [
      'env && yes',
      '[cel-type] 1:1 "&&" and "||" take true or false, not text\nenv && yes\n^^^\n-> compare it: x == …',
    ],
    ['env ? 1 : 2', '[cel-type] 1:1 the test must be true or false, not text\nenv ? 1 : 2\n^^^'],
    [
      'n.startsWith("a")',
      '[cel-type] 1:1 a whole number has no startsWith(text)\nn.startsWith("a")\n^^^^^^^^^^^^^^^^^',
    ],
    [
      'n in env',
      '[cel-type] 1:1 "in" looks into a list or a map, not text\nn in env\n^^^^^^^^\n-> for a part of a text write env.contains(n)',
    ],
    ['n / 0', '[cel-type] 1:1 division by zero\nn / 0\n^^^^^'],
    ['int("x")', '[cel-type] 1:1 int() takes a text of digits\nint("x")\n^^^^^^^^'],
    [
      'n.map(x, x)',
      '[cel-type] 1:1 only a list or a map can be gone through, not a whole number\nn.map(x, x)\n^',
    ],
    [
      'env.matches(env + "(")',
      '[cel-type] 1:1 the pattern can\'t be read: /prod(/: Unterminated group\nenv.matches(env + "(")\n^^^^^^^^^^^^^^^^^^^^^^',
    ],
    [
      '9007199254740993',
      '[cel-type] 1:1 the number 9007199254740993 is too large; write it as text\n9007199254740993\n^^^^^^^^^^^^^^^^',
    ],
    [
      'bytes(env)',
      '[cel-type] 1:1 the result is neither text, number, true, false, list nor map; write string(…) around it\nbytes(env)\n^^^^^^^^^^',
    ],
  ];
  for (const [expression, expected] of trials)
    it(expression, () => assert.equal(evaluated(expression), expected));
});

describe('an expression that is refused', () => {
  const trials: readonly (readonly [string, string])[] = [
    [
      'env == "a" and not yes',
      '[cel-syntax] 1:12 "and" is "&&" here\nenv == "a" and not yes\n           ^^^\n-> write env == "a" && !yes',
    ],
    ['yes or no', '[cel-syntax] 1:5 "or" is "||" here\nyes or no\n    ^^\n-> write yes || no'],
    ['not (yes)', `[cel-syntax] 1:1 "not" is "!" here\nnot (yes)\n^^^\n-> write '!(yes)'`],
    ['not env == "a"', `[cel-syntax] 1:1 "not" is "!" here\nnot env == "a"\n^^^\n-> write '!(env == "a")'`],
    [
      'env = "a and b"',
      '[cel-syntax] 1:5 "=" is "==" here\nenv = "a and b"\n    ^\n-> write env == "a and b"',
    ],
    [
      'x is defined',
      '[cel-syntax] 1:3 "is defined" is has(…) here\nx is defined\n  ^^^^^^^^^^\n-> write has(vars.x)',
    ],
    [
      'x.y is not defined',
      `[cel-syntax] 1:5 "is defined" is has(…) here\nx.y is not defined\n    ^^^^^^^^^^^^^^\n-> write '!has(x.y)'`,
    ],
    [
      'result is succeeded and result is changed',
      `[cel-syntax] 1:8 the state of a result is a field of it\nresult is succeeded and result is changed\n       ^^^^^^^^^^^^\n-> write '!result.failed && result.changed'`,
    ],
    [
      'env not in hosts',
      `[cel-syntax] 1:5 "not in" is not known here\nenv not in hosts\n    ^^^^^^\n-> write '!(env in hosts)'`,
    ],
    [
      '"{{ env }}" == x and y',
      `[cel-syntax] 1:18 "and" is "&&" here\n"{{ env }}" == x and y\n                 ^^^\n-> write '"{{ env }}" == x && y'`,
    ],
    [
      '{{ env }} == "prod"',
      '[cel-syntax] 1:1 an expression is written without {{ }}\n{{ env }} == "prod"\n^^\n-> write env == "prod"',
    ],
    [
      'env is none',
      '[cel-syntax] 1:5 "is none" is "== null" here\nenv is none\n    ^^^^^^^\n-> write env == null',
    ],
    [
      'env | length > 2',
      '[cel-syntax] 1:5 filters are not known in expressions\nenv | length > 2\n    ^\n-> write size(env) > 2',
    ],
    ['env === "a"', '[cel-syntax] 1:5 "===" is "==" here\nenv === "a"\n    ^^^\n-> write env == "a"'],
    ['list.0', '[cel-syntax] 1:5 an item is taken with square brackets\nlist.0\n    ^^\n-> write list[0]'],
    ['(env == "a"', '[cel-syntax] 1:12 the expression ends where ")" is missing\n(env == "a"\n           ^'],
    ['env ==', '[cel-syntax] 1:7 the expression ends too early\nenv ==\n      ^'],
    ['env == "a', '[cel-syntax] 1:8 a quote is never closed\nenv == "a\n       ^'],
    ['env ! yes', '[cel-syntax] 1:5 "!" is not expected here\nenv ! yes\n    ^'],
    ['env == ) ', '[cel-syntax] 1:8 ")" is not expected here\nenv == ) \n       ^'],
    [
      'env == "\\d"',
      '[cel-syntax] 1:9 "\\d" is no escape\nenv == "\\d"\n        ^\n-> write \\\\d, or r"…" around the text',
    ],
    [
      'package == 1',
      '[cel-syntax] 1:1 "package" is a reserved word of CEL\npackage == 1\n^^^^^^^\n-> for a variable write vars["package"]',
    ],
    ['', '[cel-syntax] 1:1 the expression is empty\n\n^'],
    [
      'size(env) + "a"',
      '[cel-type] 1:1 "+" can\'t join a whole number and text\nsize(env) + "a"\n^^^^^^^^^^^^^^^\n-> write string(x) around what is not text',
    ],
    [
      '"a" == 1',
      '[cel-type] 1:1 "==" can\'t compare text and a whole number\n"a" == 1\n^^^^^^^^\n-> write int(x) or string(x) around one of them',
    ],
    ['len(env)', '[cel-type] 1:1 no function is called "len"\nlen(env)\n^^^^^^^^\n-> write size(x)'],
    [
      'env.startswith("a")',
      '[cel-type] 1:1 no function is called "startswith"\nenv.startswith("a")\n^^^^^^^^^^^^^^^^^^^\n-> write x.startsWith("a")',
    ],
    ['size(1)', "[cel-type] 1:1 size() can't take (a whole number)\nsize(1)\n^^^^^^^"],
    ['"a".size(1)', '[cel-type] 1:1 text has no size(a whole number)\n"a".size(1)\n^^^^^^^^^^^'],
    [
      'yes ? 1 : "a"',
      '[cel-type] 1:1 "? :" gives a whole number or text: both must be of one type\nyes ? 1 : "a"\n^^^^^^^^^^^^^\n-> write dyn(…) around one of them',
    ],
    [
      'has(env)',
      '[cel-type] 1:5 has() takes a field\nhas(env)\n    ^^^\n-> write has(vars.x) for a variable, has(x.y) for a field',
    ],
    [
      'hosts.exists(1, true)',
      '[cel-syntax] 1:14 the first argument must be a new name\nhosts.exists(1, true)\n             ^\n-> write list.exists(item, item == 1)',
    ],
    [
      'env.matches("a(")',
      '[cel-regex] 1:13 the pattern can\'t be read: /a(/: Unterminated group\nenv.matches("a(")\n            ^^^^',
    ],
    [`${'('.repeat(300)}1${')'.repeat(300)}`, ''],
  ];
  for (const [expression, expected] of trials) {
    if (expected !== '') it(expression, () => assert.equal(evaluated(expression), expected));
    else
      it('what is nested too deeply', () =>
        assert.match(evaluated(expression), /^\[cel-syntax\] 1:\d+ the expression is too large\n/));
  }
});

describe('a condition', () => {
  it('must be true or false', () => {
    assert.equal(decided('env == "prod"'), 'true');
    assert.equal(decided('unknown'), 'unknown: it is not made yet');
    assert.equal(
      decided('"prod"'),
      '[not-boolean] 1:1 a condition must be true or false, and this is text\n"prod"\n^^^^^^\n-> compare it: x == …',
    );
    assert.equal(
      decided('size(env)'),
      '[not-boolean] 1:1 a condition must be true or false, and this is a whole number\nsize(env)\n^^^^^^^^^\n-> compare it: x == …',
    );
    assert.equal(
      decided('env'),
      '[not-boolean] 1:1 a condition must be true or false, and "env" is text\nenv\n^^^\n-> compare it: env == "…"',
    );
    assert.equal(
      decided('none'),
      '[not-boolean] 1:1 a condition must be true or false, and "none" is null\nnone\n^^^^\n-> compare it: x == …',
    );
  });
});

describe('any expression at all', () => {
  const token = fc.constantFrom(
    'env',
    'n',
    'list',
    'm',
    'nope',
    'unknown',
    'vars',
    '.',
    '.a',
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    '"a"',
    "'",
    '1',
    '2.5',
    '0',
    ' && ',
    ' || ',
    '!',
    ' == ',
    ' < ',
    ' + ',
    ' - ',
    ' / ',
    ' ? ',
    ' : ',
    ', ',
    ' in ',
    'has(',
    'size(',
    '.map(x, ',
    '.exists(x, ',
    'x',
    '.matches("',
    ' and ',
    ' is defined',
    '{{',
    'true',
    'null',
    '\\',
    'é',
    '\n',
  );
  const texts = fc.array(token, { maxLength: 14 }).map((tokens) => tokens.join(''));

  it('is compiled or refused with a place, and evaluated without a throw', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const { value, diagnostics } = compileExpression(text, whole(text));
        assert.equal(value === null, diagnostics.length > 0);
        for (const { at, message } of diagnostics)
          assert.ok(at && at.line >= 1 && at.column >= 1 && message.length > 0);
        const result = value?.evaluate(scopeOf(VARIABLES));
        if (result?.kind === 'fault') assert.ok(result.diagnostic.message.length > 0);
      }),
      { numRuns: 5000, ...SEEDED },
    );
  });

  it('plain data comes back as it went in', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const back = fromCel(toCel(value as Json, () => assert.fail()));
        assert.ok(sameJson(back as Json, value as Json));
      }),
      { numRuns: 2000 },
    );
  });

  it('plain data is equal to itself in CEL', () => {
    const { value: same } = compileExpression('a == b', whole('a == b'));
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const result = same!.evaluate(scopeOf({ a: value as Json, b: structuredClone(value) as Json }));
        assert.deepEqual(result, { kind: 'value', value: true });
      }),
      { numRuns: 1000 },
    );
  });

  it('many conditions take no longer each than a few @slow', () => {
    const compiled = (count: number) => {
      const texts = Array.from(
        { length: count },
        (_, i) => `env == "p" && list${count}_${i}.exists(x, x.id == ${i}) && !done`,
      );
      const compile = () => texts.map((text) => compileCondition(text, whole(text)).value);
      return () => assert.ok(!compile().includes(null));
    };
    const times = growth(2000, compiled);
    assert.ok(times < 20, `${times}`);
  });
});
