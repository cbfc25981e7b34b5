import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Json, JsonObject } from '../../src/runner/contract/json.ts';
import type { ParamSchema, ParamsSchema } from '../../src/runner/contract/schema.ts';
import { localTask, type TaskType } from '../../src/runner/contract/task-type.ts';
import { compileParams, validateParams } from '../../src/runner/language/params.ts';
import { plainlyFits } from '../../src/runner/language/params-schema.ts';
import { constantTemplate } from '../../src/runner/language/template.ts';
import { allShown, growth, outcome, scopeOf, valueIn } from './values-support.ts';

function taskType(
  name: string,
  schema: Omit<ParamsSchema, 'type' | 'description'>,
  short?: string,
): TaskType {
  const full: ParamsSchema = { type: 'object', description: 'A trial.', ...schema };
  return localTask({ name, schema: full, ...(short ? { short } : {}), evaluate: () => ({ result: {} }) });
}

const at = { file: 'p', line: 1, column: 1 };

const file = taskType('file', {
  additionalProperties: false,
  required: ['path'],
  properties: {
    path: { type: 'string', minLength: 1, aliases: ['dest', 'name'], description: 'Where it is.' },
    state: { enum: ['file', 'directory', 'absent'], default: 'file', description: 'What it is.' },
    mode: { type: 'string', pattern: '^[0-7]{3,4}$', examples: ['0644'], description: 'Permissions.' },
    recurse: { type: 'boolean', default: false, description: 'Below it too.' },
    size: { type: 'integer', minimum: 1, maximum: 9, description: 'Its size.' },
    ratio: { type: 'number', description: 'A fraction.' },
    env: { type: 'object', additionalProperties: { type: 'string' }, description: 'Variables.' },
    tags: {
      anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
      description: 'Words.',
    },
    ports: {
      type: 'array',
      items: { type: ['string', 'integer'] },
      minItems: 1,
      uniqueItems: true,
      description: 'Ports.',
    },
    health: {
      type: 'object',
      additionalProperties: false,
      required: ['cmd'],
      properties: {
        cmd: { type: 'string', description: 'What to run.' },
        retries: { type: 'integer', default: 3, description: 'How often.' },
      },
      description: 'How its health is asked.',
    },
    password: { type: 'string', secret: true, enum: ['abc', 'def'], description: 'A secret.' },
  },
});

const command = taskType(
  'command',
  {
    additionalProperties: false,
    exactlyOne: [['cmd', 'argv']],
    properties: {
      cmd: { type: 'string', description: 'The command.' },
      argv: { type: 'array', items: { type: 'string' }, description: 'Its words.' },
      creates: { type: 'string', description: 'A file.' },
    },
  },
  'cmd',
);

const check = taskType('check', {
  additionalProperties: false,
  required: ['that'],
  properties: {
    that: { type: ['string', 'array'], cel: true, items: { type: 'string' }, description: 'Conditions.' },
    one: { type: 'string', cel: true, description: 'One expression.' },
  },
});

const open = taskType('open', { additionalProperties: true, properties: {} });

const VARIABLES: Readonly<Record<string, Json>> = {
  env: 'prod',
  n: 3,
  port: '8',
  yes: true,
  word: 'true',
  none: null,
  m: { a: 1 },
  l: ['x', 2],
};

/** What the task type would get, or all that is said instead. */
function given(type: TaskType, yaml: string): string {
  const { value: template, diagnostics } = compileParams(type, valueIn(yaml));
  if (diagnostics.length > 0) return allShown(diagnostics);
  const rendered = template.evaluate(scopeOf(VARIABLES));
  if (rendered.kind !== 'value') return outcome(rendered);
  const valid = validateParams(type, rendered.value, template);
  return 'value' in valid ? JSON.stringify(valid.value) : `at run time: ${allShown(valid.diagnostics)}`;
}

