import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { runHere, writeFiles } from './run-here.ts';

const KERNEL = readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim();

describe('facts', () => {
  let dir: string;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'mama-facts-'));
    writeFiles(dir, {
      'i.yaml': 'all: { hosts: { a: { ansible_connection: local }, b: { ansible_connection: local } } }\n',
      'roles/r/variables.yaml': 'properties: {}\n',
      'roles/r/tasks/main.yaml': '- debug: { msg: "{{ ansible_kernel }}" }\n',
    });
  });
  after(() => rmSync(dir, { recursive: true }));

  const play = (text: string, ...args: string[]) => {
    writeFiles(dir, { 'p.yaml': text });
    return runHere(dir, ['p.yaml', '-i', 'i.yaml', ...args]);
  };
  const said = ({ tasks }: Awaited<ReturnType<typeof play>>) =>
    tasks.map(({ host, msg }) => `${host}: ${msg}`);
  const trips = ({ recap }: Awaited<ReturnType<typeof play>>) =>
    Object.values(recap?.hosts ?? {}).map((host) => host.round_trips);

  it('are asked for where something reads one, and count nothing', async () => {
    const ran = await play(
      '- hosts: a\n  tasks:\n    - debug: { msg: "{{ ansible_hostname }} {{ ansible_facts.user_id }}" }\n    - debug: { msg: x }\n      when: ansible_kernel == "none"\n',
    );
    assert.deepEqual(said(ran)[0], `a: ${hostname().split('.')[0]} ${userInfo().username}`);
    const { ok, changed, skipped } = ran.recap!.hosts['a']!;
    assert.deepEqual({ ok, changed, skipped }, { ok: 1, changed: 0, skipped: 1 });
    assert.deepEqual(
      ran.tasks.map(({ type }) => type),
      ['debug', 'debug'],
    );
  });

  it('are not where nothing does', async () => {
    assert.deepEqual(
      trips(await play('- hosts: a\n  gather_facts: true\n  tasks: [{ debug: { msg: x } }]\n')),
      [0],
    );
  });

  it('ride with the other questions: no round trip of their own', async () => {
    const conditional = `- hosts: a
  tasks:
    - stat: { path: / }
    - stat: { path: /etc }
      when: ansible_kernel != "none"
    - stat: { path: /tmp }
`;
    assert.deepEqual(trips(await play(conditional)), [1]);
  });

  it('are found through variables, templates of any name, roles and handlers', async () => {
    writeFiles(dir, { 'templates/k.txt': '{{ ansible_kernel }}', 'gv/all.yaml': '' });
    const through = `- hosts: a
  vars: { kernel: "{{ one_more }}", one_more: "{{ ansible_kernel }}", name_of: k.txt }
  tasks:
    - debug: { msg: "{{ kernel }}" }
    - template: { src: "{{ name_of }}", dest: "${dir}/out.txt", mode: "0644" }
`;
    assert.equal(said(await play(through))[0], `a: ${KERNEL}`);
    assert.equal(readFileSync(join(dir, 'out.txt'), 'utf8'), KERNEL);
    assert.deepEqual(said(await play('- hosts: a\n  roles: [r]\n')), [`a: ${KERNEL}`]);
    const handler = `- hosts: a
  tasks: [{ command: "true", notify: h }]
  handlers: [{ name: h, debug: { msg: "{{ ansible_kernel }}" } }]
`;
    assert.equal(said(await play(handler))[1], `a: ${KERNEL}`);
  });

  it('are there in a dry run, and with tags', async () => {
    const text = '- hosts: a\n  tasks:\n    - debug: { msg: "{{ ansible_kernel }}" }\n      tags: t\n';
    assert.deepEqual(said(await play(text, '--check', '--tags', 't')), [`a: ${KERNEL}`]);
  });

  it('of other hosts are there once a play has asked them', async () => {
    const text = `- hosts: all
  tasks:
    - debug: { msg: "{{ hostvars.b.ansible_kernel }}" }
      when: inventory_hostname == "a"
- hosts: a
  gather_facts: false
  tasks: [{ debug: { msg: "{{ hostvars.b.ansible_kernel }} {{ ansible_kernel }}" } }]
`;
    const ran = await play(text);
    assert.deepEqual(ran.refused, []);
    assert.deepEqual(
      said(ran).filter((line) => line.includes(KERNEL)),
      [`a: ${KERNEL}`, `a: ${KERNEL} ${KERNEL}`],
    );
  });

  it('are refused where they are not asked for', async () => {
    const text = '- hosts: a\n  gather_facts: false\n  tasks: [{ debug: { msg: "{{ ansible_kernel }}" } }]\n';
    const { refused } = await play(text);
    assert.deepEqual(
      refused.map(({ message, hint }) => [message, hint]),
      [
        [
          'there is no variable called "ansible_kernel"',
          'it is a fact, and the play says gather_facts: false: remove that, or write setup: {} before',
        ],
      ],
    );
    const asked = text.replace('[{ debug', '[{ setup: {} }, { debug');
    assert.deepEqual(said(await play(asked)), ['a: undefined', `a: ${KERNEL}`]);
  });

  it('have types and fields', async () => {
    const wrong = async (words: string) =>
      (await play(`- hosts: a\n  tasks: [{ debug: { msg: x }, when: '${words}' }]\n`)).refused.map(
        ({ message, hint }) => `${message}; ${hint}`,
      );
    assert.deepEqual(await wrong('ansible_memtotal_mb < "512"'), [
      '"<" can\'t compare a whole number and text; write int(x) or string(x) around one of them',
    ]);
    assert.deepEqual(await wrong('ansible_facts.distrbution == "Debian"'), [
      '"ansible_facts" has no "distrbution"; did you mean "distribution"?',
    ]);
    assert.deepEqual(await wrong('ansible_os_famly == "Debian"'), [
      'there is no variable called "ansible_os_famly"; did you mean "ansible_os_family"?',
    ]);
    assert.deepEqual(await wrong('ansible_python_version == "3"'), [
      'there is no variable called "ansible_python_version"; no such fact is asked for: nothing here needs Python on a host',
    ]);
    assert.deepEqual(await wrong('ansible_default_ipv4.adress == "x"'), [
      '"ansible_default_ipv4" has no "adress"; did you mean "address"?',
    ]);
  });
});
