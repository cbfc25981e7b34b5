import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Json } from '../../src/runner/contract/json.ts';
import { compileTemplate, constantTemplate } from '../../src/runner/language/template.ts';
import { mayHoldMustache } from '../../src/runner/language/text-template.ts';
import type { YamlNode } from '../../src/runner/language/yaml.ts';
import { allShown, growth, outcome, scopeOf, valueIn, whole, yamlOf } from './values-support.ts';

const VARIABLES: Readonly<Record<string, Json>> = {
  env: 'prod',
  port: 80,
  ratio: 1.5,
  on: true,
  empty: null,
  hosts: ['a', 'b'],
  users: [
    { name: 'ann', id: 1 },
    { name: 'bob', id: 2 },
  ],
  net: { dns: { first: '10.0.0.1' }, name: 'lan', 'two words': 2, constructor: 'own' },
  skipped: { skipped: true, changed: false, failed: false },
  log: 'a variable called log',
};

/** What the value of `v` comes to. */
function evaluated(yaml: string): string {
  const { value, diagnostics } = compileTemplate(valueIn(yaml));
  return diagnostics.length > 0 ? allShown(diagnostics) : outcome(value.evaluate(scopeOf(VARIABLES)));
}

/** The same for a text, which stands in double quotes. */
function text(template: string): string {
  return evaluated(`v: ${JSON.stringify(template)}`);
}

