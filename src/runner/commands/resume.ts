import type { Diagnostic } from '../contract/diagnostic.ts';
import { Past } from '../engine/past.ts';
import type { ResumeOptions } from '../resume-command-line.ts';
import { type Bind, withJournal } from './binding.ts';
import { type ReadJournal, readJournal } from './journal-file.ts';
import { optionsAgain } from './kept-options.ts';
import { compareText } from './kept-text.ts';
import { playCommand } from './play.ts';
import { readHead } from './read-run.ts';
import { refuseAll } from './refuse-all.ts';
import { findRun, projectWithRuns, type RunFolder, runIds } from './run-folder.ts';
import { gateOf, readPlan } from './saved-plan.ts';
import type { Terminal } from './terminal.ts';

/** `mama-play resume RUN`: resolves to the exit code. */
export async function runResume(
  options: ResumeOptions,
  terminal: Terminal,
  version: string,
): Promise<number> {
  const found = resumable(options.run, terminal.cwd);
  if ('code' in found) return refuseAll([found], options, terminal);
  const { run, journal } = found;
  const { head } = journal;
  const again = optionsAgain(head.text.options, options, false);
  if (!again) {
    const message = `-e of run ${run.id} held a secret, which is not kept`;
    return refuseAll([{ code: 'resume', message, hint: 'give it again with -e' }], options, terminal);
  }
  const plan = head.plan && readPlan(head.plan.file);
  if (plan && 'code' in plan) return refuseAll([plan], options, terminal);
  const bind: Bind = (reading) => {
    const compared = compareText({ ...head.text, seen: journal.seen }, reading, `run ${run.id}`);
    if ('code' in compared) return { refused: [compared] };
    const past = new Past(journal.entries, compared.marks, run.id, options.again);
    const gate = plan && gateOf(plan, reading, head.plan!.onlyShown);
    const troubles = compared.diagnostics.length > 0 ? compared.diagnostics.map(withAdvice) : past.troubles();
    if (troubles.length > 0) return { refused: troubles };
    if (gate && 'refused' in gate) return gate;
    reading.note(`going on from run ${run.id}`);
    return { ...withJournal(reading, head.plan), past, ...(gate ? { gate } : {}) };
  };
  return playCommand(again, { ...terminal, cwd: head.cwd }, version, bind);
}

function resumable(
  word: string,
  cwd: string,
): { readonly run: RunFolder; readonly journal: ReadJournal } | Diagnostic {
  const root = projectWithRuns(cwd);
  if (root === null) return refusal('no run is kept here', 'runs are kept in .mama-play/ of their project');
  const run = word === 'last' ? lastRun(root) : findRun(root, word);
  if (!run) return refusal(`there is no run "${word}"`, 'mama-play runs list shows those that are kept');
  const ended = readHead(run);
  if (ended?.check) return refusal(`run ${run.id} was a dry run`, 'there is nothing to go on with');
  if (ended?.exit === 0) return refusal(`run ${run.id} ended well`, 'there is nothing to go on with');
  const journal = readJournal(run.path);
  return journal
    ? { run, journal }
    : refusal(`run ${run.id} has no journal that can be read`, 'run the playbook anew');
}

/**
 * The newest; where that one came to nothing on any machine (another run held them, lines were dead), the one before it
 * that the same command left undone.
 */
function lastRun(root: string): RunFolder | null {
  const runs = runIds(root)
    .map((id) => findRun(root, id)!)
    .filter((one) => readHead(one)?.check === false);
  const [last = null] = runs;
  const journal = last && readJournal(last.path);
  if (!journal || hasBegun(journal)) return last;
  const before = runs.find((one) => {
    const other = readJournal(one.path);
    return other && hasBegun(other) && isSameCommand(other, journal);
  });
  return before && readHead(before)?.exit !== 0 ? before : last;
}

function hasBegun({ entries }: ReadJournal): boolean {
  return entries.some(
    (entry) => entry.e === 'begun' || (entry.e === 'came' && entry.status !== 'unreachable'),
  );
}

function isSameCommand(one: ReadJournal, other: ReadJournal): boolean {
  const [a, b] = [one, other].map(({ head }) => JSON.stringify([head.cwd, head.text.options]));
  return a === b;
}

function refusal(message: string, hint: string): Diagnostic {
  return { code: 'resume', message, hint };
}

function withAdvice(diagnostic: Diagnostic): Diagnostic {
  return { ...diagnostic, hint: 'run the playbook anew: what is as declared is left alone' };
}
