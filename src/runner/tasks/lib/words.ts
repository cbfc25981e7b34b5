/** One piece of a command line: blanks, `'…'`, `"…"`, an escaped character, or plain text. */
const PIECE = /(\s+)|'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])|([^\s'"\\]+)/y;

/**
 * Splits a command line into words as Python's shlex.split does (and so Ansible): blanks between words, `'…'` as it
 * stands, `"…"` in which a backslash escapes `"` and `\`, a backslash before any other character outside of quotes.
 * Nothing is expanded. Null: a quote is not closed.
 */
export function splitWords(line: string): string[] | null {
  const words: string[] = [];
  const piece = new RegExp(PIECE);
  let word: string | null = null;
  while (piece.lastIndex < line.length) {
    const match = piece.exec(line);
    if (!match) return null;
    const [, blank, single, double, escaped, plain] = match;
    if (blank === undefined) {
      word = (word ?? '') + (single ?? double?.replace(/\\(["\\])/g, '$1') ?? escaped ?? plain ?? '');
    } else if (word !== null) {
      words.push(word);
      word = null;
    }
  }
  return word === null ? words : [...words, word];
}
