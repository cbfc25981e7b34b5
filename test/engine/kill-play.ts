import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeFiles } from './run-here.ts';

const range = (n: number): number[] => [...Array(n).keys()];
const text = (what: string, n: number): string => `${what} ${n}\n`.repeat(20 + 7 * n);

/** A play of 60 tasks of many kinds, each of which makes or changes a path of its own below `{{ root }}`. */
function playbook(): string {
  const tasks = [
    ...range(6).map((n) => `file: {path: "{{ root }}/d${n}", state: directory, mode: "0750"}`),
    ...range(12).map(
      (n) => `copy: {src: files/copy${n}, dest: "{{ root }}/d${n % 6}/copy${n}"}${notify(n, 6)}`,
    ),
    ...range(10).map(
      (n) =>
        `template: {src: template.hbs, dest: "{{ root }}/template${n}", mode: "0640"}\n      vars: {n: ${n}}`,
    ),
    ...range(8).map((n) => `lineinfile: {path: "{{ root }}/old${n}", regexp: "^old 3", line: "new ${n}"}`),
    ...range(3).map((n) => `blockinfile: {path: "{{ root }}/old${8 + n}", block: "block ${n}"}`),
    ...range(8).map(
      (n) => `file: {src: "template${n}", dest: "{{ root }}/link${n}", state: link, force: true}`,
    ),
    ...range(8).map((n) => `shell: {cmd: ": >{{ root }}/done${n}", creates: "{{ root }}/done${n}"}`),
    ...range(3).map(
      (n) => `copy: {dest: "{{ root }}/old${11 + n}", content: "written ${n}\\n"}${notify(n, 2)}`,
    ),
    'copy: {src: tree/, dest: "{{ root }}/tree/"}',
    'copy: {src: files/large, dest: "{{ root }}/large"}',
  ];
  const handlers = range(2).map(
    (n) => `    - {name: h${n}, file: {path: "{{ root }}/handled${n}", state: directory}}\n`,
  );
  return `- name: all kinds
  hosts: all
  tasks:
${tasks.map((task, n) => `    - name: task ${n}\n      ${task}\n`).join('')}  handlers:
${handlers.join('')}`;
}

function notify(n: number, every: number): string {
  return n % every === 0 ? `\n      notify: h${(n / every) % 2}` : '';
}

export const TASKS = 60;

/** Writes the project; `inventory` is the text of its inventory. */
export function writeProject(dir: string, inventory: string): void {
  const many = (prefix: string, count: number) =>
    Object.fromEntries(range(count).map((n) => [`${prefix}${n}`, text(prefix, n)]));
  writeFiles(dir, {
    'roles/README': 'This folder is the root of a project.\n',
    'play.yaml': playbook(),
    'inventory.yaml': inventory,
    'template.hbs': '{{ n }} of {{ inventory_hostname }}\n'.repeat(40),
    'files/large': 'a line of a large file\n'.repeat(70_000),
    ...many('files/copy', 12),
    ...many('tree/a/file', 6),
    ...many('tree/b/file', 6),
  });
}

/** The host as it is before the play: some files are there already, in another version. */
export function resetHost(root: string): void {
  rmSync(root, { recursive: true, force: true });
  mkdirSync(join(root, 'tree/a'), { recursive: true });
  writeFiles(root, {
    ...Object.fromEntries(
      range(14).map((n) => [
        `old${n}`,
        range(9)
          .map((i) => `old ${i} of ${n}\n`)
          .join(''),
      ]),
    ),
    template0: 'an older template\n',
    'tree/a/file0': 'an older file of the tree\n',
    large: 'an older large file\n'.repeat(60_000),
  });
}
