import assert from 'node:assert/strict';
import { hasTest, loadType, readPage, typeNames } from './harness.ts';

describe('every task type', () => {
  for (const name of typeNames()) {
    it(`${name}: code, page and test bear its name`, async () => {
      assert.equal((await loadType(name)).name, name);
      assert.ok(readPage(name), `src/runner/tasks/${name}.md is missing`);
      assert.ok(hasTest(name), `test/tasks/${name}.test.ts is missing`);
    });
  }
});
