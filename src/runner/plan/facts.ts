import type { Task } from '../language/model.ts';
import { ANY, type Shape } from '../language/shape.ts';
import { isWritten } from '../language/template.ts';

/** The names that a task sets on its host: those of its type; of a local one whose parameters are free, theirs. */
export function factsOf(task: Task): ReadonlyMap<string, Shape> {
  if (task.type.sets) return new Map(Object.entries(task.type.sets));
  if (task.type.kind !== 'local' || !task.type.schema.additionalProperties) return NONE;
  const { params } = task;
  if (!isWritten(params) || params.parts.kind !== 'map') return NONE;
  return new Map([...params.parts.entries.keys()].map((name) => [name, ANY]));
}

const NONE: ReadonlyMap<string, Shape> = new Map();
