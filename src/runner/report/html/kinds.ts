import { type Kind, kindOf, type Shared, type TaskStory } from './story.ts';

/** The kinds of outcomes, the most urgent first. */
export const KINDS = [
  'failed',
  'unreachable',
  'unknown',
  'changed',
  'would_change',
  'ignored',
  'rescued',
  'ok',
  'skipped',
] as const satisfies readonly Kind[];

/** What one looks for in a report; the others are hidden at first. */
export function isEvent(kind: Kind): boolean {
  return kind !== 'ok' && kind !== 'skipped';
}

export function worst(kinds: Iterable<Kind>): Kind {
  const seen = new Set(kinds);
  return KINDS.find((kind) => seen.has(kind)) ?? 'ok';
}

export function wordOf(kind: Kind): string {
  return kind === 'would_change' ? 'would change' : kind;
}

/** What became of the task as a whole, item events apart. */
export function wholes(story: TaskStory): Shared[] {
  return [...story.shared.values()].filter(({ event }) => event.item === undefined);
}

export function kindsOf(story: TaskStory): Set<Kind> {
  return new Set([...story.shared.values()].map(({ event }) => kindOf(event)));
}
