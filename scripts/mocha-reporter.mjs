import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/** Mocha's spec reporter that also leaves the numbers, as JSON, in the file that MAMA_TEST_COUNTS names. */
export default class Counting extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once('end', () => {
      const { passes, failures } = this.stats;
      writeFileSync(process.env.MAMA_TEST_COUNTS, JSON.stringify({ passed: passes, failed: failures }));
    });
  }
}
