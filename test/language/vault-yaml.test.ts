import assert from 'node:assert/strict';
import type { Json } from '../../src/runner/contract/json.ts';
import type { Secrets } from '../../src/runner/contract/secret.ts';
import { parseExtraVars } from '../../src/runner/language/extra-vars.ts';
import { loadInventory } from '../../src/runner/language/inventory.ts';
import { loadPlaybook } from '../../src/runner/language/playbook.ts';
import { compileTemplate } from '../../src/runner/language/template.ts';
import { encryptVault } from '../../src/runner/language/vault.ts';
import { Vaults } from '../../src/runner/language/vaults.ts';
import { parseYaml, toJson } from '../../src/runner/language/yaml.ts';
import { FAKE_TYPES } from './fake-types.ts';
import { memory, shown, tasksIn } from './project.ts';

const PASSWORD = Buffer.from('pw');

/** Vaults with the one password, and all that they told. */
function vaults(...passwords: string[]) {
  const told: Json[] = [];
  const given = passwords.map((word) => {
    return { label: null, from: 'the password', read: () => Buffer.from(word) };
  });
  const secrets = { add: (value: Json) => told.push(value), addInside: (made: Json) => told.push({ made }) };
  return { told, vaults: new Vaults(given, secrets as unknown as Secrets) };
}

/** A `!vault` value for `key: `, as encrypt-string writes it. */
function value(plain: string): string {
  return `!vault |\n${encryptVault(plain, PASSWORD).replace(/^(?=.)/gm, '          ')}`;
}

describe('!vault in YAML', () => {
  it('is the text inside, whatever it looks like', () => {
    const { told, vaults: open } = vaults('pw');
    const text = `a: ${value('{{ not a template }}')}b: [1]\nc: ${value('007')}d: ${value('two\nlines\n')}`;
    const { value: node, diagnostics } = parseYaml('x.yaml', text, open);
    assert.deepEqual(diagnostics, []);
    const plain = { a: '{{ not a template }}', b: [1], c: '007', d: 'two\nlines\n' };
    assert.deepEqual(toJson(node!), plain);
    assert.deepEqual(told, [plain.a, plain.c, plain.d]);
    const template = compileTemplate(node!).value;
    assert.deepEqual(template.constant, plain, 'braces in a secret mean themselves');
    assert.ok(template.secret);
  });

  it('stands in lists, behind anchors, and under the older tag', () => {
    const { told, vaults: open } = vaults('pw');
    const text = `a:\n  - &x ${value('one')}  - *x\nb: ${value('two').replace('!vault', '!vault-encrypted')}`;
    const { value: node, diagnostics } = parseYaml('x.yaml', text, open);
    assert.deepEqual(diagnostics, []);
    assert.deepEqual(toJson(node!), { a: ['one', 'one'], b: 'two' });
    assert.deepEqual([...new Set(told)], ['one', 'two']);
  });

  it('says once per file that it can not be opened', () => {
    const text = `a: ${value('one')}b: ${value('two')}`;
    assert.deepEqual(parseYaml('x.yaml', text).diagnostics.map(shown), [
      'vault-password x.yaml:1:4 it is encrypted and there is no password to open it with (give it with --vault-password-file FILE, --ask-vault-pass or $MAMA_PLAY_VAULT_PASSWORD_FILE)',
    ]);
    assert.deepEqual(parseYaml('x.yaml', text, vaults('other').vaults).diagnostics.map(shown), [
      'vault-password x.yaml:1:4 no password that was given opens it, or it was changed (tried the password; give it with --vault-password-file FILE, --ask-vault-pass or $MAMA_PLAY_VAULT_PASSWORD_FILE)',
    ]);
  });

  it('must be a vault, and text', () => {
    const wrong = (text: string) => parseYaml('x.yaml', text, vaults('pw').vaults).diagnostics.map(shown);
    const form = 'this is no vault (a vault begins with $ANSIBLE_VAULT;1.1;AES256)';
    assert.deepEqual(wrong('a: !vault plain'), [`not-a-vault x.yaml:1:4 ${form}`]);
    assert.deepEqual(wrong('a: !vault [1]'), [`not-a-vault x.yaml:1:4 ${form}`]);
    const binary = encryptVault(Buffer.from([0xff, 0]), PASSWORD).replace(/^(?=.)/gm, '  ');
    assert.deepEqual(wrong(`a: !vault |\n${binary}`), [
      'not-text x.yaml:1:4 what is encrypted here is no text',
    ]);
  });
});

