import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export type Content = string | Buffer | { readonly link: string } | 'directory';

export type Files = Readonly<Record<string, Content>>;

/** Written for every project, below what it brings itself. Each part of it is read. */
export const SOUND: Readonly<Record<string, string>> = {
  'site.yaml': `- hosts: web
  vars: { port: 80 }
  vars_files: [vars.yaml]
  roles:
    - { role: r, word: x }
  tasks:
    - import_tasks: tasks.yaml
    - template: { src: t.conf, dest: /srv/t.conf, mode: "0644" }
      when: port > 1 && inventory_hostname in groups.web
      notify: restart
  handlers:
    - name: restart
      command: "true"
`,
  'inv.yaml': 'all:\n  children:\n    web: { hosts: { "w[1:2]": { n: 1 } }, vars: { m: "{{ n }}" } }\n',
  'group_vars/all.yaml': 'level: all\n',
  'host_vars/w1.yaml': 'n: 2\n',
  'vars.yaml': 'more: [1, { a: b }]\n',
  'tasks.yaml': '- debug: { msg: "{{ more.1.a }}" }\n  loop: [1, 2]\n',
  'templates/t.conf': '{{#each more}}{{ json this }}{{/each}} {{ level }}\n',
  'roles/r/tasks/main.yaml': '- debug: { msg: "{{ word }}" }\n',
  'roles/r/handlers/main.yaml': '- name: again\n  command: "true"\n',
  'roles/r/meta/main.yaml': 'dependencies: []\n',
  'roles/r/variables.yaml': 'properties:\n  word: { type: string, description: A word. }\n',
  'extra.yaml': 'z: 1\n',
};

/** Every file of it, in the form in which a run reads it. */
export const ARGS = ['site.yaml', '-i', 'inv.yaml', '-e', '@extra.yaml', '--syntax-check'];

export function writeProject(dir: string, files: Files): void {
  const all: Files = { ...SOUND, ...files };
  for (const [path, content] of Object.entries(all)) {
    const full = join(dir, path);
    mkdirSync(dirname(full), { recursive: true });
    if (content === 'directory') mkdirSync(full);
    else if (typeof content === 'string' || Buffer.isBuffer(content)) writeFileSync(full, content);
    else symlinkSync(content.link, full);
  }
}

const MB = 1024 * 1024;
const deep = (open: string, close: string, n: number) => `a: ${open.repeat(n)}${close.repeat(n)}\n`;
const laughs = Array.from({ length: 12 }, (_, i) =>
  i === 0
    ? 'l0: &l0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]'
    : `l${i}: &l${i} [${Array(9)
        .fill(`*l${i - 1}`)
        .join(', ')}]`,
).join('\n');
const mergeLaughs = Array.from({ length: 30 }, (_, i) =>
  i === 0
    ? 'm0: &m0 { a: 1 }'
    : `m${i}: &m${i} { <<: [*m${i - 1}, *m${i - 1}], k${i}: [*m${i - 1}, *m${i - 1}] }`,
).join('\n');

