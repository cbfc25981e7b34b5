import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import Mocha from 'mocha';

/**
 * Mocha's spec reporter that also leaves the numbers, as JSON, in the file that MAMA_TEST_COUNTS names:
 * `{passed, failed, files: {path: milliseconds}}`.
 */
export default class Counting extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const files = {};
    let began = Date.now();
    // From the end of one test to the end of the next: what its hooks took is in it.
    runner.on('test end', ({ file }) => {
      const path = relative('', file);
      const now = Date.now();
      files[path] = (files[path] ?? 0) + now - began;
      began = now;
    });
    runner.once('end', () => {
      const { passes, failures } = this.stats;
      writeFileSync(
        process.env.MAMA_TEST_COUNTS,
        JSON.stringify({ passed: passes, failed: failures, files }),
      );
    });
  }
}