describe('files that are a vault', () => {
  const sealed = (text: string) => encryptVault(text, PASSWORD);

  it('are read as what is inside; every value is told', () => {
    const { told, vaults: open } = vaults('pw');
    const text = 'a: one\nb: [2, true, null, "{{ a }}!"]\nc: !unsafe "{{ x }}"\n';
    const { value: node, diagnostics } = parseYaml('x.yaml', sealed(text), open);
    assert.deepEqual(diagnostics, []);
    assert.deepEqual(toJson(node!), { a: 'one', b: [2, true, null, '{{ a }}!'], c: '{{ x }}' });
    assert.deepEqual(told, ['one', 2, true, null, '{{ a }}!', '{{ x }}']);
  });

  it('tell what is made of their templates', () => {
    const { told, vaults: open } = vaults('pw');
    const { value: node } = parseYaml('x.yaml', sealed('b: "{{ a }} inside"\n'), open);
    const { value: template } = compileTemplate(node!);
    const scope = { get: () => ({ kind: 'value', value: 'plain' }) as const, names: () => ['a'] };
    assert.deepEqual(template.evaluate(scope), { kind: 'value', value: { b: 'plain inside' } });
    assert.ok(told.includes('plain inside'));
  });

  it('hold encrypted values too', () => {
    const { value: node } = parseYaml('x.yaml', sealed(`a: ${value('inner')}`), vaults('pw').vaults);
    assert.deepEqual(toJson(node!), { a: 'inner' });
  });

  const broken: readonly (readonly [string, string, string])[] = [
    [
      'a syntax error',
      'a: "hush\n',
      'yaml x.yaml:2:1 the text inside of the vault is no YAML here (mama-play vault edit shows the line)',
    ],
    [
      'a tag',
      'a: !hush\n',
      'unknown-tag x.yaml:1:4 a text inside of the vault begins with ! (put quotes around the whole value)',
    ],
    [
      'an alias',
      'a: *hush\n',
      'yaml x.yaml:1:4 a text inside of the vault begins with * (put quotes around the whole value)',
    ],
    [
      'a second value',
      'a: "{{ hush", b: 1\n',
      'yaml x.yaml:1:4 the text inside of the vault is no YAML here (mama-play vault edit shows the line)',
    ],
  ];
  for (const [what, text, expected] of broken) {
    it(`show nothing of themselves in ${what}`, () => {
      const { diagnostics } = parseYaml('x.yaml', sealed(text), vaults('pw').vaults);
      assert.deepEqual(diagnostics.map(shown), [expected]);
      assert.ok(diagnostics.every(({ line }) => line === undefined));
      assert.ok(!JSON.stringify(diagnostics).includes('hush'));
    });
  }

  it('show nothing of a value of the wrong type', () => {
    const files = {
      'site.yaml': '- hosts: all\n  roles: [r]\n',
      'roles/r/tasks/main.yaml': '[]',
      'roles/r/variables.yaml': sealed(
        'type: object\nproperties:\n  n: {type: integer, default: hush, description: N.}\n',
      ),
    };
    const io = { ...memory(files), vaults: vaults('pw').vaults };
    const { diagnostics } = loadPlaybook('/project/site.yaml', { taskTypes: FAKE_TYPES, io });
    assert.deepEqual(diagnostics.map(shown), [
      'wrong-type roles/r/variables.yaml:3:31 the default of "n" must be a whole number, not this secret',
    ]);
    assert.equal(diagnostics[0]!.line, undefined);
  });

  it('may be any file of a project', () => {
    const files = {
      'site.yaml': sealed('- hosts: all\n  vars_files: [v.yaml]\n  roles: [r]\n'),
      'v.yaml': sealed('a: 1\n'),
      'roles/r/tasks/main.yaml': sealed('- debug: {msg: hello}\n'),
      'roles/r/defaults/main.yaml': sealed('b: 2\n'),
      'roles/r/vars/main.yaml': sealed('c: 3\n'),
    };
    const io = { ...memory(files), vaults: vaults('pw').vaults };
    const { value: book, diagnostics } = loadPlaybook('/project/site.yaml', { taskTypes: FAKE_TYPES, io });
    assert.deepEqual(diagnostics.map(shown), []);
    const [play] = book.plays;
    assert.equal(play!.layers.flatMap((layer) => [...layer.variables.keys()]).join(), 'a');
    const [task] = tasksIn(play!.nodes);
    assert.equal(task!.type.name, 'debug');
    assert.deepEqual(
      [...task!.role!.role.defaults.variables.keys(), ...task!.role!.role.vars.variables.keys()],
      ['b', 'c'],
    );
  });

  it('may be inventories, group_vars, host_vars and -e @file', () => {
    const files = {
      'inv.yaml': sealed('all: {hosts: {h: }}\n'),
      'group_vars/all.yaml': sealed('g: 1\n'),
      'host_vars/h/vault.yaml': sealed('h: 2\n'),
    };
    const io = { ...memory(files), vaults: vaults('pw').vaults };
    const { value: inventory, diagnostics } = loadInventory(['/project/inv.yaml'], io);
    assert.deepEqual(diagnostics.map(shown), []);
    const variables = inventory.hosts.get('h')!.layers.flatMap((layer) => [...layer.variables.values()]);
    assert.deepEqual(
      variables.map(({ name, value: one }) => [name, !!one.secret]),
      [
        ['g', true],
        ['h', true],
      ],
    );
    const extra = parseExtraVars(['@e.yaml'], () => sealed('x: 1\n'), io.vaults);
    assert.deepEqual([...extra.value.variables.keys()], ['x']);
  });
});
