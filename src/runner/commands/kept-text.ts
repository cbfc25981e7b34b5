import type { PlayOptions } from '../cli.ts';
import type { Diagnostic } from '../contract/diagnostic.ts';
import type { Secrets } from '../contract/secret.ts';
import { Marks } from '../engine/unit.ts';
import type { Reading } from './binding.ts';
import { type KeptOptions, keptOptions } from './kept-options.ts';
import { newKey, sameKey } from './run-key.ts';
import type { Seen } from './seen-files.ts';

/** What a run was made of: its options, and marks of everything that was read for it. */
export interface KeptText {
  readonly options: KeptOptions;
  /** See `RunKey`. */
  readonly key: string | null;
  /** A mark that tells whether the key is the same. */
  readonly proof: string;
  /** The mark of `-e`. */
  readonly extra: string;
  readonly seen: readonly SeenMark[];
}

export interface SeenMark {
  /** Masked where it holds a secret. */
  readonly path: string;
  /** The mark of a path that is masked. */
  readonly of?: string;
  readonly aspect: Seen['aspect'];
  readonly mark: string;
}

/** What is kept of the text of this run, without what was seen, and the marks that it is kept with. */
export function keepText({ project, options, vaults, secrets }: Reading): {
  readonly text: Omit<KeptText, 'seen'>;
  readonly marks: Marks;
} {
  const { key, kept } = newKey(vaults);
  const marks = new Marks(
    project.plays.map(({ play }) => play),
    key,
  );
  const options_ = keptOptions(options, secrets);
  return {
    text: { options: options_, key: kept, proof: marks.of(PROOF), extra: extraMark(options, marks) },
    marks,
  };
}

export function seenMark({ path, aspect, fact }: Seen, marks: Marks, secrets: Secrets): SeenMark {
  const shown = secrets.mask(path);
  return { path: shown, ...(shown === path ? {} : { of: marks.of(path) }), aspect, mark: marks.of(fact) };
}

/** Is everything still as it was? `since`: `run 2026…`, `the plan was made`. */
export function compareText(
  kept: KeptText,
  { project, options, vaults, seen, terminal }: Reading,
  since: string,
): { readonly marks: Marks; readonly diagnostics: readonly Diagnostic[] } | Diagnostic {
  const key = sameKey(kept.key, vaults);
  const plays = project.plays.map(({ play }) => play);
  const marks = key && new Marks(plays, key.key);
  if (!marks || marks.of(PROOF) !== kept.proof)
    return { code: 'changed-since', message: `the vault's password is not the one of ${since}` };
  const diagnostics: Diagnostic[] = [];
  if (extraMark(options, marks) !== kept.extra)
    diagnostics.push({ code: 'changed-since', message: `-e is not what it was in ${since}` });
  const told = new Set<string>();
  // Of what the run itself altered, the last counts.
  const last = new Map(kept.seen.map((one) => [`${one.aspect} ${one.of ?? one.path}`, one]));
  const hidden = kept.seen.some(({ of }) => of !== undefined);
  const masked = new Map(hidden ? seen.paths().map((path) => [marks.of(path), path]) : []);
  for (const { path, of, aspect, mark } of last.values()) {
    const real = of === undefined ? path : masked.get(of);
    if (told.has(path)) continue;
    // One that this reading did not come upon can't be looked at: it counts as altered.
    if (real !== undefined && marks.of(seen.now({ path: real, aspect }, terminal.cwd)) === mark) continue;
    told.add(path);
    const message =
      aspect === 'names' || aspect === 'entries'
        ? `${path} holds other files than in ${since}`
        : `${path} is not what it was in ${since}`;
    diagnostics.push({ code: 'changed-since', message });
  }
  return { marks, diagnostics };
}

const PROOF = 'the key is the same';

function extraMark({ extraVars }: Pick<PlayOptions, 'extraVars'>, marks: Marks): string {
  return marks.of([...extraVars]);
}