describe('a template', () => {
  const values: readonly (readonly [string, Json])[] = [
    ['{{ hosts }}', ['a', 'b']],
    ['{{ port }}', 80],
    ['{{ on }}', true],
    ['{{ empty }}', null],
    ['{{{ hosts }}}', ['a', 'b']],
    ['{{ net.dns }}', { first: '10.0.0.1' }],
    ['{{ default missing 5 }}', 5],
    ['{{ 5 }}', 5],
    ['{{ users.1.id }}', 2],
    ['{{ hosts.length }}', 2],
    ['{{ hosts.[1] }}', 'b'],
    ['{{ net.[two words] }}', 2],
    ['{{ net.constructor }}', 'own'],
    ['{{ log }}', 'a variable called log'],
    ['port {{ port }}', 'port 80'],
    ['{{ port }}{{ port }}', '8080'],
    ['{{ on }}/{{ ratio }}', 'true/1.5'],
    ['<{{ env }} & "{{ env }}">', '<prod & "prod">'],
    ['\\{{ env }}', '{{ env }}'],
    ['docker ps --format \\{{.Names}}', 'docker ps --format {{.Names}}'],
    ["{{ '{{' }}", '{{'],
    ['{{! a comment }}x', 'x'],
    ['{{#if on}}yes{{else}}no{{/if}}', 'yes'],
    ['{{#unless on}}yes{{else}}no{{/unless}}', 'no'],
    ['{{#if (eq env "qa")}}q{{else if (eq env "prod")}}p{{/if}}', 'p'],
    ['{{#each users}}{{name}}={{id}}{{#unless @last}},{{/unless}}{{/each}}', 'ann=1,bob=2'],
    ['{{#each users as |user i|}}{{i}}{{user.name}}@{{../env}} {{/each}}', '0ann@prod 1bob@prod '],
    ['{{#each hosts}}{{@index}}{{this}}{{#if @first}}!{{/if}}{{/each}}', '0a!1b'],
    ['{{#each net.dns}}{{@key}}:{{this}}{{/each}}', 'first:10.0.0.1'],
    ['{{#each hosts}}{{#each ../hosts}}{{@../index}}{{@index}} {{/each}}{{/each}}', '00 01 10 11 '],
    ['{{#each hosts}}{{@root.env}}{{/each}}', 'prodprod'],
    ['{{#with net.dns}}{{first}} {{../env}}{{/with}}', '10.0.0.1 prod'],
    ['{{#with net.dns as |dns|}}{{dns.first}}{{/with}}', '10.0.0.1'],
    ['{{#each (default missing hosts)}}{{this}}{{else}}none{{/each}}', 'ab'],
    ['{{#each empty}}x{{else}}none{{/each}}', 'none'],
    ['{{#if (defined missing)}}{{missing}}{{else}}-{{/if}}', '-'],
    ['{{#if (and on (defined net.dns))}}{{net.dns.first}}{{/if}}', '10.0.0.1'],
  ];
  for (const [template, expected] of values) {
    it(`${template} is ${JSON.stringify(expected)}`, () =>
      assert.equal(text(template), JSON.stringify(expected)));
  }

  it('of a list or a map is filled in everywhere, and keys are not', () => {
    const yaml = 'v:\n  - "{{ env }}"\n  - {a: "x{{ port }}", "{{ env }}": 1, b: [true, null, 1.5]}';
    assert.equal(
      evaluated(yaml),
      JSON.stringify(['prod', { a: 'x80', '{{ env }}': 1, b: [true, null, 1.5] }]),
    );
  });

  it('without variables is a constant', () => {
    const constant = (yaml: string) => compileTemplate(valueIn(yaml)).value.constant;
    assert.deepEqual(constant('v: {a: [1, text], b: "\\\\{{ x }}"}'), { a: [1, 'text'], b: '{{ x }}' });
    assert.equal(constant('v:'), null);
    assert.equal(constant('v: [1, "{{ env }}"]'), undefined);
    assert.equal(constant('v: !unsafe "{{ env }}"'), '{{ env }}');
  });

  it('knows every name in it', () => {
    const names = (template: string) => {
      const { reads, mentions } = compileTemplate(valueIn(`v: ${JSON.stringify(template)}`)).value;
      return [[...reads].join(' '), [...mentions].join(' ')];
    };
    assert.deepEqual(names('{{ a.b }}{{ json c }}{{#if (eq d e.f)}}{{/if}}'), ['a c d e', 'a c d e']);
    assert.deepEqual(
      names('{{#each list as |x i|}}{{x.y}}{{i}}{{z}}{{../up}}{{@root.r}}{{@index}}{{/each}}'),
      ['list up r', 'list up r'],
    );
    assert.deepEqual(names('{{#with w}}{{a}}{{this.b}}{{./c}}{{/with}}{{#unless u}}{{v}}{{/unless}}'), [
      'w u v',
      'w u v',
    ]);
    assert.deepEqual(names('{{ default a.b c }}{{ default d (default e 1) }}'), ['c', 'a c d e']);
    assert.deepEqual(names('{{#if (defined a)}}{{a}}{{b}}{{/if}}'), ['b', 'a b']);
  });

  it('asks only for what it needs', () => {
    const scope = scopeOf(VARIABLES);
    compileTemplate(
      valueIn('v: "{{#if on}}{{env}}{{else}}{{port}}{{/if}}{{#if (or on broken)}}{{/if}}"'),
    ).value.evaluate(scope);
    assert.deepEqual(scope.asked, ['on', 'env', 'on']);
  });

  it('hangs on what is not known', () => {
    assert.equal(text('a{{ unknown }}'), 'unknown: it is not made yet');
    assert.equal(text('{{ default unknown 1 }}'), 'unknown: it is not made yet');
    assert.equal(text('{{#if on}}a{{else}}{{ unknown }}{{/if}}'), '"a"');
    assert.equal(evaluated('v: [1, "{{ unknown.field }}"]'), 'unknown: it is not made yet');
  });

  it('a value that is nested without end is a fault, not a crash', () => {
    let value: Json = 1;
    for (let i = 0; i < 200_000; i++) value = [value];
    const { value: template } = compileTemplate(valueIn('v: a {{ json x }}'));
    assert.match(
      outcome(template.evaluate(scopeOf({ x: value }))),
      /^\[template-type\] 1:4 a value in this text is nested/,
    );
  });

  it('passes the fault of a variable on', () => {
    assert.equal(text('a{{ broken }}'), '[undefined-variable] broken is broken');
  });

  it('knows where each part of it stands', () => {
    const { value } = compileTemplate(yamlOf('a: 1\nports:\n  - "{{ x }}"\n  - 2\n'));
    assert.deepEqual(value.where(['ports', 0]), { file: 'x.yaml', line: 3, column: 5 });
    assert.deepEqual(value.where(['ports', 1]), { file: 'x.yaml', line: 4, column: 5 });
    assert.deepEqual(value.where(['ports', 7, 'x']), { file: 'x.yaml', line: 3, column: 3 });
    assert.deepEqual(value.where([]), { file: 'x.yaml', line: 1, column: 1 });
    assert.equal(value.spanOf('x')?.source.position(value.spanOf('x')!.start).column, 9);
  });

  it('may be copied with more properties, and is a template still', () => {
    const { value } = compileTemplate(valueIn('v: {a: "{{ env }}"}'));
    const copy = { ...value, site: 'here' };
    assert.deepEqual(copy.evaluate(scopeOf(VARIABLES)), { kind: 'value', value: { a: 'prod' } });
    assert.deepEqual([copy.at.column, copy.where(['a']).column, [...copy.reads]], [4, 8, ['env']]);
  });

  it('of plain data is that data, whatever it holds', () => {
    const template = constantTemplate({ a: '{{ x }}' }, { file: '-e', line: 1, column: 1 });
    assert.deepEqual(template.evaluate(scopeOf({})), { kind: 'value', value: { a: '{{ x }}' } });
    assert.deepEqual([template.constant, template.reads.size], [{ a: '{{ x }}' }, 0]);
  });
});

