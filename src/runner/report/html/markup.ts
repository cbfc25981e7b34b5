import { printable } from '../text.ts';
import { escaped } from '../xml.ts';

/** HTML that is safe to stand in a page. */
export interface Markup {
  readonly html: string;
}

type Part = Markup | string | number | null | readonly Part[];

/** Text is escaped by construction; null is nothing. */
export function html(literals: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return { html: literals.reduce((all, literal, at) => all + textOf(parts[at - 1] ?? null) + literal) };
}

function textOf(part: Part): string {
  if (part === null) return '';
  if (typeof part === 'number') return String(part);
  if (typeof part === 'string') return escaped(printable(part)).replaceAll('"', '&quot;');
  return 'html' in part ? part.html : part.map(textOf).join('');
}
