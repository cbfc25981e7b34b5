/** A word as a POSIX shell would read it, and where it stood. */
export interface Word {
  readonly text: string;
  /** Offsets in UTF-16 units, end exclusive, quotes included. */
  readonly start: number;
  readonly end: number;
}

/**
 * Split a text into words as a POSIX shell does (Shell Command Language, 2.2), quotes and backslashes understood,
 * nothing expanded. Null: a quote is never closed.
 */
export function splitWords(text: string): Word[] | null {
  const words: Word[] = [];
  let at = 0;
  while (at < text.length) {
    if (/\s/.test(text[at]!)) {
      at += 1;
      continue;
    }
    const start = at;
    let word = '';
    while (at < text.length && !/\s/.test(text[at]!)) {
      const piece = readPiece(text, at);
      if (!piece) return null;
      word += piece.text;
      at = piece.end;
    }
    words.push({ text: word, start, end: at });
  }
  return words;
}

function readPiece(text: string, at: number): { text: string; end: number } | null {
  const char = text[at]!;
  if (char === "'") {
    const end = text.indexOf("'", at + 1);
    return end < 0 ? null : { text: text.slice(at + 1, end), end: end + 1 };
  }
  if (char === '"') return readDouble(text, at + 1);
  if (char === '\\' && at + 1 < text.length) return { text: text[at + 1]!, end: at + 2 };
  return { text: char, end: at + 1 };
}

/** Between double quotes a backslash counts only before $ ` " \ and a line break. */
function readDouble(text: string, from: number): { text: string; end: number } | null {
  let word = '';
  for (let at = from; at < text.length; at++) {
    const char = text[at]!;
    if (char === '"') return { text: word, end: at + 1 };
    const next = text[at + 1];
    if (char === '\\' && next !== undefined && '$`"\\\n'.includes(next)) {
      word += next === '\n' ? '' : next;
      at += 1;
    } else word += char;
  }
  return null;
}