describe('a template that fails on a host says where and why', () => {
  const trials: readonly (readonly [string, string])[] = [
    [
      'v: a {{ envv }}',
      '[undefined-variable] 1:9 there is no variable called "envv"\nv: a {{ envv }}\n        ^^^^\n-> did you mean "env"?',
    ],
    [
      'v: a {{ net.dns.frist }}',
      '[undefined-field] 1:9 "net.dns" has no "frist"\nv: a {{ net.dns.frist }}\n        ^^^^^^^^^^^^^\n-> did you mean "first"?',
    ],
    [
      'v: a {{ net.ipv6.first }}',
      '[undefined-field] 1:9 "net" has no "ipv6"\nv: a {{ net.ipv6.first }}\n        ^^^^^^^^^^^^^^\n-> it has: dns, name, two words, constructor',
    ],
    [
      'v: a {{ env.name }}',
      '[undefined-field] 1:9 "env" is text and has no "name"\nv: a {{ env.name }}\n        ^^^^^^^^',
    ],
    [
      'v: a {{ users.2.name }}',
      '[undefined-field] 1:9 "users" has only 2 items, counted from 0: there is no 2\nv: a {{ users.2.name }}\n        ^^^^^^^^^^^^',
    ],
    [
      'v: a {{ skipped.rc }}',
      '[undefined-field] 1:9 "skipped" has no "rc": its task was skipped\nv: a {{ skipped.rc }}\n        ^^^^^^^^^^\n-> ask for skipped.skipped first',
    ],
    [
      'v: a {{ net.toString }}',
      '[undefined-field] 1:9 "net" has no "toString"\nv: a {{ net.toString }}\n        ^^^^^^^^^^^^\n-> it has: dns, name, two words, constructor',
    ],
    [
      'v: a {{ net.dns.__proto__ }}',
      '[undefined-field] 1:9 "net.dns" has no "__proto__"\nv: a {{ net.dns.__proto__ }}\n        ^^^^^^^^^^^^^^^^^\n-> it has: first',
    ],
    [
      'v: a {{ net }}',
      '[template-type] 1:9 "net" is a map\nv: a {{ net }}\n        ^^^\n-> print it with {{ json net }}, or a list with {{ join net "," }}',
    ],
    [
      'v: a {{ hosts }}',
      '[template-type] 1:9 "hosts" is a list\nv: a {{ hosts }}\n        ^^^^^\n-> print it with {{ json hosts }}, or a list with {{ join hosts "," }}',
    ],
    [
      'v: a {{ empty }}',
      '[template-type] 1:9 "empty" is null\nv: a {{ empty }}\n        ^^^^^\n-> give it a value, or say what stands for it: {{ default empty "" }}',
    ],
    [
      'v: a {{ join env "," }}',
      '[template-type] 1:6 "join" takes a list, not text\nv: a {{ join env "," }}\n     ^^^^^^^^^^^^^^^^^^',
    ],
    [
      'v: a {{ upper hosts }}',
      '[template-type] 1:6 "upper" takes text, not a list\nv: a {{ upper hosts }}\n     ^^^^^^^^^^^^^^^^^',
    ],
    [
      'v: a {{#each env}}{{/each}}',
      '[template-type] 1:14 {{#each}} takes a list or a map, not text\nv: a {{#each env}}{{/each}}\n             ^^^',
    ],
    [
      'v: a {{#each users}}{{env}}{{/each}}',
      '[undefined-field] 1:23 it has no "env"\nv: a {{#each users}}{{env}}{{/each}}\n                      ^^^\n-> for the variable write {{ @root.env }}',
    ],
    [
      'v: >-\n  one\n  two {{ envv }}\n',
      '[undefined-variable] 3:10 there is no variable called "envv"\n  two {{ envv }}\n         ^^^^\n-> did you mean "env"?',
    ],
    [
      'v: "a\\tb {{ envv }}"',
      '[undefined-variable] 1:13 there is no variable called "envv"\nv: "a\\tb {{ envv }}"\n            ^^^^\n-> did you mean "env"?',
    ],
    [
      "v: 'it''s {{ envv }}'",
      '[undefined-variable] 1:14 there is no variable called "envv"\nv: \'it\'\'s {{ envv }}\'\n             ^^^^\n-> did you mean "env"?',
    ],
  ];
  for (const [yaml, expected] of trials)
    it(yaml.replaceAll('\n', '⏎'), () => assert.equal(evaluated(yaml), expected));
});