describe('parameters', () => {
  const trials: readonly (readonly [TaskType, string, JsonObject])[] = [
    [file, 'file: {path: /x}', { path: '/x', state: 'file', recurse: false }],
    [file, 'file: {dest: /x, state: absent, recurse: true}', { path: '/x', state: 'absent', recurse: true }],
    [
      file,
      'file: {path: "/{{ env }}", mode: "0644"}',
      { path: '/prod', mode: '0644', state: 'file', recurse: false },
    ],
    [
      file,
      'file: {path: "{{ n }}", size: "{{ port }}"}',
      { path: '3', size: 8, state: 'file', recurse: false },
    ],
    [file, 'file: {path: a, recurse: "{{ word }}"}', { path: 'a', recurse: true, state: 'file' }],
    [
      file,
      'file: {path: a, mode: "{{ none }}", env: {A: "{{ none }}", B: "{{ n }}", C: "{{ yes }}"}}',
      { path: 'a', env: { B: '3', C: 'true' }, state: 'file', recurse: false },
    ],
    [
      file,
      'file: {path: a, ratio: 2.50, size: 1.0}',
      { path: 'a', ratio: 2.5, size: 1, state: 'file', recurse: false },
    ],
    [file, 'file: {path: 1.10}', { path: '1.10', state: 'file', recurse: false }],
    [
      file,
      'file: {path: a, tags: [x, "{{ env }}"], ports: [80, "81:81"]}',
      { path: 'a', tags: ['x', 'prod'], ports: [80, '81:81'], state: 'file', recurse: false },
    ],
    [
      file,
      'file: {path: a, health: {cmd: curl}}',
      { path: 'a', health: { cmd: 'curl', retries: 3 }, state: 'file', recurse: false },
    ],
    [command, 'command: uptime', { cmd: 'uptime' }],
    [command, 'command: echo {{ env }} a=b', { cmd: 'echo prod a=b' }],
    [command, 'command: {argv: [a, b], creates: /x}', { argv: ['a', 'b'], creates: '/x' }],
    [check, 'check: {that: env == "prod"}', { that: { expr: 'env == "prod"', value: true } }],
    [
      check,
      'check: {that: [n > 1, yes], one: true}',
      {
        that: [
          { expr: 'n > 1', value: true },
          { expr: 'yes', value: true },
        ],
        one: { expr: 'true', value: true },
      },
    ],
    [
      check,
      'check: {that: n, one: m}',
      { that: { expr: 'n', value: 3 }, one: { expr: 'm', value: { a: 1 } } },
    ],
    [open, 'open: {a: "{{ m }}", b: [1, x], c: 1.10}', { a: { a: 1 }, b: [1, 'x'], c: '1.10' }],
    [open, 'open:', {}],
  ];
  for (const [type, yaml, expected] of trials) {
    it(yaml, () => assert.equal(given(type, yaml), JSON.stringify(expected)));
  }

  it('read what their templates and expressions read', () => {
    const { value } = compileParams(check, valueIn('check: {that: [a == 1, has(vars.b)], one: c}'));
    assert.deepEqual(
      [[...value.reads], [...value.mentions]],
      [
        ['a', 'c'],
        ['a', 'b', 'c'],
      ],
    );
  });

  it('hang on what is not known', () => {
    assert.equal(given(check, 'check: {that: unknown}'), 'unknown: it is not made yet');
    assert.equal(given(file, 'file: {path: "{{ unknown }}"}'), 'unknown: it is not made yet');
  });

  it('pass on what can not be evaluated', () => {
    assert.equal(
      given(check, 'check: {that: nope}'),
      '[undefined-variable] 1:15 there is no variable called "nope"\ncheck: {that: nope}\n              ^^^^\n-> did you mean "none"?',
    );
  });

  it('that were not written in a file are checked too', () => {
    const at = { file: '-', line: 1, column: 1 };
    assert.deepEqual(validateParams(file, { dest: '/x' }, constantTemplate({}, at)), {
      value: { path: '/x', state: 'file', recurse: false },
    });
    assert.deepEqual(validateParams(file, 5, constantTemplate(5, at)), {
      diagnostics: [{ code: 'missing-parameter', at, message: '"file" needs "path"', hint: 'Where it is.' }],
    });
  });
});

