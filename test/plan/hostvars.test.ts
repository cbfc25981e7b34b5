import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RanHere, runHere, writeFiles } from '../engine/run-here.ts';

/** What host a is given while it runs, and what host b makes of it. */
const GIVES = `
- hosts: a
  gather_facts: false
  tasks:
    - { command: echo of a, register: said }
    - { set_fact: { shared: "{{ said.stdout }}", several: [x, y] } }
- hosts: b
  gather_facts: false
  vars: { through: "{{ hostvars.a.shared }}" }
`;

describe('hostvars of what a host is yet to be given', () => {
  let dir: string;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'mama-hostvars-'));
    writeFiles(dir, {
      'i.yaml': 'all: { hosts: { a: { ansible_connection: local }, b: { ansible_connection: local } } }\n',
      'templates/t.txt': '{{ hostvars.a.shared }} {{ through }}\n',
      'roles/r/variables.yaml':
        'required: [word]\nproperties: { word: { type: string, description: Any } }\n',
      'roles/r/tasks/main.yaml': '- { debug: { msg: "{{ word }}" } }\n',
    });
  });
  after(() => rmSync(dir, { recursive: true }));

  function run(tasks: string, ...args: string[]): Promise<RanHere> {
    writeFiles(dir, { 'p.yaml': `${GIVES}  tasks:\n${tasks}` });
    return runHere(dir, ['p.yaml', '-i', 'i.yaml', ...args]);
  }

  const msgs = ({ tasks }: RanHere) =>
    tasks.flatMap(({ host, type, msg }) => (host === 'b' && type === 'debug' && msg ? [msg] : []));

  const READ: Readonly<Record<string, readonly [tasks: string, said: readonly string[]]>> = {
    'a template': ['    - { template: { src: t.txt, dest: "{{ inventory_dir }}/out" } }\n', []],
    'a loop': [
      '    - { debug: { msg: "{{ item }}" }, loop: "{{ hostvars.a.several }}" }\n    - { debug: { msg: "{{ item }}" }, loop: hostvars.a.several }\n',
      ['x', 'y', 'x', 'y'],
    ],
    'an input of a role': [
      '    - { import_role: { name: r }, vars: { word: "{{ hostvars.a.shared }}" } }\n    - { import_role: { name: r }, vars: { word: "{{ through }}" } }\n',
      ['of a', 'of a'],
    ],
    'another variable': ['    - { debug: { msg: "{{ through }}" }, when: through == "of a" }\n', ['of a']],
    'a host of that name': [
      '    - { debug: { msg: "{{ lookup (lookup hostvars item) \'shared\' }}" }, loop: [a] }\n',
      ['of a'],
    ],
  };
  for (const [name, [tasks, said]] of Object.entries(READ)) {
    it(`in ${name} is no mistake`, async () => {
      const ran = await run(tasks);
      assert.deepEqual(ran.refused, []);
      assert.equal(ran.recap?.ok, true);
      assert.deepEqual(msgs(ran), said);
    });
  }

  it('does not hide what nobody ever gives', async () => {
    const { refused } = await run(
      '    - { debug: { msg: "{{ lookup (lookup hostvars item) \'shred\' }}" }, loop: [a] }\n',
    );
    assert.deepEqual(
      refused.map(({ message }) => message),
      ['there is no "shred" in it'],
    );
  });
});
