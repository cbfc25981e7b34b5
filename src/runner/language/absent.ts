import { basename, dirname, join } from 'node:path';
import type { FileAccess, Loader } from './loader.ts';
import { fault, type Span } from './source.ts';
import { closest } from './suggest.ts';

/** A file that a text names, and where it was looked for. */
interface Named {
  /** As it was written. */
  readonly name: string;
  readonly span: Span;
  /** Absolute. */
  readonly tried: readonly string[];
  readonly what?: 'file' | 'template';
}

/** Report that it can't be had, and why: a directory, a link that leads nowhere, or nothing of that name. */
export function reportAbsent(loader: Loader, named: Named): void {
  const { name, span, what = 'file' } = named;
  loader.report(fault(span, 'missing-file', `there is no ${what} "${name}"`, reason(loader.io, named)));
}

function reason(io: FileAccess, { name, tried }: Named): string {
  const directory = tried.find((path) => io.isDirectory(path));
  if (directory !== undefined) {
    const inside = io.list(directory).sort().slice(0, 5);
    const holds = inside.length > 0 ? `; it holds ${inside.join(', ')}` : '';
    return `${io.display(directory)} is a directory${holds}`;
  }
  const link = tried.find((path) => io.list(dirname(path)).includes(basename(path)));
  if (link !== undefined) return `${io.display(link)} is there, but is no file and leads to none`;
  const looked = `looked for ${tried.map((path) => io.display(path)).join(', ')}`;
  const beside = tried.flatMap((path) => io.list(dirname(path)));
  const near = closest(basename(name), beside);
  return near === undefined ? looked : `did you mean "${join(dirname(name), near)}"? (${looked})`;
}
