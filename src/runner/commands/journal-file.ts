import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Entry } from '../engine/journal.ts';
import type { KeptText } from './kept-text.ts';

const FORMAT = 1;

/** What a journal begins with. */
export interface JournalHead {
  readonly e: 'run';
  readonly format: typeof FORMAT;
  /** Absolute; the paths of the options and of what was seen are relative to it. */
  readonly cwd: string;
  /** The saved plan that the run was held to. */
  readonly plan?: { readonly file: string; readonly onlyShown: boolean };
  readonly text: Omit<KeptText, 'seen'>;
}

type SeenLine = { readonly e: 'seen' } & KeptText['seen'][number];

export interface ReadJournal {
  readonly head: JournalHead;
  readonly seen: KeptText['seen'];
  readonly entries: readonly Entry[];
}

/**
 * The journal of a run that is under way. Lines are kept in their order; one that is written `now` is with the kernel,
 * with all before it, before the call returns, so that a killed run leaves a true beginning of itself.
 */
export class JournalFile {
  private readonly path: string;
  private readonly tell: (why: string) => void;
  private file: number | null = null;
  private waiting = '';

  /** `tell`: once, that it can't be written; then none is left behind, as a part of one would be untrue. */
  constructor(folder: string, tell: (why: string) => void) {
    this.path = join(folder, 'journal.ndjson');
    this.tell = tell;
    this.quietly(() => {
      this.file = openSync(this.path, 'ax', 0o600);
    });
  }

  begin(head: Omit<JournalHead, 'e' | 'format'>): void {
    this.write(`${JSON.stringify({ e: 'run', format: FORMAT, ...head })}\n`);
  }

  seen(seen: KeptText['seen'][number]): void {
    this.write(`${JSON.stringify({ e: 'seen', ...seen })}\n`);
  }

  write(line: string, now = false): void {
    if (this.file === null) return;
    if (this.waiting === '' && !now) setImmediate(() => this.flush());
    this.waiting += line;
    if (now) this.flush();
  }

  close(): void {
    this.flush();
    if (this.file !== null) closeSync(this.file);
    this.file = null;
  }

  private flush(): void {
    const { waiting, file } = this;
    this.waiting = '';
    if (file !== null && waiting !== '') this.quietly(() => writeAll(file, Buffer.from(waiting)));
  }

  private quietly(work: () => void): void {
    try {
      work();
    } catch (error) {
      const { file } = this;
      this.file = null;
      this.tell((error as NodeJS.ErrnoException).code ?? (error as Error).message);
      if (file !== null) closeSync(file);
      rmSync(this.path, { force: true });
    }
  }
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

/** null: there is none, or it can't be read. The last line of a run that was killed may be a part of one. */
export function readJournal(folder: string): ReadJournal | null {
  try {
    const lines = readFileSync(join(folder, 'journal.ndjson'), 'utf8').split('\n').slice(0, -1);
    const all = lines.map((line) => JSON.parse(line) as JournalHead | SeenLine | Entry);
    const [head] = all;
    if (head?.e !== 'run' || head.format !== FORMAT) return null;
    return {
      head,
      seen: all.filter((line): line is SeenLine => line.e === 'seen'),
      entries: all.filter((line): line is Entry => line.e !== 'seen' && line.e !== 'run'),
    };
  } catch {
    return null;
  }
}
