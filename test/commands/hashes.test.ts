import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Hashes } from '../../src/runner/commands/hashes.ts';

const SIZE = 5_000_000;

describe('hashes of files', () => {
  const dir = mkdtempSync(join(tmpdir(), 'hashes-'));
  const file = join(dir, 'large');
  const content = Buffer.alloc(SIZE, 'abc');
  const due = createHash('sha256').update(content).digest('hex');
  before(() => writeFileSync(file, content));
  after(() => rmSync(dir, { recursive: true }));

  it('are the same whether asked at once, in the middle, or afterwards', async () => {
    assert.equal(new Hashes().of(file), due);
    for (const pause of [0, 3, 100]) {
      const hashes = new Hashes();
      hashes.ahead(file, SIZE);
      hashes.ahead(file, SIZE);
      await sleep(pause);
      assert.equal(hashes.of(file), due, `after ${pause} ms`);
      assert.equal(hashes.of(file), due, 'asked again');
    }
  });

  it('are taken ahead as the content was then', async () => {
    const [hashes, changing] = [new Hashes(), join(dir, 'changing')];
    writeFileSync(changing, 'before');
    hashes.ahead(changing, 6);
    await sleep(50);
    writeFileSync(changing, 'after!');
    assert.equal(hashes.of(changing), createHash('sha256').update('before').digest('hex'));
  });

  it('a file that is missing is complained about when asked for', async () => {
    const hashes = new Hashes();
    hashes.ahead(join(dir, 'missing'), SIZE);
    hashes.ahead(file, SIZE);
    await sleep(100);
    assert.throws(() => hashes.of(join(dir, 'missing')), /ENOENT/);
    assert.equal(hashes.of(file), due);
  });
});
