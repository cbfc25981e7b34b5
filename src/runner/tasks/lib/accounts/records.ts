/** Answers of one line each: `word value`. A word may come more than once. */
export type Records = ReadonlyMap<string, readonly string[]>;

export function readRecords(out: string): Records {
  const records = new Map<string, string[]>();
  for (const line of out.split('\n')) {
    const [, word, value] = /^(\S+)(?: (.*))?$/.exec(line) ?? [];
    if (word !== undefined) records.set(word, [...(records.get(word) ?? []), value ?? '']);
  }
  return records;
}

export function first(records: Records, word: string): string | undefined {
  return records.get(word)?.[0];
}