describe('a template that is refused', () => {
  const trials: readonly (readonly [string, string])[] = [
    [
      "v: a {{ x | default('y') }}",
      '[jinja] 1:6 Jinja filters are not known here\nv: a {{ x | default(\'y\') }}\n     ^^^^^^^^^^^^^^^^^^^^^^\n-> write {{ default x "y" }}',
    ],
    [
      "v: a {{ x.y | join(', ') }}",
      '[jinja] 1:6 Jinja filters are not known here\nv: a {{ x.y | join(\', \') }}\n     ^^^^^^^^^^^^^^^^^^^^^^\n-> write {{ join x.y ", " }}',
    ],
    [
      'v: a {{ x | to_json }}',
      '[jinja] 1:6 Jinja filters are not known here\nv: a {{ x | to_json }}\n     ^^^^^^^^^^^^^^^^^\n-> write {{ json x }}',
    ],
    [
      'v: a {{ x | int }}',
      '[jinja] 1:6 Jinja filters are not known here\nv: a {{ x | int }}\n     ^^^^^^^^^^^^^\n-> write {{ x }}: a lone {{ x }} keeps its type',
    ],
    [
      'v: a {{ x | d(a) | e }}',
      '[jinja] 1:6 Jinja filters are not known here\nv: a {{ x | d(a) | e }}\n     ^^^^^^^^^^^^^^^^^^\n-> write {{ xml (default x a) }}',
    ],
    [
      "v: a {{ x['y'].z[0] }}",
      "[jinja] 1:6 square brackets are not known here\nv: a {{ x['y'].z[0] }}\n     ^^^^^^^^^^^^^^^^^\n-> write {{ x.y.z.[0] }}",
    ],
    [
      'v: a {{ upper x.0 }}',
      '[jinja] 1:6 the number of an item goes in square brackets\nv: a {{ upper x.0 }}\n     ^^^^^^^^^^^^^^^\n-> write {{ upper x.[0] }}',
    ],
    [
      'v: a {{ x == y }}',
      '[jinja] 1:6 operators are not known in {{ }}\nv: a {{ x == y }}\n     ^^^^^^^^^^^^\n-> write {{ eq x y }}',
    ],
    [
      'v: a {{ x + 1 }}',
      '[jinja] 1:6 operators are not known in {{ }}\nv: a {{ x + 1 }}\n     ^^^^^^^^^^^\n-> put texts side by side, {{ a }}{{ b }}; sums are for CEL (when, loop, assert)',
    ],
    [
      "v: a {{ 'y' if x else 'n' }}",
      "[jinja] 1:6 \"… if … else …\" is not known here\nv: a {{ 'y' if x else 'n' }}\n     ^^^^^^^^^^^^^^^^^^^^^^^\n-> write {{#if x}}y{{else}}n{{/if}}",
    ],
    [
      "v: a {{ lookup('env', 'HOME') }}",
      "[jinja] 1:6 calls with round brackets are not known here\nv: a {{ lookup('env', 'HOME') }}\n     ^^^^^^^^^^^^^^^^^^^^^^^^^^^\n-> give it on the command line: -e home=\"$HOME\"",
    ],
    [
      'v: a {% if x %}b{% endif %}',
      '[jinja] 1:6 this is Jinja; texts are Handlebars here\nv: a {% if x %}b{% endif %}\n     ^^^^^^^^^^\n-> write {{#if x}} … {{else}} … {{/if}}',
    ],
    [
      'v: ps --format {{.Names}}',
      "[go-template] 1:16 this is a Go template, which is not for us to fill in\nv: ps --format {{.Names}}\n               ^^^^^^^^^^\n-> for docker's own templates write \\{{.Names}}",
    ],
    [
      'v: a {{range .Mounts}}b{{end}}',
      "[go-template] 1:6 this is a Go template, which is not for us to fill in\nv: a {{range .Mounts}}b{{end}}\n     ^^^^^^^^^^^^^^^^^\n-> for docker's own templates write \\{{range .Mounts}}\n[go-template] 1:24 this is a Go template, which is not for us to fill in\nv: a {{range .Mounts}}b{{end}}\n                       ^^^^^^^\n-> for docker's own templates write \\{{end}}",
    ],
    [
      'v: a {{json .}}',
      '[template-syntax] 1:13 "this" is nothing outside of {{#each}} and {{#with}}\nv: a {{json .}}\n            ^\n-> name a variable, or write \\{{ where the braces are meant literally',
    ],
    [
      'v: a {{ uper x }}',
      '[unknown-helper] 1:9 no helper is called "uper"\nv: a {{ uper x }}\n        ^^^^\n-> did you mean "upper"?',
    ],
    [
      'v: a {{ upper }}{{ upper a b }}',
      '[template-syntax] 1:17 "upper" takes 1 value, not 2\nv: a {{ upper }}{{ upper a b }}\n                ^^^^^^^^^^^^^^^\n-> write {{ upper text }}',
    ],
    [
      'v: a {{ json x indnt=2 }}',
      '[template-syntax] 1:16 "json" has no option "indnt"\nv: a {{ json x indnt=2 }}\n               ^^^^^^^\n-> write {{ json value [indent=2] }}',
    ],
    [
      'v: a {{#iff x}}{{/iff}}',
      '[unknown-helper] 1:9 no block is called "iff"\nv: a {{#iff x}}{{/iff}}\n        ^^^\n-> did you mean "if"?',
    ],
    [
      'v: a {{#users}}{{/users}}',
      '[unknown-helper] 1:9 no block is called "users"\nv: a {{#users}}{{/users}}\n        ^^^^^\n-> write {{#if users}} or {{#each users}}',
    ],
    [
      'v: a {{#if eq x 1}}{{/if}}',
      '[template-syntax] 1:6 {{#if}} takes one value\nv: a {{#if eq x 1}}{{/if}}\n     ^^^^^^^^^^^^^^\n-> write {{#if (eq x 1)}}',
    ],
    [
      'v: a {{#if x}}b',
      '[template-syntax] 1:6 {{#if}} is never closed\nv: a {{#if x}}b\n     ^^^^^^^^^\n-> write {{/if}} behind it',
    ],
    [
      'v: a {{#if x}}{{/each}}',
      '[template-syntax] 1:9 {{#if}} is closed by {{/each}}\nv: a {{#if x}}{{/each}}\n        ^^',
    ],
    ['v: a {{/if}}', '[template-syntax] 1:6 {{/if}} closes nothing\nv: a {{/if}}\n     ^^^^^^^'],
    [
      'v: a {{else}}',
      '[template-syntax] 1:6 {{else}} stands outside of {{#if}} and {{#each}}\nv: a {{else}}\n     ^^^^^^^^',
    ],
    [
      'v: a {{ x',
      '[template-syntax] 1:6 {{ is never closed\nv: a {{ x\n     ^^\n-> write }} behind it, or \\{{ where the braces are meant literally',
    ],
    [
      'v: a {{ x }}}',
      '[template-syntax] 1:11 {{ is closed by }}}\nv: a {{ x }}}\n          ^^^\n-> put a space between }} and }',
    ],
    [
      'v: a {{> part}}',
      '[template-syntax] 1:6 partials and decorators are not known here\nv: a {{> part}}\n     ^^^^^^^^^^\n-> write the text itself',
    ],
    [
      'v: a {{ ../x }}',
      '[template-syntax] 1:9 "../" leads out of the template\nv: a {{ ../x }}\n        ^^^^\n-> outside of {{#each}} and {{#with}} there is nothing above',
    ],
    [
      'v: a {{ @index }}',
      '[template-syntax] 1:9 there is no "@index" here\nv: a {{ @index }}\n        ^^^^^^\n-> in {{#each}} there are @index, @key, @first and @last',
    ],
  ];
  for (const [yaml, expected] of trials) it(yaml, () => assert.equal(evaluated(yaml), expected));

  it('is the only one of its file that is lost', () => {
    const { value, diagnostics } = compileTemplate(
      yamlOf('a: "{{ x | y }}"\nb: "{{ env }}"\nc: "{{ foo x }}"'),
    );
    assert.equal(diagnostics.length, 2);
    assert.deepEqual([...value.reads], ['env']);
  });
});

