/** A line of an env file: a variable, or a comment or an empty line as it stands. */
export type Line =
  | { readonly kind: 'variable'; readonly name: string; readonly value: string }
  | { readonly kind: 'other'; readonly text: string }
  /** Neither: docker would refuse it, or take the value from its client's environment. */
  | { readonly kind: 'fault'; readonly text: string; readonly number: number };

/**
 * Reads as docker does: `NAME=value` up to the end of the line, quotes, `$` and `#` in it taken as they are; blanks
 * before the name are cut; a line whose first character is `#` is a comment.
 */
export function readLines(text: string): Line[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line, i) => {
    const trimmed = line.trimStart();
    if (trimmed === '' || trimmed.startsWith('#')) return { kind: 'other', text: line };
    const at = trimmed.indexOf('=');
    if (at < 1) return { kind: 'fault', text: trimmed, number: i + 1 };
    return { kind: 'variable', name: trimmed.slice(0, at), value: trimmed.slice(at + 1) };
  });
}

export function writeLines(lines: readonly Line[]): string {
  return lines
    .map((line) => (line.kind === 'variable' ? `${line.name}=${line.value}\n` : `${line.text}\n`))
    .join('');
}

/** Of a name given twice the last one counts. */
export function variablesOf(lines: readonly Line[]): ReadonlyMap<string, string> {
  return new Map(lines.flatMap((line) => (line.kind === 'variable' ? [[line.name, line.value]] : [])));
}

/** The lines with these variables in the place of those of the same name; further ones come last. */
export function withVariables(lines: readonly Line[], variables: Readonly<Record<string, string>>): Line[] {
  const there = variablesOf(lines);
  const replaced = lines.map((line) => {
    const value = line.kind === 'variable' ? variables[line.name] : undefined;
    return line.kind === 'variable' && value !== undefined ? { ...line, value } : line;
  });
  const added = Object.entries(variables).filter(([name]) => !there.has(name));
  return [...replaced, ...added.map(([name, value]): Line => ({ kind: 'variable', name, value }))];
}
