/** What to say when the fault is ours: nothing here is the user's mistake. */
export function formatInternalError(error: unknown, argv: readonly string[]): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const shown = argv.filter((word) => !word.includes('=')).join(' ');
  return [
    'mama-play met a bug of its own (exit 70). Hosts may have been changed up to here; a second run is safe.',
    'Please report these lines, and what you ran:',
    `  mama-play ${shown}`,
    ...stack.split('\n').map((line) => `  ${line}`),
    '',
  ].join('\n');
}
