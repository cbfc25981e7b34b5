import type { Task } from '../language/model.ts';
import { isWritten } from '../language/template.ts';

/** The names that a task sets on its host: of a local task whose parameters are free, the parameters' names. */
export function factsOf(task: Task): readonly string[] {
  if (task.type.kind !== 'local' || !task.type.schema.additionalProperties) return [];
  const { params } = task;
  return isWritten(params) && params.parts.kind === 'map' ? [...params.parts.entries.keys()] : [];
}
