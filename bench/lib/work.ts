import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The twenty tasks, said once: each peer's text is made from this list, and so is the tree that they must end with.
 * Texts hold `{{ name }}`, which Handlebars and Jinja understand alike.
 */
export const DIRECTORIES = ['etc', 'etc/conf.d', 'share', 'state', 'logs'] as const;

export const VARIABLES: Readonly<Record<string, string>> = {
  region: 'west-africa',
  operator: 'ops@example.org',
  workers: '8',
  log_level: 'info',
};

export interface TextFile {
  readonly path: string;
  readonly source: string;
  readonly text: string;
}

export const TEMPLATES: readonly TextFile[] = Array.from({ length: 10 }, (_, index) => ({
  path: `etc/conf.d/service-${index}.conf`,
  source: `service-${index}.conf`,
  text: templateText(index),
}));

export const STATIC_FILES: readonly TextFile[] = ['motd', 'limits', 'hosts'].map((name) => ({
  path: `share/${name}`,
  source: name,
  text: Array.from(
    { length: 16 },
    (_, line) => `${name} ${line}: the same on every host, whatever comes\n`,
  ).join(''),
}));

/** A copy that is made once: the target guards it. */
export const COMMANDS: readonly { readonly from: string; readonly creates: string }[] = [
  { from: 'share/motd', creates: 'state/installed' },
  { from: 'etc/conf.d/service-0.conf', creates: 'state/registered' },
];

export const TASKS = DIRECTORIES.length + TEMPLATES.length + STATIC_FILES.length + COMMANDS.length;

function templateText(index: number): string {
  const settings = Array.from(
    { length: 12 },
    (_, i) => `option_${i} = service ${index} on {{ node }}, value ${(index + 1) * (i + 7) * 131}\n`,
  );
  return `# service ${index}, written for {{ node }} in {{ region }}; questions to {{ operator }}
[service]
root = {{ root }}/logs
workers = {{ workers }}
log_level = {{ log_level }}
port = ${8000 + index}
[options]
${settings.join('')}`;
}

export function rendered(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(/\{\{ (\w+) \}\}/g, (_, name: string) => variables[name]!);
}

/** Path → text for files, null for directories: what a host must hold afterwards. */
export function expectedTree(root: string, node: string): ReadonlyMap<string, string | null> {
  const variables = { ...VARIABLES, root, node };
  const tree = new Map<string, string | null>(DIRECTORIES.map((path) => [path, null]));
  for (const { path, text } of TEMPLATES) tree.set(path, rendered(text, variables));
  for (const { path, text } of STATIC_FILES) tree.set(path, text);
  for (const { from, creates } of COMMANDS) tree.set(creates, tree.get(from)!);
  return tree;
}

/** The project that mama-play and Ansible share, word for word: `playbook.yaml`, `templates/`, `files/`. */
export function writeProject(dir: string): void {
  for (const folder of ['templates', 'files', 'roles']) mkdirSync(join(dir, folder), { recursive: true });
  for (const { source, text } of TEMPLATES) writeFileSync(join(dir, 'templates', source), text);
  for (const { source, text } of STATIC_FILES) writeFileSync(join(dir, 'files', source), text);
  const vars = Object.entries(VARIABLES).map(([name, value]) => `    ${name}: "${value}"\n`);
  const tasks = [
    ...DIRECTORIES.map((path) =>
      task(path, `file: {path: "{{ root }}/${path}", state: directory, mode: "0755"}`),
    ),
    ...TEMPLATES.map(({ path, source }) =>
      task(path, `template: {src: ${source}, dest: "{{ root }}/${path}", mode: "0644"}`),
    ),
    ...STATIC_FILES.map(({ path, source }) =>
      task(path, `copy: {src: ${source}, dest: "{{ root }}/${path}", mode: "0644"}`),
    ),
    ...COMMANDS.map(({ from, creates }) =>
      task(
        creates,
        `command: {cmd: "cp {{ root }}/${from} {{ root }}/${creates}", creates: "{{ root }}/${creates}"}`,
      ),
    ),
  ];
  writeFileSync(
    join(dir, 'playbook.yaml'),
    `- hosts: all\n  gather_facts: false\n  vars:\n${vars.join('')}  tasks:\n${tasks.join('')}`,
  );
}

function task(name: string, body: string): string {
  return `    - name: ${name}\n      ${body}\n`;
}
