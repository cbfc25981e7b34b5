import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runHere, writeFiles } from '../engine/run-here.ts';

const INVENTORY = `all:
  vars: { ansible_connection: local, place: "{{ inventory_dir }}" }
  children:
    web: { hosts: { web1.example.com: {}, web2: {} } }
    zone: { children: { web: {} } }
`;

describe('the names that the run gives', () => {
  let dir: string;
  before(() => {
    dir = realpathSync(mkdtempSync(join(tmpdir(), 'mama-magic-')));
    writeFiles(dir, {
      'hosts/i.yaml': INVENTORY,
      'roles/outer/tasks/main.yaml': '- include_role: { name: inner }\n',
      'roles/inner/meta/main.yaml': 'dependencies: [base]\n',
      'roles/inner/tasks/main.yaml':
        '- debug: { msg: "{{ role_name }} {{ ansible_role_name }} {{ json ansible_parent_role_names }} {{ role_path }}" }\n',
      'roles/base/tasks/main.yaml':
        '- debug: { msg: "{{ role_name }} {{ json ansible_parent_role_names }}" }\n',
    });
  });
  after(() => {
    rmSync(dir, { recursive: true });
  });

  /** What a play says on its first host. */
  async function said(play: string, args: readonly string[] = []): Promise<unknown[]> {
    writeFiles(dir, { 'p.yaml': play });
    const { tasks, refused } = await runHere(dir, ['p.yaml', '-i', 'hosts/i.yaml', ...args]);
    assert.deepEqual(refused, []);
    const host = tasks[0]!.host;
    return tasks.filter((task) => task.host === host && task.type === 'debug').map((task) => task.msg);
  }

  const task = (text: string) => `    - debug: { msg: '${text}' }\n`;
  const play = (...texts: string[]) => `- hosts: web\n  name: first\n  tasks:\n${texts.map(task).join('')}`;

  it('say where, on what and how it runs', async () => {
    assert.deepEqual(
      await said(
        play(
          '{{ inventory_hostname }} {{ inventory_hostname_short }} {{ json group_names }} {{ json groups.web }}',
          '{{ inventory_file }} {{ inventory_dir }} {{ playbook_dir }} {{ place }}',
          '{{ ansible_play_name }} {{ json ansible_play_hosts_all }} {{ json ansible_play_batch }}',
        ),
      ),
      [
        'web1.example.com web1 ["web","zone"] ["web1.example.com","web2"]',
        `${dir}/hosts/i.yaml ${dir}/hosts ${dir} ${dir}/hosts`,
        'first ["web1.example.com","web2"] ["web1.example.com","web2"]',
      ],
    );
  });

  const OPTIONS =
    '{{ json ansible_check_mode }} {{ json ansible_diff_mode }} {{ ansible_forks }} {{ ansible_verbosity }} ' +
    '{{ default ansible_limit "everywhere" }} {{ json ansible_run_tags }} {{ json ansible_skip_tags }}';

  it('say what the command line says', async () => {
    assert.deepEqual(await said(play(OPTIONS)), ['false false 50 0 everywhere ["all"] []']);
    const args = ['-C', '-D', '-f', '7', '-vv', '-l', 'web1*', '-t', 'all,untagged', '--skip-tags', 'never'];
    assert.deepEqual(await said(play(OPTIONS), args), ['true true 7 2 web1* ["all","untagged"] ["never"]']);
  });

  it("give the program's own version, in parts", async () => {
    const { full, ...parts } = { full: '0.1.2', string: '0.1.2', major: 0, minor: 1, revision: 2 };
    assert.deepEqual(await said(play('{{ ansible_version.full }}', '{{ json ansible_version }}')), [
      full,
      JSON.stringify({ full, ...parts }),
    ]);
  });

  it('say in a role which one it is, and who called it', async () => {
    assert.deepEqual(await said('- hosts: web\n  roles: [outer, base]\n'), [
      'base ["inner","outer"]',
      `inner inner ["outer"] ${dir}/roles/inner`,
      'base []',
    ]);
  });

  it('say in a loop what its variables are called', async () => {
    const loop = '      loop: [a]\n      loop_control: { loop_var: x, index_var: i }\n';
    const items = play('{{ ansible_loop_var }} {{ ansible_index_var }} {{ x }} {{ i }}') + loop;
    assert.ok((await said(items)).includes('x i a 0'));
    const later = items.replace('loop: [a]', 'loop: "{{ made.results }}"').replace('{{ x }}', '{{ x.rc }}');
    const made = later.replace(
      '  tasks:\n',
      '  tasks:\n    - { command: "true", loop: [1], register: made }\n',
    );
    assert.ok((await said(made)).includes('x i 0 0'));
  });

  it('has(vars.x) knows which of them are there', async () => {
    const asked = ['role_name', 'ansible_limit', 'inventory_file', 'ansible_loop_var', 'ansible_forks'];
    const tasks = asked.map((name) => `${task(name)}      when: has(vars.${name})\n`);
    assert.deepEqual(
      (await said(`- hosts: web\n  tasks:\n${tasks.join('')}`)).filter((msg) => asked.includes(String(msg))),
      ['inventory_file', 'ansible_forks'],
    );
  });
});