describe('any text at all', () => {
  const piece = fc.constantFrom(
    '{{',
    '}}',
    '{{{',
    '}}}',
    '{{#if ',
    '{{/if}}',
    '{{else}}',
    '{{#each ',
    '{{/each}}',
    '../',
    '@index',
    ' as |x|',
    '"',
    "'",
    '\\',
    '|',
    '.',
    'a',
    'env',
    ' ',
    '\n',
    '(',
    ')',
    'json ',
    'default ',
    '~',
    '!',
    '%}',
    '{% if',
    'é',
  );
  const texts = fc.array(piece, { maxLength: 25 }).map((pieces) => pieces.join(''));

  it('is compiled or refused with a place, and rendered without a throw', () => {
    fc.assert(
      fc.property(texts, (value) => {
        const span = whole(value);
        const node: YamlNode = { kind: 'scalar', span, value, written: value, quoted: true };
        const { value: template, diagnostics } = compileTemplate(node);
        for (const { at } of diagnostics) assert.ok(at && at.line >= 1 && at.column >= 1);
        const result = template.evaluate(scopeOf({ env: 'x', a: [{ env: 1 }] }));
        if (result.kind === 'fault') assert.ok(result.diagnostic.message.length > 0);
        if (!mayHoldMustache(value)) assert.deepEqual(result, { kind: 'value', value });
      }),
      { numRuns: 3000 },
    );
  });

  it('many small values take no longer each than a few @slow', () => {
    const compiled = (count: number) => {
      const line = (_: unknown, i: number) => `- "host-{{ env }}-{{ a${count}_${i}.b }}"`;
      const node = yamlOf(Array.from({ length: count }, line).join('\n'));
      return () => assert.equal(compileTemplate(node).diagnostics.length, 0);
    };
    const times = growth(5000, compiled);
    assert.ok(times < 20, `${times}`);
  });
});
