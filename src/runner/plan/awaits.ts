import type { Expression, Play, Task, Template } from '../language/model.ts';
import { factsOf } from './facts.ts';
import type { LadderScope } from './scope.ts';
import { tasksOf } from './tags.ts';
import { allTexts } from './texts.ts';

/** The names that tasks of a play, but none of its handlers, give to a host while they run. */
export function givenBy(play: Play): ReadonlySet<string> {
  const names = new Set<string>();
  for (const task of tasksOf(play.nodes)) {
    if (task.register) names.add(task.register);
    for (const name of factsOf(task).keys()) names.add(name);
  }
  return names;
}

/** Does a task read, perhaps through other variables, one of these names that nothing has given so far? */
export function awaits(task: Task, scope: LadderScope, names: ReadonlySet<string>): boolean {
  const seen = new Map<LadderScope, Set<string>>();
  const reads = (text: Pick<Template | Expression, 'mentions' | 'site'>, from: LadderScope): boolean => {
    const place = from.at(text.site);
    const passed = seen.get(place) ?? new Set();
    seen.set(place, passed);
    return [...text.mentions].some((name) => {
      if (passed.has(name)) return false;
      passed.add(name);
      if (names.has(name) && !place.has(name)) return true;
      const variable = place.isWritten(name) ? place.origin(name) : undefined;
      return variable !== undefined && reads(variable.value, place);
    });
  };
  return [...allTexts(task), ...task.templates.map(({ text }) => text)].some((text) => reads(text, scope));
}
