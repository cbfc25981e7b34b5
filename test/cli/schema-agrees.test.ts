import assert from 'node:assert/strict';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { schemaOf } from '../../src/runner/commands/schema.ts';
import { KEYS, type Place, STRUCTURE } from '../../src/runner/language/keywords.ts';
import { CONTROL } from '../../src/runner/language/loop.ts';
import { loadPlaybook } from '../../src/runner/language/playbook.ts';
import { taskTypes } from '../../src/runner/tasks/index.generated.ts';
import { memory } from '../language/project.ts';

const ajv = new Ajv({ strict: true, allowUnionTypes: true, strictTypes: false, strictRequired: false });
const validate = ajv.compile(JSON.parse(JSON.stringify(schemaOf('playbook'))));

const SCALARS = ['', 'true', '5', '-1', '0', '1.5', 'word', 'yes', '"a b"', '""', '"  "', '"5"', '"50%"'];
const OTHERS = [
  '"{{ v }}"',
  '"a{{ v }}"',
  '[]',
  '[[word]]',
  '[{a: b}]',
  '[null]',
  '{}',
  '{a: b}',
  '{a: null}',
];
const VALUES = [...SCALARS, ...OTHERS, ...['word', 'true', '5', 'yes', '"{{ v }}"'].map((one) => `[${one}]`)];

/** One of each kind, for the many parameters. */
const KINDS = ['true', '5', '1.5', 'word', '[]', '[[word]]', '[{a: b}]', '["{{ v }}"]', '{}', '{a: b}'];

/** What only lint can know: what an expression says, and which names, files, roles and handlers there are. */
const DEEPER = new Set([
  'cel-syntax',
  'not-boolean',
  'reserved-name',
  'missing-file',
  'unknown-role',
  'unknown-handler',
]);

const inTasks = (text: string) => `- hosts: all\n  tasks:\n    - ${text}\n`;
const own = (key: string, line: string, else_: string) =>
  line.startsWith(`${key}:`) ? line : `${else_}\n  ${line}`;
const FRAMES: Readonly<Record<Place, (line: string) => string>> = {
  play: (line) => `- ${own('hosts', line, 'hosts: all')}\n`,
  role: (line) => `- hosts: all\n  roles:\n    - ${own('role', line, 'role: r').replace('\n', '\n    ')}\n`,
  task: (line) => inTasks(`debug: {msg: x}\n      ${line}`),
  handler: (line) =>
    `- hosts: all\n  handlers:\n    - debug: {msg: x}\n      ${own('name', line, 'name: h').replace('\n', '\n    ')}\n`,
  block: (line) => inTasks(own('block', line, 'block: [{debug: {msg: x}}]').replace('\n', '\n    ')),
  import: (line) => inTasks(`import_tasks: t.yaml\n      ${line}`),
  include: (line) => inTasks(`include_tasks: t.yaml\n      ${line}`),
  meta: (line) => inTasks(`meta: noop\n      ${line}`),
  import_playbook: (line) => `- ${own('import_playbook', line, 'import_playbook: p.yaml')}\n`,
};

function errors(text: string) {
  const role = { 'roles/r/tasks/main.yaml': '- debug: {msg: z}\n' };
  const files = { 'site.yaml': text, 't.yaml': '- debug: {msg: y}\n', 'p.yaml': '- hosts: all\n', ...role };
  const { diagnostics } = loadPlaybook('/project/site.yaml', { taskTypes, io: memory(files) });
  return diagnostics.filter(({ severity }) => severity !== 'warning');
}

/** Where lint and the editor's schema say otherwise of the same text. */
function quarrel(text: string): string[] {
  const found = errors(text);
  const fits = validate(parse(text));
  const isDeeper = found.length > 0 && found.every(({ code }) => DEEPER.has(code));
  if (fits === (found.length === 0) || (fits && isDeeper)) return [];
  return [`${text}  lint: ${found[0]?.message ?? 'fine'} | schema: ${fits ? 'fine' : 'refused'}`];
}

const tried = (key: string, frame: (line: string) => string) =>
  assert.deepEqual(
    VALUES.flatMap((value) => quarrel(frame(`${key}: ${value}`))),
    [],
  );

describe('lint and the schema of an editor agree on what a keyword takes', () => {
  for (const [place, frame] of Object.entries(FRAMES))
    it(`of ${place}`, () => {
      for (const key of KEYS[place as Place])
        tried(key, (line) => frame(key === 'loop_control' ? `${line}\n      loop: [1]` : line));
    });

  it('of what stands in place of a task', () => {
    for (const key of STRUCTURE) tried(key, inTasks);
  });

  it('of a loop, an include and a role', () => {
    for (const key of CONTROL)
      tried(key, (line) => inTasks(`debug: {msg: x}\n      loop: [1]\n      loop_control: {${line}}`));
    tried('file', (line) => inTasks(`include_tasks: {${line}}`));
    tried('name', (line) => inTasks(`import_role: {${line}}`));
    tried('tasks_from', (line) => inTasks(`include_role: {name: r, ${line}}`));
  });

  it('of a parameter', () => {
    const found = [...taskTypes].flatMap(([name, { schema }]) => {
      const needed = [...(schema.required ?? []), ...(schema.exactlyOne ?? []).map(([first]) => first!)];
      const rivals = (one: string) => (schema.exactlyOne ?? []).find((group) => group.includes(one)) ?? [one];
      return Object.keys(schema.properties).flatMap((param) =>
        KINDS.flatMap((value) => {
          const others = needed.filter((one) => !rivals(param).includes(one)).map((one) => `${one}: x`);
          return quarrel(inTasks([`${name}:`, ...others, `${param}: ${value}`].join('\n        ')));
        }),
      );
    });
    assert.deepEqual(found, []);
  });
});
