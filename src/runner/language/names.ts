import type { Diagnostic } from '../contract/diagnostic.ts';
import { RESERVED } from './magic.ts';
import { fault, type Span } from './source.ts';

/** Words of CEL (its specification, "Syntax": RESERVED, and its literals). */
const CEL_WORDS: ReadonlySet<string> = new Set(
  (
    'true false null in as break const continue else for function if import let loop package namespace return var ' +
    'void while'
  ).split(' '),
);

/** Why `name` can't be given to `what` (`a variable`, `a result` …); null: it can. */
export function nameFault(span: Span, name: string, what: string): Diagnostic | null {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    const plain = name.replace(/[^A-Za-z0-9_]+/g, '_').replace(/^(?=[0-9])/, '_');
    const hint = `letters, digits and _ only${/^_*$/.test(plain) ? '' : `, such as ${plain}`}`;
    return fault(span, 'bad-name', `"${name}" can't be the name of ${what}`, hint);
  }
  if (RESERVED.has(name)) {
    return fault(
      span,
      'reserved-name',
      `"${name}" is given by the run itself, and can't be set`,
      'choose another name',
    );
  }
  if (CEL_WORDS.has(name)) {
    const message = `"${name}" is a word of the expression language, and can't be the name of ${what}`;
    return fault(span, 'reserved-name', message, 'choose another name');
  }
  return null;
}
