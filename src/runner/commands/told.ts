import { resolve } from 'node:path';
import type { Diagnostic } from '../contract/diagnostic.ts';
import type { FileAccess } from '../language/loader.ts';
import { source } from '../language/source.ts';
import { isVault } from '../language/vault-format.ts';

/** Found where only the place was at hand. All others have their line already, or must not show it. */
const WITHOUT_LINE = new Set([
  'unknown-host',
  'bad-pattern',
  'loop',
  'refused',
  'variable-cycle',
  'missing-input',
  'wrong-value',
]);

/**
 * What is wrong, as a person is told of it: a mistake that several hosts or plays share once, each file from top to
 * bottom (files in the order in which something was found in them), with the line that it is about.
 */
export function told(
  diagnostics: readonly Diagnostic[],
  files: Pick<FileAccess, 'read'>,
  cwd: string,
): Diagnostic[] {
  const seen = new Map(diagnostics.map((diagnostic) => [JSON.stringify(diagnostic), diagnostic]));
  const order = new Map<string | undefined, number>();
  for (const { at } of seen.values()) if (!order.has(at?.file)) order.set(at?.file, order.size);
  return [...seen.values()]
    .sort(({ at: a }, { at: b }) => {
      const apart = order.get(a?.file)! - order.get(b?.file)!;
      return apart || (a && b ? a.line - b.line || a.column - b.column : 0);
    })
    .map((diagnostic) => withLine(diagnostic, files, cwd));
}

function withLine(diagnostic: Diagnostic, files: Pick<FileAccess, 'read'>, cwd: string): Diagnostic {
  const { at, code, line } = diagnostic;
  if (!at || line !== undefined || !WITHOUT_LINE.has(code)) return diagnostic;
  const text = files.read(resolve(cwd, at.file));
  if (text === null || isVault(text)) return diagnostic;
  return { ...diagnostic, line: source(at.file, text.replace(/^\uFEFF/, '')).line(at.line) };
}
