import type { Block, Evaluated, Expression, Include, Loop } from '../language/model.ts';
import type { Round } from './cursor.ts';
import { conditions } from './prepare.ts';
import { itemsOf, rounds } from './rounds.ts';
import type { PlanScope } from './scope.ts';

/** The rounds that are gone through; none of them: perhaps because of a condition. */
export type Taken = Evaluated<readonly Round[]> & { readonly no?: Expression };

/**
 * How an include, or a looped block, is gone through. A block's conditions are judged by each of its tasks; an include's
 * here: once, before its items are looked at, those that read the item round by round. `scopeIn` sees one round.
 */
export function takenRounds(node: Block | Include, scopeIn: (own: Round | null) => PlanScope): Taken {
  const { loop } = node;
  const { once, each } = judged(node);
  const when = conditions(once, scopeIn(null));
  if (when.kind !== 'value') return when;
  if (!when.value) return none(when.by);
  if (!loop) return { kind: 'value', value: [new Map()] };
  const items = itemsOf(loop, scopeIn(null));
  if (items.kind === 'fault' && node.kind === 'block') {
    const verdict = conditions(apart(node.when, loop).once, scopeIn(null));
    if (verdict.kind === 'value' && !verdict.value) return none(verdict.by);
  }
  if (items.kind !== 'value') return items;
  const taken: Round[] = [];
  let no: Expression | undefined;
  for (const { round } of rounds(loop, items.value)) {
    const verdict = conditions(each, each.length > 0 ? scopeIn(round) : scopeIn(null));
    if (verdict.kind !== 'value') return verdict;
    if (verdict.value) taken.push(round);
    else no = verdict.by;
  }
  return taken.length > 0 ? { kind: 'value', value: taken } : none(no);
}

/** The conditions of an include that are judged once, and those that each round is judged by. */
export function judged(node: Block | Include): Apart {
  return node.kind === 'block' ? { once: [], each: [] } : apart(node.when, node.loop);
}

interface Apart {
  readonly once: readonly Expression[];
  readonly each: readonly Expression[];
}

/** Those conditions that can be asked before there are items, and those that need one. */
export function apart(when: readonly Expression[], loop: Loop | null): Apart {
  const ofItem = ({ mentions }: Expression) => loop !== null && mentionsItem(mentions, loop);
  return { once: when.filter((one) => !ofItem(one)), each: when.filter(ofItem) };
}

function mentionsItem(names: ReadonlySet<string>, { loopVar, indexVar }: Loop): boolean {
  return names.has(loopVar) || (indexVar !== null && names.has(indexVar));
}

function none(no: Expression | undefined): Taken {
  return { kind: 'value', value: [], ...(no ? { no } : {}) };
}
