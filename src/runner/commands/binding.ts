import type { PlayOptions } from '../cli.ts';
import type { Diagnostic } from '../contract/diagnostic.ts';
import type { Secrets } from '../contract/secret.ts';
import { JournalWriter } from '../engine/journal.ts';
import type { RunOptions } from '../engine/run.ts';
import type { Marks } from '../engine/unit.ts';
import type { Vaults } from '../language/vaults.ts';
import { JournalFile, type JournalHead } from './journal-file.ts';
import { keepText, seenMark } from './kept-text.ts';
import type { Project } from './project.ts';
import type { SeenFiles } from './seen-files.ts';
import type { Terminal } from './terminal.ts';

/** A run whose text was read and found right, before the first connection. */
export interface Reading {
  readonly project: Project;
  readonly options: PlayOptions;
  readonly seen: SeenFiles;
  readonly vaults: Vaults;
  readonly secrets: Secrets;
  readonly terminal: Terminal;
  /** The folder of the run, from here on; null: none can be had. */
  folder(): string | null;
  note(msg: string): void;
}

/** What a run goes on from or keeps to, and who is told of it. */
export interface Bound extends Pick<RunOptions, 'journal' | 'past' | 'gate'> {
  /** The run ended with this exit code; gives the one to leave with. */
  ended?(exit: number): number;
}

/** Ties a run to what stands beside its text. */
export type Bind = (reading: Reading) => Bound | { readonly refused: readonly Diagnostic[] };

/** An ordinary run: a journal is kept. */
export const journalled: Bind = (reading) => (reading.options.check ? {} : withJournal(reading));

/** The journal of this run, in its folder. */
export function withJournal(reading: Reading, plan?: JournalHead['plan']): Bound {
  const folder = reading.folder();
  if (folder === null) return {};
  const { text, marks } = keepText(reading);
  const file = new JournalFile(folder, (why) =>
    reading.note(`this run can't be resumed: its journal: ${why}`),
  );
  file.begin({ cwd: reading.terminal.cwd, ...(plan ? { plan } : {}), text });
  keepSeen(reading, marks, (seen) => file.seen(seen));
  return {
    journal: new JournalWriter(marks, reading.secrets, (line, now) => file.write(line, now)),
    ended(exit) {
      file.close();
      return exit;
    },
  };
}

/** Everything that was read so far, and what else will be. */
export function keepSeen(
  { seen, secrets }: Reading,
  marks: Marks,
  keep: (seen: ReturnType<typeof seenMark>) => void,
): void {
  seen.each((one) => keep(seenMark(one, marks, secrets)));
}
