import { SHORTEST } from './secret-forms.ts';

/** A stretch of a text that is a secret; `of` is what was put under its form. End exclusive. */
export interface Found {
  readonly start: number;
  readonly end: number;
  readonly of: string;
}

/** So long forms are also found where a text was folded or wrapped, whatever white space lies in between. */
const FOLDABLE = 12;

/** Finds many texts in one pass over another one. A form holds at least SHORTEST characters. */
export class SecretSearch {
  private readonly exact = new Index();
  private readonly folded = new Index();

  add(form: string, of: string): void {
    this.exact.add(form, of);
    const bare = form.replace(/\s+/g, '');
    if (bare.length >= FOLDABLE) this.folded.add(bare, of);
  }

  /** Every stretch that belongs to some form, overlapping ones as one (under the name of the longest). */
  find(text: string): Found[] {
    const found = this.exact.find(text);
    if (/\s/.test(text) && this.folded.size > 0) found.push(...this.findFolded(text));
    return merged(found);
  }

  private findFolded(text: string): Found[] {
    const at: number[] = [];
    let bare = '';
    for (const word of text.matchAll(/\S+/g)) {
      bare += word[0];
      for (let i = 0; i < word[0].length; i++) at.push(word.index + i);
    }
    return this.folded
      .find(bare)
      .map(({ start, end, of }) => ({ start: at[start]!, end: at[end - 1]! + 1, of }));
  }
}

interface Form {
  readonly form: string;
  readonly of: string;
}

/** Forms by their first letters. */
class Index {
  private readonly byStart = new Map<string, Form[]>();
  private readonly unsorted = new Set<Form[]>();

  get size(): number {
    return this.byStart.size;
  }

  add(form: string, of: string): void {
    const start = form.slice(0, SHORTEST);
    const same = this.byStart.get(start);
    if (!same) this.byStart.set(start, [{ form, of }]);
    else if (!same.some((other) => other.form === form)) {
      same.push({ form, of });
      this.unsorted.add(same);
    }
  }

  /** At each place the longest form that stands there. */
  find(text: string): Found[] {
    for (const forms of this.unsorted) forms.sort((a, b) => b.form.length - a.form.length);
    this.unsorted.clear();
    const found: Found[] = [];
    for (let start = 0; start + SHORTEST <= text.length; start++) {
      const here = this.byStart.get(text.slice(start, start + SHORTEST));
      const hit = here?.find(({ form }) => text.startsWith(form, start));
      if (hit) found.push({ start, end: start + hit.form.length, of: hit.of });
    }
    return found;
  }
}

function merged(found: readonly Found[]): Found[] {
  const all: Found[] = [];
  for (const next of [...found].sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = all.at(-1);
    if (!last || next.start >= last.end) all.push(next);
    else if (next.end > last.end) {
      const of = next.end - next.start > last.end - last.start ? next.of : last.of;
      all[all.length - 1] = { start: last.start, end: next.end, of };
    }
  }
  return all;
}
