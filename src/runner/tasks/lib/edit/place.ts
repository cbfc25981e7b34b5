import { isRefusal, type Refusal, refuse } from '../../../contract/task-type.ts';
import { type Pattern, readPattern } from './pattern.ts';

/** Where new lines go if nothing stands for them yet. */
export type Place =
  | { readonly kind: 'begin' }
  | { readonly kind: 'end' }
  | { readonly kind: 'after' | 'before'; readonly pattern: Pattern };

export function readPlace(after: string | undefined, before: string | undefined): Place | Refusal {
  if (after !== undefined && before !== undefined) {
    return refuse('insertafter and insertbefore exclude each other', 'give one of them');
  }
  if (before === 'BOF' || after === 'BOF') return { kind: 'begin' };
  if (after === 'EOF' || before === 'EOF' || (after ?? before) === undefined) return { kind: 'end' };
  const kind = after === undefined ? 'before' : 'after';
  const pattern = readPattern(`insert${kind}`, after ?? before ?? '');
  return isRefusal(pattern) ? pattern : { kind, pattern };
}

/** The index (from 0) that new lines get; the end where nothing matches. */
export function indexOf(place: Place, lines: readonly string[], first: boolean): number | Refusal {
  if (place.kind === 'begin') return 0;
  if (place.kind === 'end') return lines.length;
  const found = place.pattern.find(lines);
  if (isRefusal(found)) return found;
  const hit = (one: unknown) => one !== null;
  const at = first ? found.findIndex(hit) : found.findLastIndex(hit);
  if (at < 0) return lines.length;
  return place.kind === 'after' ? at + 1 : at;
}
