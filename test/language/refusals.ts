import assert from 'node:assert/strict';
import { load, shown } from './project.ts';

export interface Refusal {
  readonly title: string;
  readonly files: Readonly<Record<string, string>>;
  /** Every diagnostic, in order, in the form of `shown`. */
  readonly refused: readonly string[];
}

/** One test for each: the files of a project, and to the letter all that is said of them. */
export function refusals(title: string, cases: readonly Refusal[]): void {
  describe(title, () => {
    for (const { title, files, refused } of cases) {
      it(title, () => assert.deepEqual(load(files).diagnostics.map(shown), refused));
    }
  });
}