describe('parameters that are refused before a host is touched', () => {
  const trials: readonly (readonly [TaskType, string, string])[] = [
    [
      file,
      'file: {path: /x, mode: 0644}',
      '[wrong-type] 1:24 "mode" must be text, and this is a number\nfile: {path: /x, mode: 0644}\n                       ^^^^\n-> quote it: "0644"',
    ],
    [
      file,
      'file: {path: /x, mode: 755}',
      '[wrong-type] 1:24 "mode" must be text, and this is a number\nfile: {path: /x, mode: 755}\n                       ^^^\n-> quote it: "755"',
    ],
    [
      file,
      'file: {path: /x, mode: 0o644}',
      '[wrong-type] 1:24 "mode" must be text, and this is a number\nfile: {path: /x, mode: 0o644}\n                       ^^^^^\n-> quote it: "0644"',
    ],
    [
      file,
      'file: {path: /x, mode: "0999"}',
      '[bad-value] 1:24 "mode" has not the right form\nfile: {path: /x, mode: "0999"}\n                       ^^^^^^\n-> such as "0644"',
    ],
    [
      file,
      'file: {path: /x, recurse: yes}',
      '[wrong-type] 1:27 "recurse" must be true or false, and this is text\nfile: {path: /x, recurse: yes}\n                          ^^^\n-> write true',
    ],
    [
      file,
      'file: {path: /x, recurse: Off}',
      '[wrong-type] 1:27 "recurse" must be true or false, and this is text\nfile: {path: /x, recurse: Off}\n                          ^^^\n-> write false',
    ],
    [
      file,
      'file: {path: /x, recurse: "true"}',
      '[wrong-type] 1:27 "recurse" must be true or false, and this is text\nfile: {path: /x, recurse: "true"}\n                          ^^^^^^\n-> write true, without quotes',
    ],
    [
      file,
      'file: {path: /x, size: "5"}',
      '[wrong-type] 1:24 "size" must be a whole number, and this is text\nfile: {path: /x, size: "5"}\n                       ^^^\n-> take the quotes away',
    ],
    [
      file,
      'file: {path: /x, size: 0}',
      '[bad-value] 1:24 "size" must be at least 1\nfile: {path: /x, size: 0}\n                       ^',
    ],
    [
      file,
      'file: {path: /x, size: 10}',
      '[bad-value] 1:24 "size" must be at most 9\nfile: {path: /x, size: 10}\n                       ^^',
    ],
    [
      file,
      'file: {path: /x, size: 1.5}',
      '[wrong-type] 1:24 "size" must be a whole number, and this is a number\nfile: {path: /x, size: 1.5}\n                       ^^^',
    ],
    [
      file,
      'file: {pth: /x}',
      '[unknown-parameter] 1:8 "file" has no parameter "pth"\nfile: {pth: /x}\n       ^^^\n-> did you mean "path"?',
    ],
    [
      file,
      'file: {path: /x, dst: /y}',
      '[unknown-parameter] 1:18 "file" has no parameter "dst"\nfile: {path: /x, dst: /y}\n                 ^^^\n-> did you mean "dest"?',
    ],
    [
      file,
      'file: {path: /x, when: a}',
      '[unknown-parameter] 1:18 "file" has no parameter "when"\nfile: {path: /x, when: a}\n                 ^^^^\n-> "when" is of the task: write it beside file, not below it',
    ],
    [
      file,
      'file: {path: /x, zzz: a}',
      '[unknown-parameter] 1:18 "file" has no parameter "zzz"\nfile: {path: /x, zzz: a}\n                 ^^^\n-> it takes: path, state, mode, recurse, size, ratio, env, tags, ports, health, password',
    ],
    [
      file,
      'file: {state: absent}',
      '[missing-parameter] 1:8 "file" needs "path"\nfile: {state: absent}\n       ^^^^^\n-> Where it is.',
    ],
    [
      file,
      'file: {dest: /x, path: /y}',
      '[conflicting-parameters] 1:18 "path" and "dest" are the same parameter\nfile: {dest: /x, path: /y}\n                 ^^^^\n-> remove one of them',
    ],
    [
      file,
      'file: {path: ""}',
      '[bad-value] 1:14 "path" must not be empty\nfile: {path: ""}\n             ^^',
    ],
    [
      file,
      'file: {path: }',
      '[wrong-type] 1:14 "path" has no value\nfile: {path: }\n             ^\n-> give text, or remove it',
    ],
    [
      file,
      'file: {path: /x, state: dirctory}',
      '[bad-value] 1:25 "state" must be file, directory or absent\nfile: {path: /x, state: dirctory}\n                        ^^^^^^^^\n-> did you mean "directory"?',
    ],
    [
      file,
      'file: {path: /x, env: {A: 1}}',
      '[wrong-type] 1:27 "env.A" must be text, and this is a number\nfile: {path: /x, env: {A: 1}}\n                          ^\n-> quote it: "1"',
    ],
    [
      file,
      'file: {path: /x, tags: 5}',
      '[wrong-type] 1:24 "tags" must be text or a list, and this is a number\nfile: {path: /x, tags: 5}\n                       ^\n-> quote it: "5"',
    ],
    [
      file,
      'file: {path: /x, tags: [a, true]}',
      '[wrong-type] 1:28 "tags[1]" must be text, and this is true\nfile: {path: /x, tags: [a, true]}\n                           ^^^^\n-> quote it: "true"',
    ],
    [
      file,
      'file: {path: /x, tags: {a: b}}',
      '[wrong-type] 1:24 "tags" must be text or a list, and this is a map\nfile: {path: /x, tags: {a: b}}\n                       ^^^^^^',
    ],
    [
      file,
      'file: {path: /x, ports: 80}',
      '[wrong-type] 1:25 "ports" must be a list, and this is a number\nfile: {path: /x, ports: 80}\n                        ^^\n-> write a list: […]',
    ],
    [
      file,
      'file: {path: /x, ports: []}',
      '[bad-value] 1:25 "ports" needs at least one item\nfile: {path: /x, ports: []}\n                        ^^',
    ],
    [
      file,
      'file: {path: /x, ports: [1, 1]}',
      '[bad-value] 1:25 "ports" holds one item twice\nfile: {path: /x, ports: [1, 1]}\n                        ^^^^^^\n-> remove one of them',
    ],
    [
      file,
      'file: {path: /x, health: {cmdd: a}}',
      '[missing-parameter] 1:26 "health" needs "cmd"\nfile: {path: /x, health: {cmdd: a}}\n                         ^^^^^^^^^\n-> What to run.\n[unknown-parameter] 1:27 "health" has no "cmdd"\nfile: {path: /x, health: {cmdd: a}}\n                          ^^^^\n-> did you mean "cmd"?',
    ],
    [
      file,
      'file: path=/x state=absent mode=0644',
      '[words] 1:7 parameters are a map here, not words with "="\nfile: path=/x state=absent mode=0644\n      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n-> write file: {path: /x, state: absent, mode: "0644"}',
    ],
    [
      file,
      'file: /x',
      '[wrong-type] 1:7 "file" takes a map of parameters\nfile: /x\n      ^^\n-> write file: {path: …}',
    ],
    [
      file,
      'file: [a]',
      '[wrong-type] 1:7 "file" takes a map of parameters\nfile: [a]\n      ^^^\n-> write file: {path: …}',
    ],
    [file, 'file:', '[missing-parameter] 1:6 "file" needs "path"\nfile:\n     ^\n-> Where it is.'],
    [
      file,
      'file: "{{ m }}"',
      '[wrong-type] 1:7 "file" takes a map of parameters\nfile: "{{ m }}"\n      ^^^^^^^^^\n-> write file: {path: …}',
    ],
    [
      command,
      'command: touch /x creates=/x',
      '[words] 1:10 "creates=" is a parameter of its own\ncommand: touch /x creates=/x\n         ^^^^^^^^^^^^^^^^^^^\n-> write command: {cmd: "touch /x", creates: "/x"}',
    ],
    [
      command,
      'command: {creates: /x}',
      '[missing-parameter] 1:11 "command" needs "cmd" or "argv"\ncommand: {creates: /x}\n          ^^^^^^^',
    ],
    [
      command,
      'command: {cmd: a, argv: [b]}',
      '[conflicting-parameters] 1:19 "command" takes only one of "cmd" or "argv"\ncommand: {cmd: a, argv: [b]}\n                  ^^^^\n-> remove one of them',
    ],
    [
      command,
      'command: [a, b]',
      '[wrong-type] 1:10 "cmd" must be text, and this is a list\ncommand: [a, b]\n         ^^^^^^',
    ],
    [
      check,
      'check: {that: n and yes}',
      '[cel-syntax] 1:17 "and" is "&&" here\ncheck: {that: n and yes}\n                ^^^\n-> write n && yes',
    ],
    [
      check,
      'check: {that: {a: b}}',
      '[wrong-type] 1:15 "that" must be a CEL expression, or a list of them\ncheck: {that: {a: b}}\n              ^^^^^^',
    ],
    [
      check,
      'check: {that: a, one: [b]}',
      '[wrong-type] 1:23 "one" must be a CEL expression\ncheck: {that: a, one: [b]}\n                      ^^^',
    ],
    [
      check,
      'check: {that: }',
      '[wrong-type] 1:15 "that" must be a CEL expression, or a list of them\ncheck: {that: }\n              ^',
    ],
    [
      file,
      'file: {path: "{{ x | d(y) }}", size: "{{ n }}"}',
      '[jinja] 1:15 Jinja filters are not known here\nfile: {path: "{{ x | d(y) }}", size: "{{ n }}"}\n              ^^^^^^^^^^^^^^\n-> write {{ default x y }}',
    ],
  ];
  for (const [type, yaml, expected] of trials) {
    it(yaml, () => assert.equal(given(type, yaml), expected));
  }

  it('never show the value of a secret', () => {
    const said = compileParams(file, valueIn('file: {path: /x, password: abd}')).diagnostics;
    assert.equal(said.length, 1);
    assert.doesNotMatch(JSON.stringify(said), /abd|did you mean/);
  });
});

