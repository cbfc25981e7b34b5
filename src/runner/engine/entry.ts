import type { Block, Include } from '../language/model.ts';
import type { Round } from '../plan/cursor.ts';
import { conditions } from '../plan/prepare.ts';
import { itemsOf, rounds } from '../plan/rounds.ts';
import type { PlanScope } from '../plan/scope.ts';
import { faulty, type Raw, skipped, unknown } from './raw.ts';

/** How a looped block or an include is gone through: its rounds, or why it is not entered. */
export type Entry = { readonly rounds: readonly Round[] } | { readonly instead: Raw };

/** An include's condition is judged once, here; a block's is judged by each of its tasks. */
export function entryOf(node: Block | Include, scope: PlanScope): Entry {
  if (node.kind === 'include') {
    const when = conditions(node.when, scope);
    if (when.kind === 'fault') return { instead: faulty(when.diagnostic) };
    if (when.kind === 'unknown') return { instead: unknown(when.because) };
    if (!when.value) return { instead: skipped(`${when.by?.source} is false`) };
  }
  if (!node.loop) return { rounds: [new Map()] };
  const items = itemsOf(node.loop, scope);
  if (items.kind === 'fault') return { instead: faulty(items.diagnostic) };
  if (items.kind === 'unknown') return { instead: unknown(items.because) };
  return { rounds: rounds(node.loop, items.value).map((item) => item.round) };
}
