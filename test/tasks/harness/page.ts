import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { isObject, type Json, type JsonObject } from '../../../src/runner/contract/json.ts';
import type { TaskType } from '../../../src/runner/contract/task-type.ts';
import { validateParams } from './params.ts';

const TASKS = fileURLToPath(new URL('../../../src/runner/tasks/', import.meta.url));
const TESTS = fileURLToPath(new URL('../', import.meta.url));

/** What a task may say beside its type (DESIGN section 6). */
const DIRECTIVES = new Set(
  `name when loop loop_control register notify listen tags vars become become_user environment changed_when
   failed_when ignore_errors ignore_unreachable retries delay until timeout delegate_to run_once no_log
   check_mode`.split(/\s+/),
);

/** The names of all task types, from their files. */
export function typeNames(): string[] {
  return readdirSync(TASKS)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.generated.ts'))
    .map((file) => file.slice(0, -'.ts'.length))
    .sort();
}

export async function loadType(name: string): Promise<TaskType> {
  return (await import(join(TASKS, `${name}.ts`))).default as TaskType;
}

/** The page of a task type, or null. */
export function readPage(name: string): string | null {
  const file = join(TASKS, `${name}.md`);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

export function hasTest(name: string): boolean {
  return existsSync(join(TESTS, `${name}.test.ts`));
}

/** Every task of every ```yaml fence of a page. Throws on a fence that is not a list of maps. */
export function examplesOf(page: string): JsonObject[] {
  const fences = [...page.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '');
  return fences.flatMap((fence) => {
    const tasks: Json = parse(fence, { merge: true });
    if (!Array.isArray(tasks) || !tasks.every(isObject))
      throw new Error(`an example is no list of tasks:\n${fence}`);
    return tasks as JsonObject[];
  });
}

/** What is wrong with a printed task, one line each. */
export async function faultsOf(task: JsonObject): Promise<string[]> {
  const types = Object.keys(task).filter((key) => !DIRECTIVES.has(key));
  const [name] = types;
  if (types.length !== 1 || !name) return [`one task type is due, not: ${types.join(', ')}`];
  if (!typeNames().includes(name)) return [`no such task type: ${name}`];
  return [...validateParams(await loadType(name), task[name]).faults];
}
