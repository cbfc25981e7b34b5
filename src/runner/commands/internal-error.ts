/** What to say when the fault is ours: nothing here is the user's mistake. No word that could hold a value is shown. */
export function formatInternalError(error: unknown, argv: readonly string[], version: string): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const hidden = (word: string, at: number) => mayHoldValues(word, argv[at - 1]) || isTextToEncrypt(argv, at);
  const shown = argv.map((word, at) => (hidden(word, at) ? '…' : word)).join(' ');
  return [
    'mama-play met a bug of its own (exit 70). Hosts may have been changed up to here; a second run is safe.',
    'Please report these lines:',
    `  mama-play ${shown}`,
    `  version ${version}`,
    ...stack.split('\n').map((line) => `  ${line}`),
    '',
  ].join('\n');
}

/** `vault encrypt-string TEXT` */
function isTextToEncrypt(argv: readonly string[], at: number): boolean {
  return argv[0] === 'vault' && at > 1 && !argv[at]!.startsWith('-');
}

/** `-e k=v`, `-e '{…}'`, `-ek=v`, `--extra-vars=…`: variables may be secrets. */
function mayHoldValues(word: string, before: string | undefined): boolean {
  return /^(-\w*e|--extra-vars)$/.test(before ?? '') || /^-\w*e./.test(word) || word.includes('=');
}