describe('parameters that turn out wrong on a host', () => {
  const trials: readonly (readonly [TaskType, string, string])[] = [
    [
      file,
      'file: {path: "{{ m }}"}',
      '[wrong-type] 1:14 "path" must be text, and this is a map\nfile: {path: "{{ m }}"}\n             ^^^^^^^^^\n-> to give it as text write {{ json x }}',
    ],
    [
      file,
      'file: {path: "{{ none }}"}',
      '[missing-parameter] 1:7 "file" needs "path"\nfile: {path: "{{ none }}"}\n      ^^^^^^^^^^^^^^^^^^^^\n-> Where it is.',
    ],
    [
      file,
      'file: {path: a, mode: "{{ n }}"}',
      '[wrong-type] 1:23 "mode" must be text, and this is a number\nfile: {path: a, mode: "{{ n }}"}\n                      ^^^^^^^^^\n-> quote it where it is defined: "0644"',
    ],
    [
      file,
      'file: {path: a, state: "{{ env }}"}',
      '[bad-value] 1:24 "state" must be file, directory or absent\nfile: {path: a, state: "{{ env }}"}\n                       ^^^^^^^^^^^',
    ],
    [
      file,
      'file: {path: a, recurse: "{{ env }}"}',
      '[wrong-type] 1:26 "recurse" must be true or false, and this is text\nfile: {path: a, recurse: "{{ env }}"}\n                         ^^^^^^^^^^^',
    ],
    [
      file,
      'file: {path: a, tags: ["{{ env }}", "{{ m }}"]}',
      '[wrong-type] 1:37 "tags[1]" must be text, and this is a map\nfile: {path: a, tags: ["{{ env }}", "{{ m }}"]}\n                                    ^^^^^^^^^\n-> to give it as text write {{ json x }}',
    ],
  ];
  for (const [type, yaml, expected] of trials)
    it(yaml, () => assert.equal(given(type, yaml), `at run time: ${expected}`));
});

