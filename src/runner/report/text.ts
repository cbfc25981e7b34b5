/**
 * Text from hosts and files, made fit for a screen: control characters (which could move the cursor or retitle the
 * window) show in caret notation, line feeds and tabs stay. Colours and the carriage returns of line ends are dropped.
 */
export function printable(text: string): string {
  if (!UNPRINTABLE.test(text)) return text;
  return visible(text.replace(/\r+(?=\n|$)/g, '').replace(COLOURS, ''));
}

/** As `printable`, but nothing is dropped: for a comparison, in which every character counts. */
export function visible(text: string): string {
  if (!UNPRINTABLE.test(text)) return text;
  return text
    .replace(/[\x00-\x08\x0b-\x1f\x7f]/g, (char) => `^${String.fromCharCode(char.charCodeAt(0) ^ 0x40)}`)
    .replace(/[\x80-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, (char) => `<U+${hex(char)}>`);
}

const UNPRINTABLE = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
/** What programs colour and clear their lines with (SGR and EL of ECMA-48): of no use to a reader of ours. */
const COLOURS = /\x1b\[[0-9;:]*[mK]/g;

function hex(char: string): string {
  return char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
}

/** Columns that a text without control characters takes on a terminal. */
export function width(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let columns = 0;
  for (const char of text) columns += columnsOf(char);
  return columns;
}

/** At most so many columns; what is left out shows as `…`. */
export function clip(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  let used = 0;
  let out = '';
  for (const char of text) {
    used += columnsOf(char);
    if (used > columns - 1) break;
    out += char;
  }
  return columns < 1 ? '' : `${out}…`;
}

export function pad(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - width(text)));
}

function columnsOf(char: string): number {
  if (/[\p{Mn}\p{Me}\p{Cf}]/u.test(char)) return 0;
  return isWide(char.codePointAt(0)!) || /\p{Emoji_Presentation}/u.test(char) ? 2 : 1;
}

/** The wide blocks of Unicode Standard Annex 11, coarsely. */
function isWide(code: number): boolean {
  return (
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x20000 && code <= 0x3fffd)
  );
}

/** Words in lines of at most so many columns; a longer word has a line of its own. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((one) => one !== '')) {
    if (line !== '' && width(line) + 1 + width(word) > columns) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return line === '' ? lines : [...lines, line];
}

/** `1 task`, `3 tasks`. */
export function amount(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

/** A name or a title on one line. */
export function oneLine(text: string): string {
  return printable(text).replace(/\s*\n\s*/g, ' ');
}

export function indent(lines: readonly string[]): string[] {
  return lines.map((line) => (line === '' ? '' : `  ${line}`));
}
