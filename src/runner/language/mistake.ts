import type { Code, Diagnostic } from '../contract/diagnostic.ts';
import type { Locate } from './locate.ts';
import { fault } from './source.ts';

/** A stretch of a text, in UTF-16 units, end exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Something wrong in a text, wherever that text stands: equal texts can share it. */
export interface Mistake {
  readonly code: Code;
  readonly range: Range;
  readonly message: string;
  readonly hint?: string | undefined;
}

export function diagnose({ code, range, message, hint }: Mistake, at: Locate): Diagnostic {
  return fault(at(range.start, range.end), code, message, hint);
}
