// How long it takes to lint a project of 300 files and 150 kB of YAML, and one five times as large, and whether what is
// promised of that holds: node --import tsx test/cli/lint-speed.ts [ROUNDS]     (npm run build first)
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');
const MAIN = join(ROOT, 'dist/main.js');
const ROUNDS = Number(process.argv[2] ?? 7);
/** Milliseconds for the whole process, on the project of 300 files. */
const LIMIT = 500;
/** Beyond that, without an inventory: how many times what a process takes that only parses the files with `yaml`. */
const SHARE = 1.5;

/** Milliseconds, of the clock and of the processor. */
interface Took {
  readonly clock: number;
  readonly cpu: number;
}

/** Tells what the process used as it ends. */
const CPU_HOOK =
  "process.on('exit', () => { const { user, system } = process.cpuUsage(); require('fs').writeSync(3, String((user + system) / 1000)); });\n";

/** Parses the files that stdin names, and says how long that took without the start of Node and of the library. */
const PARSE = `
  import { readFileSync } from 'node:fs';
  import { parseDocument } from 'yaml';
  const begun = performance.now();
  for (const file of readFileSync(0, 'utf8').split('\\n')) parseDocument(readFileSync(file, 'utf8'));
  console.log(performance.now() - begun);
`;

const base = mkdtempSync(join(tmpdir(), 'mama-lint-speed-'));
const hook = join(base, 'cpu.cjs');
try {
  writeFileSync(hook, CPU_HOOK);
  console.log(`best of ${ROUNDS}; load ${loadavg()[0]!.toFixed(1)}, Node ${process.version}`);
  const small = measure('small', 56, 10);
  const isShort = holds(Math.max(small.alone.clock, small.withInventory.clock), LIMIT);
  const large = measure('large', 280, 50);
  const keepsPace = holds(large.alone.clock, SHARE * large.yaml.clock);
  process.exitCode = isShort && keepsPace ? 0 : 1;
} finally {
  rmSync(base, { recursive: true });
}

function holds(clock: number, limit: number): boolean {
  console.log(`  the promise ${clock <= limit ? 'holds' : 'is BROKEN'}: at most ${Math.round(limit)} ms`);
  return clock <= limit;
}

/** Of a project of so many roles and playbooks. They take turns; of each the fastest counts. */
function measure(name: string, roles: number, playbooks: number) {
  const dir = join(base, name);
  makeProject(dir, roles, playbooks);
  const files = yamlFiles(dir);
  const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
  console.log(`\n${files.length} files, ${Math.round(bytes / 1000)} kB`);
  const rounds = Array.from({ length: ROUNDS }, () => ({
    yaml: parseAll(files),
    alone: lint(dir, ['playbooks']),
    withInventory: lint(dir, ['playbooks', '-i', 'inventory.yaml']),
  }));
  const yaml = fastest(rounds.map((round) => round.yaml));
  const alone = fastest(rounds.map((round) => round.alone));
  const withInventory = fastest(rounds.map((round) => round.withInventory));
  const times = (took: Took) => `${said(took)}, ${(took.clock / yaml.clock).toFixed(2)} times yaml`;
  console.log(`  yaml alone: ${said(yaml)}; ${Math.round(yaml.parsing)} ms of it parsing`);
  console.log(`  lint playbooks: ${times(alone)}`);
  console.log(`  lint playbooks -i inventory.yaml: ${times(withInventory)}`);
  return { yaml, alone, withInventory };
}

function makeProject(dir: string, roles: number, playbooks: number): void {
  const put = (path: string, text: string) => {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  };
  for (let role = 0; role < roles; role++) makeRole(put, `part${role}`);
  for (let book = 0; book < playbooks; book++) {
    const own = Array.from({ length: roles }, (_, role) => `part${role}`).filter(
      (_, role) => role % playbooks === book,
    );
    put(`playbooks/book${book}.yaml`, `- name: Book ${book}\n  hosts: web\n  roles: [${own.join(', ')}]\n`);
  }
  put(
    'inventory.yaml',
    'all:\n  children:\n    web: { hosts: { "web[01:04]": } }\n    db: { hosts: { db1: } }\n',
  );
  for (const group of ['all', 'db'])
    put(`group_vars/${group}.yaml`, `${group}_port: 8080\n${group}_name: ${group}\n`);
  for (let file = 0; file < 7; file++) put(`group_vars/web/more${file}.yaml`, `more_${file}: ${file}\n`);
}

function makeRole(put: (path: string, text: string) => void, name: string): void {
  const task = (
    n: number,
  ) => `- name: Part ${n} of ${name}, which makes the folder that its service keeps its files in
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

function yamlFiles(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => join(root, name));
}

function parseAll(files: readonly string[]): Took & { readonly parsing: number } {
  const { stdout, ...took } = run(['--input-type=module', '-e', PARSE], ROOT, files.join('\n'));
  return { ...took, parsing: Number(stdout) };
}

function lint(cwd: string, words: readonly string[]): Took {
  return run([MAIN, 'lint', ...words], cwd, '');
}

function run(words: readonly string[], cwd: string, input: string): Took & { readonly stdout: string } {
  const begun = performance.now();
  const { status, output } = spawnSync(process.execPath, ['-r', hook, ...words], {
    cwd,
    encoding: 'utf8',
    input,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  const clock = performance.now() - begun;
  if (status !== 0) throw new Error(`${words.join(' ')}: ${status}\n${output.join('\n')}`);
  return { clock, cpu: Number(output[3]), stdout: output[1]! };
}

function fastest<T extends Took>(rounds: readonly T[]): T {
  return rounds.reduce((one, other) => (other.clock < one.clock ? other : one));
}

function said({ clock, cpu }: Took): string {
  return `${Math.round(clock)} ms (${Math.round(cpu)} ms CPU)`;
}
