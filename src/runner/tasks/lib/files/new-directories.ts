import type { PathFacts } from './facts.ts';
import { ancestors } from './paths.ts';

/** The directories that must be made so that `facts.path` is one, outermost first. */
export function newDirectories(facts: PathFacts): readonly string[] {
  const { path, parent } = facts;
  if (parent.kind === 'present') return [path];
  const there = parent.nearest === '/' ? 0 : parent.nearest.length;
  const missing = ancestors(path).filter((way) => way.length > there && way !== '/');
  return [...missing.reverse(), path];
}
