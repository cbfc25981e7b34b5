import { accessSync, constants, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { PlayOptions } from '../cli.ts';
import type { Diagnostic } from '../contract/diagnostic.ts';
import { projectRoot } from '../language/playbook.ts';
import { fanOut } from '../report/fan-out.ts';
import { pageHtml } from '../report/html/page.ts';
import { Story } from '../report/html/story.ts';
import { JUnitReport } from '../report/junit.ts';
import type { Reporter } from '../report/reporter.ts';
import type { RunHead } from '../report/run-head.ts';
import { fileAccess } from './files.ts';
import { KeptRun } from './kept-run.ts';
import type { Terminal } from './terminal.ts';
import { writeWhole } from './write-whole.ts';

/** What is left of a run beside what it said: its folder in the history, and the files that were asked for. */
export interface Records extends Reporter {
  /** The folder of the run, from here on; null: none can be had. */
  folder(): string | null;
  /** The run has ended with this exit code, which is returned. The files are written now, however it ended. */
  end(exit: number): number;
}

/** A file that is written when all is known. */
interface Document extends Reporter {
  readonly path: string;
  text(head: RunHead): string;
}

/** `spoken` is told where the run can't be kept. */
export function recordsOf(
  options: PlayOptions,
  terminal: Terminal,
  version: string,
  spoken: Reporter,
): Records {
  const root = projectRoot(
    resolve(terminal.cwd, options.playbooks[0]!),
    fileAccess(terminal.cwd, terminal.home),
  );
  const note = (msg: string) => spoken.on({ event: 'note', level: 'info', msg });
  const kept = new KeptRun(root, headOf(options, terminal, version), note);
  const documents = documentsOf(options).filter(
    ({ path }) => unwritable(resolve(terminal.cwd, path)) === null,
  );
  return {
    ...fanOut([kept, ...documents]),
    folder: () => kept.folder()?.path ?? null,
    end(exit) {
      const head = kept.end(exit);
      for (const { path, text } of documents) {
        const why = unwritten(resolve(terminal.cwd, path), text(head));
        if (why !== null) terminal.err(`warning: ${path} can't be written: ${why}\n`);
      }
      return exit;
    },
  };
}

function headOf(options: PlayOptions, { identity: who }: Terminal, version: string): Omit<RunHead, 'id'> {
  const { playbooks, inventory, limit, tags, skipTags: skip_tags, check } = options;
  const started = new Date().toISOString();
  return { version, playbooks, inventory, limit, tags, skip_tags, check, started, who };
}

function documentsOf({ junit, report, diff }: PlayOptions): Document[] {
  const documents: Document[] = [];
  if (junit !== null) {
    const suites = new JUnitReport(diff);
    documents.push({ path: junit, ...reporterOf(suites), text: () => suites.text() });
  }
  if (report !== null) {
    const story = new Story();
    documents.push({ path: report, ...reporterOf(story), text: (head) => pageHtml(story, head) });
  }
  return documents;
}

function reporterOf(one: Reporter): Reporter {
  return { on: (event) => one.on(event), close: () => one.close() };
}

/** Files that could not be written at the end are refused before anything is done. */
export function recordTroubles({ junit, report }: PlayOptions, cwd: string): Diagnostic[] {
  return [junit, report].flatMap((path) => {
    const why = path === null ? null : unwritable(resolve(cwd, path));
    return why === null ? [] : [{ code: 'unwritable', message: `${path} can't be written: ${why}` }];
  });
}

function unwritable(path: string): string | null {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return 'it is a directory';
  if (!statSync(dirname(path), { throwIfNoEntry: false })) return 'its directory is not there';
  return attempt(() => accessSync(dirname(path), constants.W_OK | constants.X_OK));
}

function unwritten(path: string, text: string): string | null {
  return attempt(() => writeWhole(path, text));
}

/** Why it can't be done, or null. */
function attempt(act: () => void): string | null {
  try {
    act();
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}
