// For the build: makes the program do what it usually does, and keeps what V8 has compiled by then. Nothing is changed
// on this machine: a dry run on itself, and one on a port where nobody listens.
//   warm-up.mjs DIR OUT     DIR holds the program and start.mjs
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [dir, out] = process.argv.slice(2);
const { start, compiledCode } = await import(pathToFileURL(join(dir, 'start.mjs')));

const place = join(dir, 'place');
mkdirSync(join(dir, 'templates'));
mkdirSync(join(dir, 'roles'));
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

process.chdir(dir);
const run = ['play.yaml', '-i', 'hosts.yaml', '--check', '--diff'];
for (const output of ['plain', 'json']) await start([...run, '--output', output], process, '0');
writeFileSync(out, compiledCode());
process.exitCode = 0;
