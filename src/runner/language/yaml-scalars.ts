/** Numbers that would not come out as they were written (`1.10`, 20 digits) stay text. */
export function plainValue(value: unknown, written: string): string | number | boolean | null {
  if (typeof value === 'number') return keepsItsForm(value, written) ? value : written;
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  return written;
}

function keepsItsForm(value: number, written: string): boolean {
  if (!Number.isFinite(value)) return false;
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) return false;
  return !/^[-+]?\d+\.\d*0$/.test(written) && !/^[-+]?\d+\.\d{16,}$/.test(written);
}

/** Hexadecimal, octal, with an exponent, infinite, no number. */
const RARE_NUMBER = /^[-+]?(?:0[ox][\da-f]+|(?:\.\d+|\d+(?:\.\d*)?)e[-+]?\d+|\.inf|\.nan)$/i;
const NUMBER = /^[-+]?(?:\d+|\.\d+|\d+\.\d*)$/;

const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ...['~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, false] as const),
]);

/** What a plain text means (YAML 1.2, core schema, https://yaml.org/spec/1.2.2/#103-core-schema); undefined: something rare. */
export function plainMeaning(written: string): string | number | boolean | null | undefined {
  const first = written.charCodeAt(0);
  // A digit, a sign or a dot.
  if ((first >= 43 && first <= 46) || (first >= 48 && first <= 57)) {
    if (NUMBER.test(written)) return plainValue(Number(written), written);
    return RARE_NUMBER.test(written) ? undefined : written;
  }
  const word = written.length <= 5 ? WORDS.get(written) : undefined;
  return word === undefined ? written : word;
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '"': '"',
  '\\': '\\',
  '/': '/',
};

/** What stands between double quotes; undefined where it has a rare escape. */
export function unescaped(inner: string): string | undefined {
  if (!inner.includes('\\')) return inner;
  let rare = false;
  const text = inner.replace(/\\(.)/g, (_, char: string) => {
    rare ||= !Object.hasOwn(ESCAPES, char);
    return ESCAPES[char] ?? '';
  });
  return rare ? undefined : text;
}

/** The lines of a `>` block: https://yaml.org/spec/1.2.2/#813-folded-style. The last one holds something. */
export function folded(lines: readonly string[]): string {
  let text = '';
  let breaks = 0;
  let deep = true;
  for (const line of lines) {
    if (line === '') {
      breaks++;
      continue;
    }
    const deeper = line.startsWith(' ');
    if (text === '') text = '\n'.repeat(breaks);
    else if (deep || deeper) text += '\n'.repeat(breaks + 1);
    else text += breaks === 0 ? ' ' : '\n'.repeat(breaks);
    text += line;
    deep = deeper;
    breaks = 0;
  }
  return text;
}
