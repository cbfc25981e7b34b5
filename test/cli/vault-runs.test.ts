import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encryptVault } from '../../src/runner/language/vault.ts';
import { writeFiles } from '../engine/run-here.ts';
import { FakeProcess, type Ran, runFake } from './fake-process.ts';

const sealed = (text: string, password = 'pw', label: string | null = null) =>
  encryptVault(text, Buffer.from(password), label);

const ROLE = {
  'roles/r/tasks/main.yaml': '- debug: {msg: "{{ pass }}"}\n',
  'roles/r/variables.yaml':
    'type: object\nproperties:\n  pass: {type: string, secret: true, description: It., default: ""}\n  open: {type: string, default: x, description: It.}\n',
};

/** Runs that meet vaults. Nothing but local tasks and refusals: no lease is taken. */
describe('runs with vaults', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'mama-vault-runs-'));
    writeFileSync(join(dir, 'pw'), 'pw');
    writeFileSync(join(dir, 'wrong'), 'wrong');
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  interface Answered extends Ran {
    /** The questions that were asked. */
    readonly asked: readonly string[];
  }

  async function run(
    files: Readonly<Record<string, string>>,
    line: string,
    { typed, env = {} }: { readonly typed?: readonly string[]; readonly env?: Record<string, string> } = {},
  ): Promise<Answered> {
    writeFiles(dir, files);
    const fake = new FakeProcess(dir, env, typed !== undefined);
    const answers = [...(typed ?? [])];
    const asked: string[] = [];
    const original = fake.stderr.write.bind(fake.stderr) as (text: string) => boolean;
    fake.stderr.write = ((text: string) => {
      if (/assword.*: $/.test(text)) {
        asked.push(text);
        setTimeout(() => fake.stdin.write(`${answers.shift()}\n`), 5);
      }
      return original(text);
    }) as typeof fake.stderr.write;
    const ran = await runFake(fake, `site.yaml -i inv.yaml --output plain ${line}`.trim().split(' '));
    return { ...ran, asked };
  }

  const INVENTORY = 'all:\n  vars: {ansible_connection: local}\n  hosts: {h: }\n';
  const BOOK = '- hosts: all\n  tasks: [{debug: {msg: "value {{ a }}"}}]\n';
  const project = (vars: string) => ({
    'inv.yaml': INVENTORY,
    'site.yaml': BOOK,
    'group_vars/all.yaml': vars,
  });

  it('ask for a password once something encrypted is met, and only then', async () => {
    const met = await run(project(sealed('a: hidden-value\n')), '--ask-vault-pass', { typed: ['pw'] });
    assert.equal(met.code, 0, met.err);
    assert.match(met.out, /value <secret [0-9a-f]{8}>/);
    assert.deepEqual(met.asked, ['Vault password (default): ']);
    assert.deepEqual((await run(project('a: 1\n'), '--ask-vault-pass', { typed: [] })).asked, []);
    const filed = await run(project(sealed('a: hidden\n')), '--vault-password-file pw --vault-id x@prompt', {
      typed: [],
    });
    assert.deepEqual([filed.code, filed.asked], [0, []], 'what a file opens is not asked for');
  });

  it('ask for as many as are needed, the labelled first', async () => {
    const files = {
      ...project(sealed('a: hidden\n', 'one', 'one')),
      'host_vars/h.yaml': sealed('b: x\n', 'two', 'two'),
    };
    const line = '--vault-id two@prompt --vault-id one@prompt';
    const { code, asked, err } = await run(files, line, { typed: ['one', 'two'] });
    assert.equal(code, 0, err);
    assert.deepEqual(asked, ['Vault password (one): ', 'Vault password (two): ']);
  });

  it('read no password file that is not needed', async () => {
    assert.equal((await run(project('a: 1\n'), '--vault-password-file nowhere')).code, 0);
    assert.match(
      (await run(project(sealed('a: 1\n')), '--vault-password-file nowhere')).err,
      /group_vars\/all\.yaml:1:1: error: there is no vault password file nowhere/,
    );
  });

  const refusals: readonly (readonly [string, string, RegExp])[] = [
    [
      'no password',
      '',
      /group_vars\/all\.yaml:1:1: error: it is encrypted and there is no password to open it with\n {2}give it with --vault-id qa@FILE, or --vault-password-file FILE/,
    ],
    [
      'a wrong one',
      '--vault-password-file wrong',
      /group_vars\/all\.yaml:1:1: error: no password that was given opens it, or it was changed \(its vault id is "qa"\)\n {2}tried the vault password file wrong; give the right one with --vault-id qa@FILE/,
    ],
    [
      'nobody to ask',
      '--ask-vault-pass',
      /group_vars\/all\.yaml:1:1: error: the vault password is to be asked for, but nobody answers/,
    ],
  ];
  for (const [what, line, expected] of refusals) {
    it(`refuse with ${what}, and touch nothing`, async () => {
      const { code, out, err } = await run(project(sealed('a: 1\n', 'pw', 'qa')), line);
      assert.deepEqual([code, out], [1, '']);
      assert.match(err, expected);
    });
  }

  it('refuse a source that can not be opened', async () => {
    const files = {
      'inv.yaml': INVENTORY,
      'site.yaml':
        '- hosts: all\n  tasks: [{copy: {src: k, dest: /nowhere}}, {template: {src: t.hbs, dest: /nowhere}}]\n',
      'files/k': sealed('x', 'unknown'),
      'templates/t.hbs': sealed('x', 'unknown'),
    };
    const { code, err } = await run(files, '--vault-password-file pw');
    assert.equal(code, 1);
    assert.match(err, /files\/k: no password that was given opens it/);
    assert.match(err, /templates\/t\.hbs:1:1: error: no password that was given opens it/);
    const { asked } = await run(files, '--ask-vault-pass --syntax-check', { typed: ['unknown'] });
    assert.deepEqual(
      asked,
      ['Vault password (default): '],
      'also what only a task reads is asked for in time',
    );
  });

  describe('warn of plain secrets', () => {
    const warned = async (files: Readonly<Record<string, string>>, line = '') => {
      const all = { 'inv.yaml': INVENTORY, 'site.yaml': '- hosts: all\n  roles: [r]\n', ...ROLE, ...files };
      const { err, code } = await run(all, `${line} --vault-password-file pw`.trim());
      assert.equal(code, 0, err);
      return err.match(/^.*stands here unencrypted$/gm) ?? [];
    };
    const found = (place: string, name = 'pass', as = '') =>
      `${place}: warning: "${name}" is a secret of the role r${as}, and stands here unencrypted`;

    it('in the inventory, in a play, in a role', async () => {
      assert.deepEqual(await warned({ 'group_vars/all.yaml': 'open: x\npass: hush\n' }), [
        found('group_vars/all.yaml:2:1'),
      ]);
      const play = '- hosts: all\n  vars: {pass: hush}\n  roles: [r]\n';
      assert.deepEqual(await warned({ 'group_vars/all.yaml': '', 'site.yaml': play }), [
        found('site.yaml:2:10'),
      ]);
      const schema = ROLE['roles/r/variables.yaml'].replace('""', 'hush');
      assert.deepEqual(await warned({ 'group_vars/all.yaml': '', 'roles/r/variables.yaml': schema }), [
        found('roles/r/variables.yaml:3:65'),
      ]);
    });

    it('where a template takes it from', async () => {
      const files = { 'group_vars/all.yaml': 'pass: "{{ of_db }}!"\nof_db: hush\n' };
      assert.deepEqual(await warned(files), [found('group_vars/all.yaml:2:1', 'of_db', ' (as "pass")')]);
    });

    it('once for each file that holds several', async () => {
      const names = ['a', 'b', 'c', 'd'];
      const inputs = names.map(
        (name) => `  ${name}: {type: string, description: x, secret: true, default: ""}`,
      );
      const { err } = await run(
        {
          ...{ 'inv.yaml': INVENTORY, 'site.yaml': '- hosts: all\n  roles: [r]\n', ...ROLE },
          'roles/r/variables.yaml': `type: object\nproperties:\n${inputs.join('\n')}\n`,
          'roles/r/tasks/main.yaml': '- debug: {msg: "{{ a }}{{ b }}{{ c }}{{ d }}"}\n',
          'group_vars/all/one.yaml': 'open: x\nb: hush\na: hush\nc: hush\nd: hush\n',
          'group_vars/all/two.yaml': 'other: y\n',
        },
        '--vault-password-file pw',
      );
      assert.equal(err.match(/unencrypted$/gm)?.length, 1, err);
      assert.match(
        err,
        /group_vars\/all\/one\.yaml:2:1: warning: "b", "a", "c" and 1 more are secrets of roles, and stand in this file unencrypted\n {2}mama-play vault encrypt group_vars\/all\/one\.yaml encrypts all of it/,
      );
    });

    it('but not of what comes from a vault or from -e', async () => {
      assert.deepEqual(await warned({ 'group_vars/all.yaml': sealed('pass: hush\n') }), []);
      const inline = `pass: !vault |\n${sealed('hush').replace(/^(?=.)/gm, '  ')}`;
      assert.deepEqual(await warned({ 'group_vars/all.yaml': inline }), []);
      assert.deepEqual(
        await warned({ 'group_vars/all.yaml': `pass: "{{ v }}"\n${inline.replace('pass', 'v')}` }),
        [],
      );
      assert.deepEqual(await warned({ 'group_vars/all.yaml': 'pass: hush\n' }, '-e pass=other'), []);
      assert.deepEqual(await warned({ 'group_vars/all.yaml': 'pass: ""\n' }), []);
      const none = ROLE['roles/r/variables.yaml'].replace('pass: {type: string', 'pass: {type: object');
      assert.deepEqual(
        await warned({ 'group_vars/all.yaml': '', 'roles/r/variables.yaml': none.replace('""', '{}') }),
        [],
      );
    });
  });

  describe('of an example', () => {
    const files = (group: string) => ({
      'inv.yaml': `all:\n  vars: {ansible_connection: local}\n  children: {${group}: {hosts: {h: }}}\n`,
      'site.yaml': BOOK,
      [`group_vars/${group}/vault.yaml`]: sealed('a: hidden\nmama_example_vault: true\n'),
    });
    const line = '--vault-password-file pw';

    for (const group of ['qa', 'prod']) {
      it(`are refused on ${group}, also for --check`, async () => {
        for (const more of ['', ' --check']) {
          const { code, out, err } = await run(files(group), line + more);
          assert.deepEqual([code, out], [1, '']);
          assert.match(
            err,
            new RegExp(
              `group_vars/${group}/vault\\.yaml:2:1: error: group_vars/${group}/vault\\.yaml is an example whose passwords everybody knows; hosts of ${group} can't be run with it\n  make a real one: mama-play vault edit group_vars/${group}/vault\\.yaml`,
            ),
          );
        }
      });
    }

    it('are fine elsewhere, and where nothing is connected to', async () => {
      assert.equal((await run(files('local'), line)).code, 0);
      for (const list of ['--syntax-check', '--list-tasks', '--list-hosts'])
        assert.equal((await run(files('prod'), `${line} ${list}`)).code, 0);
    });
  });
});
