// For the build: makes the program do what it usually does, and keeps what V8 has compiled by then. Nothing is changed
// on this machine: a dry run on itself, one on a port where nobody listens, and lint.
//   warm-up.mjs DIR OUT     DIR holds the program and start.mjs
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [dir, out] = process.argv.slice(2);
const { start, compiledCode } = await import(pathToFileURL(join(dir, 'start.mjs')));

const place = join(dir, 'place');
mkdirSync(join(dir, 'templates'));
for (const part of ['tasks', 'handlers']) mkdirSync(join(dir, 'roles', 'part', part), { recursive: true });
writeFileSync(join(dir, 'templates', 'text'), 'hello {{ name }}{{#if loud}}!{{/if}}\n');
writeFileSync(
  join(dir, 'hosts.yaml'),
  `all:
  vars: {name: world, loud: true}
  hosts:
    here: {ansible_connection: local}
    nobody: {ansible_host: 127.0.0.1, ansible_port: 1}
`,
);
writeFileSync(
  join(dir, 'play.yaml'),
  `- hosts: all
  vars:
    parts: [a, b]
  tasks:
    - file: {path: "${place}", state: directory, mode: "0755"}
    - template: {src: text, dest: "${place}/text", mode: "0644"}
      notify: said
    - copy: {content: "{{ name }}", dest: "${place}/{{ item }}"}
      loop: "{{ parts }}"
      when: name == "world"
    - command: {cmd: "true", creates: "${dir}"}
      register: result
    - debug: {msg: "{{ result.changed }}"}
  handlers:
    - name: said
      debug: {msg: "{{ name }}"}
`,
);

writeFileSync(
  join(dir, 'roles/part/variables.yaml'),
  `properties:
  user: {type: string, default: nobody, description: Whose it is.}
  port: {type: integer, default: 80, description: Where it listens.}
`,
);
writeFileSync(
  join(dir, 'roles/part/tasks/main.yaml'),
  `- file: {path: "${place}/{{ user }}", state: directory}
  when: port > 1 && inventory_hostname != "other"
  notify: part restart
- import_tasks: more.yaml
- include_tasks: more.yaml
`,
);
writeFileSync(
  join(dir, 'roles/part/tasks/more.yaml'),
  '- command: {cmd: "echo {{ port }}"}\n  changed_when: false\n',
);
writeFileSync(
  join(dir, 'roles/part/handlers/main.yaml'),
  '- name: part restart\n  command: {cmd: "echo {{ user }}"}\n',
);
writeFileSync(join(dir, 'site.yaml'), '- hosts: all\n  roles: [part]\n');

process.chdir(dir);
const run = ['play.yaml', '-i', 'hosts.yaml', '--check', '--diff'];
for (const output of ['plain', 'json']) await start([...run, '--output', output], process, '0');
for (const words of [[], ['-i', 'hosts.yaml']]) await start(['lint', 'site.yaml', ...words], process, '0');
writeFileSync(out, compiledCode());
process.exitCode = 0;
