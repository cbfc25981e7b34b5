// How long it takes to lint a project of 300 files and 150 KB of YAML, whole process: node --import tsx test/cli/lint-speed.ts
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseDocument } from 'yaml';

const MAIN = resolve(import.meta.dirname, '../../dist/main.js');
const ROLES = 56;
const PLAYBOOKS = 10;
const ROUNDS = 7;

const dir = mkdtempSync(join(tmpdir(), 'mama-lint-speed-'));
try {
  makeProject();
  const files = yamlFiles(dir);
  const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
  console.log(`${files.length} files, ${Math.round(bytes / 1000)} kB`);
  console.log(`yaml alone parses them in ${best(() => parseAll(files))} ms`);
  console.log(`lint playbooks: ${best(() => lint('playbooks'))} ms`);
  console.log(
    `lint playbooks -i inventory.yaml: ${best(() => lint('playbooks', '-i', 'inventory.yaml'))} ms`,
  );
} finally {
  rmSync(dir, { recursive: true });
}

function makeProject(): void {
  for (let role = 0; role < ROLES; role++) makeRole(`part${role}`);
  for (let book = 0; book < PLAYBOOKS; book++) {
    const roles = Array.from({ length: ROLES }, (_, role) => `part${role}`).filter(
      (_, role) => role % PLAYBOOKS === book,
    );
    put(`playbooks/book${book}.yaml`, `- name: Book ${book}\n  hosts: web\n  roles: [${roles.join(', ')}]\n`);
  }
  put(
    'inventory.yaml',
    'all:\n  children:\n    web: { hosts: { "web[01:04]": } }\n    db: { hosts: { db1: } }\n',
  );
  for (const group of ['all', 'db'])
    put(`group_vars/${group}.yaml`, `${group}_port: 8080\n${group}_name: ${group}\n`);
  for (let file = 0; file < 5; file++) put(`group_vars/web/more${file}.yaml`, `more_${file}: ${file}\n`);
}

function makeRole(name: string): void {
  const task = (n: number) => `- name: Part ${n} of ${name}, which makes its folder
  file: { path: "/srv/{{ ${name}_user }}/${n}", state: directory, mode: "0755" }
  when: ${name}_port > ${n} && inventory_hostname != "db1"
  notify: ${name} restart
`;
  const tasks = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, n) => task(from + n)).join('');
  put(
    `roles/${name}/tasks/main.yaml`,
    `${tasks(0, 5)}- import_tasks: more.yaml\n- include_tasks: last.yaml\n`,
  );
  put(`roles/${name}/tasks/more.yaml`, tasks(5, 8));
  put(`roles/${name}/tasks/last.yaml`, tasks(8, 10));
  put(`roles/${name}/handlers/main.yaml`, `- name: ${name} restart\n  command: echo {{ ${name}_user }}\n`);
  put(
    `roles/${name}/variables.yaml`,
    `properties:\n  ${name}_user: { type: string, default: nobody, description: whose it is }\n  ${name}_port: { type: integer, default: 80, description: where it listens }\n`,
  );
}

function put(path: string, text: string): void {
  mkdirSync(dirname(join(dir, path)), { recursive: true });
  writeFileSync(join(dir, path), text);
}

function yamlFiles(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => join(root, name));
}

function parseAll(files: readonly string[]): void {
  for (const file of files) parseDocument(readFileSync(file, 'utf8'));
}

function lint(...words: string[]): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'lint', ...words], {
    cwd: dir,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`lint: ${status}\n${stdout}\n${stderr}`);
}

/** Milliseconds of the fastest of some rounds. */
function best(action: () => void): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const begun = performance.now();
    action();
    return performance.now() - begun;
  });
  return Math.round(Math.min(...times));
}
