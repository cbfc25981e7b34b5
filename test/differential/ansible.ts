import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface Job {
  readonly dir: string;
  readonly args: readonly string[];
}

/** One run of ansible-playbook that has ended. */
export interface Ended {
  readonly dir: string;
  readonly code: number;
  readonly out: string;
}

/** Run ansible-playbook for all of them, in the background, `home` being its own; each is told when it has ended. */
export function startAnsible(home: string, jobs: readonly Job[]): Promise<Ended>[] {
  const child = spawn('/usr/bin/python3', [join(import.meta.dirname, 'runs.py')], {
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: home,
      LC_ALL: 'C.UTF-8',
      ANSIBLE_GATHERING: 'explicit',
      ANSIBLE_PIPELINING: '1',
      ANSIBLE_NOCOLOR: '1',
      ANSIBLE_RETRY_FILES_ENABLED: '0',
      ANSIBLE_DEPRECATION_WARNINGS: '0',
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const waiting = new Map<string, (ended: Ended) => void>();
  const ended = jobs.map((job) => new Promise<Ended>((resolve) => waiting.set(job.dir, resolve)));
  createInterface({ input: child.stdout }).on('line', (line) => {
    // Ansible itself says a word there now and then, as when it tidies up at its end.
    if (!line.startsWith('{"dir"')) return;
    const one = JSON.parse(line) as Ended;
    waiting.get(one.dir)?.(one);
    waiting.delete(one.dir);
  });
  child.on('close', (code) => failRest(child, waiting, code));
  child.stdin.end(jobs.map((job) => `${JSON.stringify(job)}\n`).join(''));
  return ended;
}

/** It ended before all of its runs: nobody must wait for them. */
function failRest(
  child: ChildProcess,
  waiting: ReadonlyMap<string, (ended: Ended) => void>,
  code: number | null,
): void {
  const out = `ERROR! ${child.spawnargs.join(' ')} ended with ${code}`;
  for (const [dir, resolve] of waiting) resolve({ dir, code: -1, out });
}
