import { createHmac, randomBytes } from 'node:crypto';
import { isObject, type Json } from './json.ts';

/** Values shorter than this are too common in harmless text to be found again by their letters. */
const SHORTEST = 4;

/**
 * The secret values of a run. `mask` replaces them, and their usual encodings, wherever they turn up; two masks of
 * one value look the same, so that one sees *that* a secret changed, never what it is.
 */
export class Secrets {
  private readonly key = randomBytes(32);
  /** Every form → the text that stands in for it. */
  private readonly forms = new Map<string, string>();
  private pattern: RegExp | null = null;

  /** Adds every text in `value`, however deep. */
  add(value: Json | undefined): void {
    if (Array.isArray(value)) for (const item of value) this.add(item);
    else if (isObject(value)) for (const item of Object.values(value)) this.add(item);
    else if (typeof value === 'string' || typeof value === 'number') this.addText(String(value));
  }

  get size(): number {
    return this.forms.size;
  }

  mask(text: string): string {
    if (this.forms.size === 0) return text;
    // Longest first, so that a secret that contains another one is masked as a whole.
    this.pattern ??= new RegExp(
      [...this.forms.keys()]
        .sort((a, b) => b.length - a.length)
        .map(escaped)
        .join('|'),
      'g',
    );
    return text.replace(this.pattern, (form) => this.forms.get(form) ?? '<secret>');
  }

  /** The same data with every text masked, keys too. */
  maskJson<T>(value: T): T {
    return this.forms.size === 0 ? value : (this.walk(value) as T);
  }

  private walk(value: unknown): unknown {
    if (typeof value === 'string') return this.mask(value);
    if (Array.isArray(value)) return value.map((item) => this.walk(item));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [this.mask(key), this.walk(item)]));
  }

  private addText(text: string): void {
    if (text.length < SHORTEST || this.forms.has(text)) return;
    const fingerprint = createHmac('sha256', this.key).update(text).digest('hex').slice(0, 8);
    const stand = `<secret ${fingerprint}>`;
    const base64 = Buffer.from(text).toString('base64');
    const encodings = [
      text,
      base64,
      base64.replace(/=+$/, ''),
      encodeURIComponent(text),
      JSON.stringify(text).slice(1, -1),
      text.replaceAll("'", "'\\''"),
      ...text.split('\n').map((line) => line.trim()),
    ];
    for (const form of encodings) if (form.length >= SHORTEST) this.forms.set(form, stand);
    this.pattern = null;
  }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
