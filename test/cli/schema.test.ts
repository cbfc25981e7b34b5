import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { type SchemaKind, schemaOf } from '../../src/runner/commands/schema.ts';
import { KEYWORD_SCHEMAS } from '../../src/runner/language/keyword-schemas.ts';
import { KEYS, STRUCTURE } from '../../src/runner/language/keywords.ts';
import { FakeProcess, runFake } from './fake-process.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const ajv = new Ajv({ strict: true, allowUnionTypes: true, strictTypes: false, strictRequired: false });
const validators = new Map(
  (['playbook', 'inventory', 'role'] as const).map((kind) => [
    kind,
    ajv.compile(JSON.parse(JSON.stringify(schemaOf(kind)))),
  ]),
);
const wrongWith = (kind: SchemaKind, text: string): string | null => {
  const validate = validators.get(kind)!;
  const document = parse(text, { customTags: [{ tag: '!vault', resolve: (value: string) => value }] });
  return validate(document) ? null : JSON.stringify(validate.errors!.slice(0, 5));
};
const filesIn = (dir: string) =>
  readdirSync(join(ROOT, dir))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => join(ROOT, dir, name));

describe('mama-play schema', () => {
  it('has words for every keyword, and for no other', () => {
    const known = new Set([...Object.values(KEYS).flat(), ...STRUCTURE]);
    assert.deepEqual(Object.keys(KEYWORD_SCHEMAS).sort(), [...known].sort());
    for (const [name, { description }] of Object.entries(KEYWORD_SCHEMAS)) assert.ok(description, name);
  });

  it('fits what is right', () => {
    const roles = readdirSync(join(ROOT, 'roles')).map((role) => join(ROOT, 'roles', role, 'variables.yaml'));
    const all = [
      ...filesIn('playbooks').map((file) => ['playbook', file] as const),
      ...filesIn('inventory').map((file) => ['inventory', file] as const),
      ...roles.map((file) => ['role', file] as const),
    ];
    assert.ok(all.length >= 8);
    for (const [kind, file] of all) assert.equal(wrongWith(kind, readFileSync(file, 'utf8')), null, file);
    for (const role of ['app', 'infr'])
      for (const file of filesIn(`roles/${role}/tasks`)) {
        const tasks = readFileSync(file, 'utf8').replace(/^/gm, '    ');
        assert.equal(wrongWith('playbook', `- hosts: all\n  tasks:\n${tasks}`), null, file);
      }
  });

  it('fits each form of serial', () => {
    for (const serial of ['2', '"2"', '30%', '[1, 12.5%, 0]'])
      assert.equal(wrongWith('playbook', `- hosts: all\n  serial: ${serial}`), null, serial);
  });

  it('is printed, one or all', async () => {
    const print = async (...words: string[]) => runFake(new FakeProcess(ROOT), ['schema', ...words]);
    const all = JSON.parse((await print()).out);
    assert.deepEqual(Object.keys(all), ['playbook', 'inventory', 'role']);
    assert.deepEqual(JSON.parse((await print('role')).out), all.role);
    const { code, err } = await print('plybook');
    assert.deepEqual(
      [code, err.split('\n')[0]],
      [1, 'mama-play: there is no schema "plybook": playbook, inventory, role'],
    );
  });

  it('is what the editor of this repository is told of', () => {
    const settings = JSON.parse(readFileSync(join(ROOT, '.vscode/settings.json'), 'utf8'));
    const files = Object.keys(settings['yaml.schemas']);
    assert.deepEqual(
      files,
      ['playbook', 'inventory', 'role'].map((kind) => `./dist/schemas/${kind}.json`),
    );
  });

  const WRONG: readonly (readonly [SchemaKind, string])[] = [
    ['playbook', '- tasks: []'],
    ['playbook', '- hosts: all\n  taks: []'],
    ['playbook', '- hosts: all\n  tasks: [{ name: x }]'],
    ['playbook', '- hosts: all\n  tasks: [{ debgu: { msg: x } }]'],
    ['playbook', '- hosts: all\n  tasks: [{ debug: { msg: x }, shell: ls }]'],
    ['playbook', '- hosts: all\n  tasks: [{ file: { path: /x, state: dir } }]'],
    ['playbook', '- hosts: all\n  tasks: [{ file: { path: /x, state: directory, mode: 755 } }]'],
    ['playbook', '- hosts: all\n  tasks: [{ file: { state: directory } }]'],
    ['playbook', '- hosts: all\n  tasks: [{ debug: { msg: x }, become: "yes" }]'],
    ['playbook', '- hosts: all\n  tasks: [{ debug: { msg: x }, listen: y }]'],
    ['playbook', '- hosts: all\n  tasks: [{ block: [{ debug: { msg: x } }], register: y }]'],
    ['playbook', '- hosts: all\n  strategy: fast'],
    ['playbook', '- hosts: all\n  serial: many'],
    ['playbook', '- hosts: all\n  serial: [1, "x%"]'],
    ['playbook', '- import_playbook: x.yaml\n  hosts: all'],
    ['inventory', 'all: { host: { a: } }'],
    ['inventory', 'all: { hosts: [a] }'],
    ['role', 'properties: { a: { type: text } }'],
    ['role', 'properties: { a: { typ: string } }'],
    ['role', 'a: { type: string }'],
  ];
  for (const [kind, text] of WRONG)
    it(`refuses ${JSON.stringify(text)}`, () => assert.notEqual(wrongWith(kind, text), null));
});
