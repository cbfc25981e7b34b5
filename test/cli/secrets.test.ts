import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formsOf } from '../../src/runner/contract/secret-forms.ts';
import { encryptVault } from '../../src/runner/language/vault.ts';
import { writeFiles } from '../engine/run-here.ts';
import { FakeProcess, type Ran, runFake } from './fake-process.ts';

const PASSWORD = Buffer.from('vault-pass');
const sealed = (text: string) => encryptVault(text, PASSWORD);
const value = (text: string) => `!vault |\n${sealed(text).replace(/^(?=.)/gm, '    ')}`;

/** Every secret of the project below, those of yesterday too. */
const SECRETS = {
  group: `g"r'o$u<p>/s&ecr\\et ä`,
  inline: 'inline {{ braces }} s3cret',
  key: '-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0\nBAQEFAASCBKcwggSjAgEAAo\n-----END KEY-----\n',
  number: '48151623',
  extra: 'from-extra-file-7',
  role: 'plain-role-s3cret',
  sealedCopy: 'copied from a vault file',
  sealedTemplate: 'template-in-a-vault',
  old: 'password-of-yesterday',
  token: 'registered-t0ken',
};
/** Masked where it is put into a text. */
const SHORT = 'Zq7';

const FILES: Readonly<Record<string, string>> = {
  'inv.yaml': 'all:\n  vars: {ansible_connection: local}\n  hosts: {web1: , web2: }\n',
  'group_vars/all.yaml': sealed(
    `group: ${JSON.stringify(SECRETS.group)}\nkey: ${JSON.stringify(SECRETS.key)}\nnumber: ${SECRETS.number}\nshort: ${SHORT}\nmade: "with {{ group }} inside"\n`,
  ),
  'vars.yaml': `inline: ${value(SECRETS.inline)}`,
  'extra.yaml': sealed(`extra: ${SECRETS.extra}\n`),
  'plain.yaml': `role_secret: ${SECRETS.role}\n`,
  'files/sealed.txt': sealed(SECRETS.sealedCopy),
  'templates/sealed.hbs': sealed(`${SECRETS.sealedTemplate} {{ inventory_hostname }}\n`),
  'templates/open.hbs': '# {{ inventory_hostname }}\nPW={{ group }}\nPIN={{ short }}\n{{ key }}\n',
  'roles/r/variables.yaml':
    'type: object\nproperties:\n  role_secret: {type: string, secret: true, description: It.}\n  late: {type: string, secret: true, description: It.}\n',
  'roles/r/tasks/main.yaml': `
- name: 'role with {{ role_secret }} and {{ late }}'
  debug: {msg: "{{ role_secret }} {{ late }} {{ base64 role_secret }}"}
`,
  'site.yaml': `
- hosts: all
  vars_files: [vars.yaml, plain.yaml]
  tasks:
    - name: "a title with {{ group }}"
      debug: {msg: "{{ group }} {{ inline }} {{ key }} {{ number }} {{ extra }} {{ made }}"}
    - debug: {var: short}
    - debug: {msg: "the pin is {{ short }}"}
    - name: encodings
      debug:
        msg: "{{ base64 group }} {{ json group }} {{ yaml group }} {{ xml group }} {{ quote group }} {{ base64 key }}"
    - name: a command that prints them
      shell: 'printf "%s\\n" "$A" "$B" "$C"; printf "%s" "user:$A" | base64; printf "%s" "$B" >&2'
      environment: {A: "{{ group }}", B: "{{ inline }}", C: "{{ key }}"}
      register: said
    - debug: {var: said}
    - name: an item {{ group }}
      debug: {msg: "{{ item }}"}
      loop: ["{{ group }}", "{{ number }}", public]
    - set_fact: {fact: "x{{ group }}x"}
    - debug: {var: fact}
    - template: {src: open.hbs, dest: "{{ dir }}/open-{{ inventory_hostname }}", mode: "0600"}
    - template: {src: sealed.hbs, dest: "{{ dir }}/template-{{ inventory_hostname }}", mode: "0600"}
    - copy: {src: sealed.txt, dest: "{{ dir }}/copy-{{ inventory_hostname }}", mode: "0600"}
    - copy: {content: "{{ json said }}", dest: "{{ dir }}/json-{{ inventory_hostname }}", mode: "0600"}
    - name: a token that only the host knows
      command: echo ${SECRETS.token.replace('-', '"-"')}
      register: token
      no_log: true
    - import_role: {name: r}
      vars: {late: "{{ token.stdout }}"}
    - name: a failure that quotes {{ group }}
      shell: 'echo "refused: $A" >&2; exit 3'
      environment: {A: "{{ group }}"}
      ignore_errors: true
    - assert: {that: 'group == "x"', fail_msg: "not x but {{ group }} and {{ number }}"}
      ignore_errors: true
    - command: "/no/such/program {{ inline }}"
      ignore_errors: true
    - fail: {msg: "the end: {{ inline }} {{ extra }}"}
`,
  'broken.yaml': `
- hosts: all
  vars_files: [vars.yaml, plain.yaml]
  vars: {extra: x}
  tasks:
    - debug: {msg: "{{ group }} {{ nowhere }}"}
    - file: {path: /x, state: "{{ group }}"}
    - file: {path: "{{ dir }}", mode: "{{ number }}"}
    - wait_for: {port: "{{ inline }}"}
    - copy: {src: "{{ inline }}", dest: /x}
    - command: x
      become: true
      become_user: "{{ group }}"
    - import_role: {name: r}
      vars: {late: 5}
`,
};