describe('any parameters at all', () => {
  it('are read or refused, and never throw', () => {
    const key = fc.constantFrom(
      'path',
      'dest',
      'mode',
      'tags',
      'ports',
      'health',
      'env',
      'that',
      'zz',
      '__proto__',
      '0',
    );
    const leaf = fc.oneof(
      fc.constantFrom('{{ env }}', '{{ m }}', '{{ none }}', '{{ nope }}', '{{', 'yes', 'n > 1'),
      fc.jsonValue({ maxDepth: 2 }),
    );
    const params = fc.oneof(leaf, fc.dictionary(key, leaf), fc.array(leaf, { maxLength: 3 }));
    fc.assert(
      fc.property(fc.constantFrom(file, command, check, open), params, (type, value) => {
        const text = given(type, `v: ${JSON.stringify(value)}`);
        assert.ok(text.length > 0);
      }),
      { numRuns: 1500 },
    );
  });

  it('of many tasks are checked as quickly each as those of a few @slow', () => {
    const node = valueIn('file: {path: "/etc/{{ env }}", mode: "0644", state: file, env: {A: b}}');
    compileParams(file, node);
    const checked = (count: number) => () => {
      for (let i = 0; i < count; i++) assert.equal(compileParams(file, node).diagnostics.length, 0);
    };
    const times = growth(2000, checked);
    assert.ok(times < 20, `${times}`);
  });
});

