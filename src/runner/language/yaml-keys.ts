import { beyond, type YamlCursor } from './yaml-cursor.ts';

/** Longer ones are a mistake in YAML. */
const LONGEST = 1000;

/** The keys of one map. */
export class YamlKeys {
  private readonly seen = new Set<string>();

  /** The key that stands there: another one than those before. */
  read(cursor: YamlCursor, start: number, end: number): string {
    const quoted = cursor.isQuote(cursor.text.charCodeAt(start));
    const key = quoted ? cursor.insideOf(start, end) : cursor.text.slice(start, end);
    if (key === '<<' || end - start > LONGEST || this.seen.has(key)) beyond();
    this.seen.add(key);
    return key;
  }
}
