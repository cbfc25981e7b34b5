import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeProcess, runFake } from '../cli/fake-process.ts';
import { type Case, parseCorpus, withExpected, writeCase } from './corpus.ts';
import { watchOutward } from './outward.ts';

const HERE = import.meta.dirname;
const INVENTORY = `all:
  vars: { ansible_host: 127.0.0.1, ansible_port: 1 }
  children:
    web: { hosts: { web1: { port: 80 }, web2: { port: 81 } } }
    db: { hosts: { db1: } }
`;

const families = readdirSync(HERE)
  .filter((name) => name.endsWith('.txt'))
  .map((file) => {
    const text = readFileSync(join(HERE, file), 'utf8');
    return { file, text, cases: parseCorpus(text, { 'inv.yaml': INVENTORY }) };
  });

/** What a user sees of a project. The only thing that differs from run to run, where it lies, is written DIR. */
async function told(wrong: Case): Promise<{ code: number | undefined; out: string; err: string }> {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'mama-corpus-')));
  try {
    writeCase(wrong, dir);
    const { code, out, err } = await runFake(new FakeProcess(dir), wrong.args);
    return { code, out, err: err.replaceAll(dir, 'DIR') };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** `UPDATE_CORPUS=1` writes down what is told now, for a person to read and judge. */
async function update(): Promise<void> {
  for (const { file, text, cases } of families) {
    const expected: string[] = [];
    for (const wrong of cases) expected.push((await told(wrong)).err);
    writeFileSync(join(HERE, file), withExpected(text, expected));
  }
}

describe('the corpus of wrong projects', () => {
  let outward: ReturnType<typeof watchOutward>;
  before(async () => {
    if (process.env['UPDATE_CORPUS']) await update();
    outward = watchOutward();
  });
  after(() => outward.stop());

  it('is large, and no two cases bear one name', () => {
    const titles = families.flatMap(({ file, cases }) => cases.map(({ title }) => `${file}: ${title}`));
    assert.ok(titles.length >= 120, `${titles.length} cases`);
    assert.equal(new Set(titles).size, titles.length);
  });

  for (const { file, cases } of families) {
    describe(file.replace('.txt', ''), () => {
      for (const wrong of cases) {
        it(wrong.title, async () => {
          const { code, out, err } = await told(wrong);
          assert.equal(err, wrong.expected);
          assert.deepEqual({ code, out, tried: outward.tried }, { code: 1, out: '', tried: [] });
        });
      }
    });
  }
});
