import type { Play, Task } from '../language/model.ts';
import { ANY, either, record, type Shape } from '../language/shape.ts';
import { factsOf } from './facts.ts';
import { tasksOf } from './tags.ts';

const FLAG: Shape = { type: 'boolean' };
const TEXT: Shape = { type: 'string' };
const COUNT: Shape = { type: 'integer' };

/** What a task registers of itself, or of one item: also what its own `until` and `failed_when` see. */
export function resultShape(task: Task): Shape {
  const { fields } = task.type;
  if (!fields) return ANY;
  return record({ ...common(), ...(task.until || task.retries ? { attempts: COUNT } : {}), ...fields });
}

/** What a task registers. */
function registeredShape(task: Task): Shape {
  const one = resultShape(task);
  if (!task.loop) return one;
  const item = record({ unknown: FLAG, ...one.properties, item: ANY });
  return record({ ...common(), results: { type: 'array', items: one === ANY ? ANY : item } });
}

function common(): Record<string, Shape> {
  return { changed: FLAG, failed: FLAG, skipped: FLAG, msg: TEXT };
}

/** Names that tasks of these plays give to a host while they run. What several tasks give may be any of theirs. */
export function namesWritten(plays: Iterable<Play>): Map<string, Shape> {
  const names = new Map<string, Shape[]>();
  const give = (name: string, shape: Shape) => names.set(name, [...(names.get(name) ?? []), shape]);
  give('ansible_failed_task', record({ name: TEXT, action: TEXT }));
  give('ansible_failed_result', ANY);
  for (const play of plays) {
    for (const task of tasksOf([...play.nodes, ...play.handlers])) {
      if (task.register) give(task.register, registeredShape(task));
      for (const [name, shape] of factsOf(task)) give(name, shape);
    }
  }
  return new Map([...names].map(([name, shapes]) => [name, either(shapes)]));
}
