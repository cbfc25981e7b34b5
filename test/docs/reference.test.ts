import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CODES } from '../../src/runner/contract/diagnostic.ts';
import { MAGIC } from '../../src/runner/language/magic.ts';

const ROOT = join(import.meta.dirname, '../..');

/** What stands in backticks in the first column of the tables under a heading. */
function firstColumn(page: string, heading: string): string[] {
  const text = readFileSync(join(ROOT, 'docs', page), 'utf8');
  const [, section] = text.split(`\n## ${heading}`);
  assert.ok(section, `${page} has no "${heading}"`);
  const rows = section
    .split('\n## ')[0]!
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  return rows.flatMap((row) => [...row.split(' | ')[0]!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!));
}

function twice(names: readonly string[]): string[] {
  return names.filter((name, at) => names.indexOf(name) !== at);
}

describe('the reference pages', () => {
  it('errors.md lists every code that there is, once, and none else', () => {
    const listed = firstColumn('errors.md', 'Refused before any connection');
    assert.deepEqual(twice(listed), []);
    assert.deepEqual([...listed].sort(), [...CODES].sort());
  });

  it('every code is given somewhere', () => {
    const files = readdirSync(join(ROOT, 'src/runner'), { recursive: true, encoding: 'utf8' });
    const texts = files
      .filter((name) => name.endsWith('.ts') && !name.endsWith('contract/diagnostic.ts'))
      .map((name) => readFileSync(join(ROOT, 'src/runner', name), 'utf8'))
      .join('\n');
    // `unknown-${what}` is the one that is put together.
    const unused = CODES.filter((code) => code !== 'unknown-group' && !texts.includes(`'${code}'`));
    assert.deepEqual(unused, []);
  });

  it('variables.md lists every name that the run gives, once, and none else', () => {
    const listed = firstColumn('variables.md', 'Given by the run');
    assert.deepEqual(twice(listed), []);
    assert.deepEqual([...listed].sort(), Object.keys(MAGIC).sort());
  });
});
