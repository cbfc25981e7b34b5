import type { Touches } from '../../../contract/task-type.ts';
import type { PathFacts } from './facts.ts';
import { ancestors, baseName } from './paths.ts';

/**
 * The path itself, and the directories on the way to it as they were written and as they are without symbolic
 * links. Null where the same file can be reached by a path that is not among them.
 */
export function touchesOf(facts: PathFacts): Touches | null {
  if (facts.target !== null || facts.parent.kind !== 'present') return null;
  if (facts.kind === 'file' && (facts.attributes?.links ?? 1) > 1) return null;
  const physical = `${facts.parent.physical === '/' ? '' : facts.parent.physical}/${baseName(facts.path)}`;
  const writes = [...new Set([facts.path, physical])];
  const reads = [...new Set([...writes, ...ancestors(facts.path), ...ancestors(physical)])];
  return { reads, writes };
}
