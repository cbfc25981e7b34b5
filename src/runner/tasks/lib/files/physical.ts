import type { PathFacts } from './facts.ts';
import { baseName } from './paths.ts';

/** The path itself without links on the way; where directories lack, as it would be when they are made. */
export function physicalPath({ path, parent }: Pick<PathFacts, 'path' | 'parent'>): string {
  if (parent.kind === 'present') return below(parent.physical, baseName(path));
  const rest = path.slice(parent.nearest === '/' ? 1 : parent.nearest.length + 1);
  return below(parent.real, rest);
}

function below(directory: string, name: string): string {
  return `${directory === '/' ? '' : directory}/${name}`;
}
