import type { Block, Include } from '../language/model.ts';
import type { Round } from '../plan/cursor.ts';
import type { PlanScope } from '../plan/scope.ts';
import { takenRounds } from '../plan/taken.ts';
import { faulty, type Raw, skippedBy, unknown } from './raw.ts';

/** How a looped block or an include is gone through: its rounds, or why it is not entered. */
export type Entry = { readonly rounds: readonly Round[] } | { readonly instead: Raw };

export function entryOf(node: Block | Include, scopeIn: (own: Round | null) => PlanScope): Entry {
  const taken = takenRounds(node, scopeIn);
  if (taken.kind === 'fault') return { instead: faulty(taken.diagnostic) };
  if (taken.kind === 'unknown') return { instead: unknown(taken.because) };
  if (taken.no) return { instead: skippedBy(taken.no) };
  return { rounds: taken.value };
}
