import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { FIRST_FILES } from './init-files.ts';
import type { Terminal } from './terminal.ts';

/** `mama-play init DIR`: a small project that runs. Nothing that is there is touched. Resolves to the exit code. */
export function runInit(dir: string, terminal: Terminal): number {
  const full = resolve(terminal.cwd, dir);
  try {
    mkdirSync(full, { recursive: true });
    // A repository that was just begun is no obstacle.
    const there = readdirSync(full).filter((name) => name !== '.git');
    if (there.length > 0) {
      terminal.err(`mama-play: ${dir} is not empty\n  give a new directory: mama-play init DIR\n`);
      return 1;
    }
    for (const [path, text] of Object.entries(FIRST_FILES)) {
      mkdirSync(dirname(join(full, path)), { recursive: true });
      writeFileSync(join(full, path), text, { flag: 'wx' });
    }
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code;
    if (why === undefined) throw error;
    terminal.err(`mama-play: ${dir} can't be made: ${why}\n`);
    return 1;
  }
  const made = Object.keys(FIRST_FILES).map((path) => `  ${join(dir, path)}\n`);
  const enter = full === terminal.cwd ? '' : `cd ${quoted(dir)} && `;
  terminal.out(
    `${made.join('')}\nTry it:\n  ${enter}mama-play playbooks/site.yaml -i inventory/local.yaml\n`,
  );
  return 0;
}

function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
