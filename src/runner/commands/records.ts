import { resolve } from 'node:path';
import type { PlayOptions } from '../cli.ts';
import { projectRoot } from '../language/playbook.ts';
import type { Reporter } from '../report/reporter.ts';
import { fileAccess } from './files.ts';
import { KeptRun } from './kept-run.ts';
import type { Terminal } from './terminal.ts';

/** What is left of a run beside what it said. */
export interface Records extends Reporter {
  /** The run has ended with this exit code, which is returned. */
  end(exit: number): number;
}

/** `spoken` is told what can't be kept. */
export function recordsOf(
  options: PlayOptions,
  terminal: Terminal,
  version: string,
  spoken: Reporter,
): Records {
  const { playbooks, inventory, limit, tags, skipTags, check } = options;
  const root = projectRoot(resolve(terminal.cwd, playbooks[0]!), fileAccess(terminal.cwd, terminal.home));
  const started = new Date().toISOString();
  const asked = { playbooks, inventory, limit, tags, skip_tags: skipTags, check };
  const head = { version, ...asked, started, who: terminal.identity };
  const kept = new KeptRun(root, head, (msg) => spoken.on({ event: 'note', level: 'info', msg }));
  return {
    on: (event) => kept.on(event),
    close: () => {},
    end(exit) {
      kept.end(exit);
      return exit;
    },
  };
}
