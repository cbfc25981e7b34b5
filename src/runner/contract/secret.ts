import { createHmac, randomBytes } from 'node:crypto';
import { isObject, type Json } from './json.ts';
import { formsOf, SHORTEST } from './secret-forms.ts';
import { SecretSearch } from './secret-search.ts';

/** What stands in for a secret. It is not masked again, even if the secret is the word "secret". */
const STAND_IN = /<secret [0-9a-f]{8}>/g;

/**
 * The secret values of a run. `mask` replaces them, and their usual encodings, wherever they turn up; two masks of
 * one value look the same, so that one sees *that* a secret changed, never what it is.
 *
 * Values of less than 4 characters would be found everywhere. They are masked where they are the whole of a value, and
 * in the texts that `addInside` was told of.
 */
export class Secrets {
  private readonly known = new Set<string>();
  private readonly short = new Set<string>();
  private readonly search = new SecretSearch();
  private readonly stands = new Map<string, string>();
  private readonly keyOf: () => Uint8Array | null;
  private key: Uint8Array | null = null;

  /** `key`: for the fingerprints; asked when the first one is made. Null: one that lasts as long as this object. */
  constructor(key: () => Uint8Array | null = () => null) {
    this.keyOf = key;
  }

  /** Adds every text and number in `value`, however deep. (true, false and null tell nothing.) */
  add(value: Json | undefined): void {
    if (Array.isArray(value)) for (const item of value) this.add(item);
    else if (isObject(value)) for (const item of Object.values(value)) this.add(item);
    else if (typeof value === 'string' || typeof value === 'number') this.addText(String(value));
  }

  /** `made` was made of `value`: where the value is too short to be found by itself, its lines that hold it are kept. */
  addInside(made: Json, value: Json): void {
    const short = texts(value).filter((text) => text !== '' && text.length < SHORTEST);
    if (short.length === 0) return;
    for (const text of texts(made)) {
      for (const line of text.split('\n'))
        if (short.some((one) => line.includes(one))) this.addText(line.trim());
    }
  }

  get size(): number {
    return this.known.size;
  }

  mask(text: string): string {
    if (this.known.size === 0) return text;
    if (this.short.has(text)) return this.standIn(text);
    const found = this.search.find(text);
    if (found.length === 0) return text;
    const standing = [...text.matchAll(STAND_IN)].map(
      ({ index, 0: { length } }) => [index, index + length] as const,
    );
    let masked = '';
    let at = 0;
    for (const { start, end, of } of found) {
      if (standing.some(([from, to]) => start >= from && end <= to)) continue;
      masked += text.slice(at, start) + this.standIn(of);
      at = end;
    }
    return masked + text.slice(at);
  }

  /** The same data with every text masked, keys too, and numbers that are a secret. */
  maskJson<T>(value: T): T {
    return this.known.size === 0 ? value : (this.walk(value) as T);
  }

  /** True: masking would change it. */
  isIn(text: string): boolean {
    return this.mask(text) !== text;
  }

  /** What stands in for a text, whether it is known or not. */
  standIn(text: string): string {
    let stand = this.stands.get(text);
    if (stand === undefined) {
      this.key ??= this.keyOf() ?? randomBytes(32);
      stand = `<secret ${createHmac('sha256', this.key).update(text).digest('hex').slice(0, 8)}>`;
      this.stands.set(text, stand);
    }
    return stand;
  }

  private walk(value: unknown): unknown {
    if (typeof value === 'string') return this.mask(value);
    if (typeof value === 'number') return this.known.has(String(value)) ? this.standIn(String(value)) : value;
    if (Array.isArray(value)) return value.map((item) => this.walk(item));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [this.mask(key), this.walk(item)]));
  }

  private addText(text: string): void {
    if (text === '' || this.known.has(text)) return;
    this.known.add(text);
    if (text.length < SHORTEST) this.short.add(text);
    for (const form of formsOf(text)) this.search.add(form, text);
  }
}

/** Every text and number in a value, as text. */
function texts(value: Json): string[] {
  if (Array.isArray(value)) return value.flatMap(texts);
  if (isObject(value)) return Object.values(value).flatMap(texts);
  return typeof value === 'string' || typeof value === 'number' ? [String(value)] : [];
}
