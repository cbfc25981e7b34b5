import type { Diagnostic } from '../contract/diagnostic.ts';
import { isObject, type Json } from '../contract/json.ts';
import type { Evaluated, Loop } from '../language/model.ts';
import type { Round } from './cursor.ts';
import { evaluateIn, type PlanScope } from './scope.ts';

/** One item of a loop: its variables, and how messages call it. */
export interface Item {
  readonly value: Json;
  readonly round: Round;
}

/** The items of a loop, as they are now. */
export function itemsOf(loop: Loop, scope: PlanScope): Evaluated<readonly Json[]> {
  const items = evaluateIn(loop.items, scope);
  if (items.kind !== 'value') return items;
  if (Array.isArray(items.value)) return { kind: 'value', value: items.value };
  const what = isObject(items.value) ? 'a map' : JSON.stringify(items.value);
  const message = `loop needs a list, this is ${what}`;
  const hint = isObject(items.value)
    ? 'write loop: \'some_map.map(k, {"key": k, "value": some_map[k]})\''
    : undefined;
  const diagnostic: Diagnostic = { code: 'loop', at: loop.items.at, message, ...(hint ? { hint } : {}) };
  return { kind: 'fault', diagnostic };
}

export function rounds(loop: Loop, items: readonly Json[]): Item[] {
  return items.map((value, index) => {
    const round = new Map<string, Json>([[loop.loopVar, value]]);
    if (loop.indexVar) round.set(loop.indexVar, index);
    for (const [name, of] of namesOf(loop)) round.set(name, of);
    return { value, round };
  });
}

/** What a loop calls its variables. */
export function namesOf({ loopVar, indexVar }: Loop): ReadonlyMap<string, string> {
  const names = new Map([['ansible_loop_var', loopVar]]);
  if (indexVar) names.set('ansible_index_var', indexVar);
  return names;
}

/** How an item is shown: its `label`, or the item itself. `scope` holds the item. */
export function labelOf(loop: Loop, item: Item, scope: PlanScope): Json {
  if (!loop.label) return item.value;
  const label = evaluateIn(loop.label, scope);
  return label.kind === 'value' ? label.value : item.value;
}