describe('a schema that names a type and no more', () => {
  const leaf = fc
    .constantFrom('string', 'boolean', 'integer', 'number', 'null', 'object')
    .map((type) => ({ type }));
  const schemas = fc.oneof(
    leaf,
    fc.constant({ type: 'array' }),
    leaf.map((items) => ({ type: 'array', items })),
    fc.constant({ type: 'string', minLength: 3 }),
    fc.constant({ type: 'array', items: { enum: [1, 'a'] } }),
    fc.constant({}),
  ) as fc.Arbitrary<ParamSchema>;
  const values = fc.oneof(fc.jsonValue(), fc.constantFrom<Json>('', 'abc', 1, 1.5, [], [1], ['a'], {}, null));

  it('lets nothing pass that the schema refuses, and what is plain needs no compiling', () => {
    const seen = { fits: 0, refused: 0 };
    fc.assert(
      fc.property(schemas, values, (schema, value) => {
        const type = taskType('t', {
          additionalProperties: false,
          properties: { x: { ...schema, description: 'X.' } },
        });
        const valid = !(
          'diagnostics' in validateParams(type, { x: value as Json }, constantTemplate({}, at))
        );
        const plain = plainlyFits(schema, value as Json);
        if (plain) assert.ok(valid);
        seen[plain ? 'fits' : 'refused']++;
      }),
      { numRuns: 200 },
    );
    assert.ok(seen.fits > 0 && seen.refused > 0);
    assert.ok(plainlyFits({ type: 'array', items: { type: 'string' }, description: 'X.' }, ['a']));
  });
});