describe('no secret in anything that a run prints', () => {
  let dir: string;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'mama-secrets-'));
    writeFiles(dir, FILES);
    writeFileSync(join(dir, 'password'), PASSWORD);
  });
  after(() => rmSync(dir, { recursive: true }));

  /** Files of an earlier deployment, with the password of then. */
  function yesterday(): void {
    for (const host of ['web1', 'web2']) {
      const old = `# ${host}\nPW=${SECRETS.old}\nPIN=42\nOTHER_PW=${SECRETS.old}\n`;
      for (const name of ['open', 'template', 'copy', 'json']) {
        writeFileSync(join(dir, `${name}-${host}`), name === 'open' ? old : `${SECRETS.old}\n`);
        chmodSync(join(dir, `${name}-${host}`), 0o600);
      }
    }
  }

  function run(line: string): Promise<Ran> {
    return runFake(new FakeProcess(dir), [...line.split(' '), '--vault-password-file', 'password']);
  }

  function leaks({ out, err }: Ran): string[] {
    const text = out + err;
    // JSON events hold the text once more escaped, and lines may be cut: so what is looked for is not only the forms.
    const readable = text.replace(/\\n/g, '\n').replace(/\\(["\\])/g, '$1');
    const wanted = Object.entries(SECRETS).flatMap(([name, secret]) =>
      [...formsOf(secret)].map((form) => [name, form] as const),
    );
    return wanted
      .filter(([, form]) => text.includes(form) || readable.includes(form))
      .map(([name, form]) => `${name}: ${form}`)
      .concat(text.includes(SHORT) ? [`short: ${lineWith(text, SHORT)}`] : [])
      .concat(text.includes(PASSWORD.toString()) ? ['the password of the vault'] : []);
  }

  const lineWith = (text: string, part: string) => text.split('\n').find((line) => line.includes(part)) ?? '';

  for (const output of ['plain', 'tty', 'json']) {
    for (const mode of ['', '--check']) {
      it(`site.yaml, ${output} ${mode}`, async () => {
        yesterday();
        const ran = await run(
          `site.yaml -i inv.yaml -e @extra.yaml -e dir=${dir} -vvv --diff --output ${output} ${mode}`.trim(),
        );
        assert.equal(ran.code, 2, ran.err + ran.out);
        assert.deepEqual(leaks(ran), []);
        assert.match(ran.out, /<secret [0-9a-f]{8}>/);
        assert.match(ran.out, /the end: <secret/, 'it came to the last task');
        if (output !== 'json') assert.match(ran.out, /-PW=<secret [0-9a-f]{8}>/, 'one sees that it changed');
      });
    }
  }

  it('the same secrets have the same stand-ins in the next run', async () => {
    const standIns = async () => {
      const { out } = await run(
        `site.yaml -i inv.yaml -e @extra.yaml -e dir=${dir} --output plain -l web1 --check`,
      );
      return out.match(/<secret [0-9a-f]{8}>/g)?.join();
    };
    const first = await standIns();
    assert.ok(first && first.length > 100);
    assert.equal(await standIns(), first);
  });

  for (const output of ['plain', 'json']) {
    it(`refusals, ${output}`, async () => {
      const ran = await run(`broken.yaml -i inv.yaml -e dir=${dir} --output ${output}`);
      assert.equal(ran.code, 1);
      assert.deepEqual(leaks(ran), []);
      assert.match(ran.out + ran.err, /nowhere/);
      assert.match(ran.out + ran.err, /<secret [0-9a-f]{8}>/);
    });
  }

  it('inventory, in each of its forms', async () => {
    for (const form of ['--list', '--host web1', '--graph --vars']) {
      const ran = await run(`inventory -i inv.yaml ${form}`);
      assert.equal(ran.code, 0, ran.err);
      assert.deepEqual(leaks(ran), [], form);
      assert.match(ran.out, /group.*<secret/);
    }
  });

  it('lists and --syntax-check', async () => {
    for (const form of ['--list-tasks', '--list-hosts', '--list-tags', '--syntax-check']) {
      const ran = await run(`site.yaml -i inv.yaml -e @extra.yaml -e dir=${dir} ${form}`);
      assert.equal(ran.code, 0, ran.err);
      assert.deepEqual(leaks(ran), [], form);
    }
  });
});