/** What may stand in any file. */
export const HOSTILE: Readonly<Record<string, Content>> = {
  empty: '',
  'a billion laughs': laughs,
  'a billion laughs in maps': mergeLaughs,
  'an alias inside of its anchor': 'a: &a { b: *a, c: [*a] }\n',
  'brackets, nested': deep('[', ']', 5000),
  'brackets, never closed': deep('[', '', 100_000),
  'maps, nested': `a: ${'{b: '.repeat(3000)}1${'}'.repeat(3000)}\n`,
  'lists, nested': `${'- '.repeat(20_000)}a\n`,
  'indents, nested': Array.from({ length: 1500 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
  'ten megabytes of lines': 'a: b\n'.repeat((10 * MB) / 5),
  'ten megabytes of one line': `a: ${'x'.repeat(10 * MB)}\n`,
  'just under two megabytes': `- ${'x, '.repeat((2 * MB - 10) / 3)}\n`,
  'two megabytes of quotes': `a: ${'"'.repeat(2 * MB - 10)}`,
  'many keys': Array.from({ length: 50_000 }, (_, i) => `k${i}: ${i}`).join('\n'),
  'NUL bytes': Buffer.from('a: \0\0b\n'),
  'only NUL bytes': Buffer.alloc(4096),
  'no UTF-8': Buffer.from([0x61, 0x3a, 0x20, 0xff, 0xfe, 0xc3, 0x28, 0x0a]),
  'UTF-16': Buffer.from('a: b\n', 'utf16le'),
  'huge numbers': `a: ${'9'.repeat(50_000)}\nb: 1e999999\nc: 0x${'f'.repeat(9999)}\nd: -.inf\n`,
  'many braces': `a: "${'{{ '.repeat(50_000)}"\n`,
  'blocks of Handlebars': `a: "${'{{#if x}}'.repeat(2000)}${'{{/if}}'.repeat(2000)}"\n`,
  'a long condition': `- debug: {msg: x}\n  when: ${'('.repeat(5000)}true${')'.repeat(5000)}\n`,
  'a condition of many parts': `- debug: {msg: x}\n  when: ${'port > 1 || '.repeat(20_000)}true\n`,
  'a link to itself': { link: 'self' },
  'a link to an endless file': { link: '/dev/zero' },
  'a link to a terminal': { link: '/dev/tty' },
  'a directory': 'directory',
  'a vault of garbage': `$ANSIBLE_VAULT;1.1;AES256\n${'6'.repeat(3 * MB)}\n`,
  'a tag of Python': 'a: !!python/object/apply:os.system ["touch /tmp/never"]\n',
  'names of prototypes':
    '{ __proto__: { x: 1 }, constructor: { prototype: 1 }, toString: 1, hasOwnProperty: 2 }\n',
  'many documents': '--- a\n'.repeat(5000),
  'anchors without end': Array.from({ length: 20_000 }, (_, i) => `- &a${i} x`).join('\n'),
  'tabs and other blanks': '\ta:\t\t- \u00a0\u2028\u0085b\r\r\n\f',
  'many comments': '# x\n'.repeat(200_000),
};

/** Projects that lead in circles. */
export const CIRCLES: Readonly<Record<string, Files>> = {
  'playbooks that import each other': {
    'site.yaml': '- import_playbook: b.yaml\n- import_playbook: b.yaml\n',
    'b.yaml': '- import_playbook: site.yaml\n- import_playbook: site.yaml\n',
  },
  'tasks that import each other': {
    'tasks.yaml': '- import_tasks: more.yaml\n- include_tasks: more.yaml\n',
    'more.yaml': '- import_tasks: tasks.yaml\n- include_tasks: tasks.yaml\n',
  },
  'tasks that double thirty times': {
    'tasks.yaml': '- import_tasks: t1.yaml\n',
    ...Object.fromEntries(
      Array.from({ length: 30 }, (_, i) => [
        `t${i + 1}.yaml`,
        `- import_tasks: t${i + 2}.yaml\n- import_tasks: t${i + 2}.yaml\n`,
      ]),
    ),
    't31.yaml': '- debug: {msg: x}\n',
  },
  'roles that depend on each other': {
    'roles/r/meta/main.yaml': 'dependencies: [s, s]\n',
    'roles/s/meta/main.yaml': 'dependencies: [r, r]\n',
  },
  'variables that are made of each other': {
    'vars.yaml': 'more: "{{ b }}"\nb: "{{ c }}"\nc: ["{{ more }}"]\n',
  },
  'variables that double twenty times': {
    'vars.yaml': `${Array.from({ length: 20 }, (_, i) => `v${i}: "{{ v${i + 1} }}{{ v${i + 1} }}"`).join('\n')}\nv20: x\nmore: "{{ v0 }}"\n`,
  },
  'a loop of a million items': {
    'tasks.yaml':
      '- debug: {msg: x}\n  loop: "{{ more }}"\n  vars: {more: [1]}\n- block:\n    - block: [{debug: {msg: x}, loop: [1,2,3,4,5,6,7,8,9,10], loop_control: {loop_var: c}}]\n      loop: [1,2,3,4,5,6,7,8,9,10]\n      loop_control: {loop_var: b}\n  loop: [1,2,3,4,5,6,7,8,9,10]\n',
  },
  'a tree of links in a circle': {
    'site.yaml':
      '- hosts: web\n  tasks:\n    - template: {src: tree, dest: /srv/x}\n    - copy: {src: tree, dest: /srv/x}\n',
    'templates/tree/up': { link: '..' },
    'files/tree/up': { link: '..' },
  },
  'a million hosts': {
    'inv.yaml': `all: { hosts: { ${Array.from({ length: 200 }, (_, i) => `"h${i}-[1:9999]": `).join(', ')} } }\n`,
  },
};
