import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const START = join(import.meta.dirname, '../../dist/start.js');

describe('the built program', () => {
  it('is taken as it was compiled by the build', async () => {
    assert.ok(existsSync(START), 'run npm run build');
    const { compiledAhead, start } = (await import(pathToFileURL(START).href)) as Record<string, unknown>;
    assert.equal(typeof start, 'function');
    assert.equal(compiledAhead, true);
  });
});
