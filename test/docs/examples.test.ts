import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { FakeProcess, runFake } from '../cli/fake-process.ts';
import { writeFiles } from '../engine/run-here.ts';
import { commandsOf, fencesOf, reads } from './page.ts';

const ROOT = join(import.meta.dirname, '../..');

const PAGES = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

function page(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

describe('the pages', () => {
  for (const path of PAGES) {
    it(`${path}: its YAML is YAML, its plays are plays, its links lead somewhere`, async () => {
      const text = page(path);
      for (const fence of fencesOf(text).filter(({ language }) => language === 'yaml')) {
        const document = parseDocument(fence.text);
        assert.deepEqual(document.errors, [], `${path}:${fence.line}`);
        // A whole play, and not one that stands on files the page does not show.
        if (/^- (name: .*\n {2})?hosts:/m.test(fence.text) && !/roles:/.test(fence.text))
          await lints(path, fence.line, fence.text);
      }
      for (const [, to] of text.matchAll(/\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)/g)) {
        assert.ok(existsSync(join(ROOT, path, '..', to!)), `${path} leads to ${to}, which is not there`);
      }
    });
  }

  it('what reads otherwise is seen', () => {
    assert.ok(reads(['a', '…', 'b…d'], 'a\nx\ny\nbcd\n'));
    assert.ok(reads(['a', '…', 'b'], 'a\nb\n'));
    assert.ok(!reads(['a', '…', 'b'], 'a\nx\n'));
    assert.ok(!reads(['a.c'], 'abc\n'));
    assert.ok(!reads([], 'abc\n'));
    const [first, second] = commandsOf({ language: '', title: null, line: 1, text: '$ a\nx\n[3]\n$ b\n' });
    assert.deepEqual([first!.code, first!.expected, second!.code], [3, ['x'], 0]);
  });
});

async function lints(path: string, line: number, text: string): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'mama-docs-'));
  try {
    writeFiles(dir, { 'play.yaml': text });
    const { code, out, err } = await runFake(new FakeProcess(dir), ['lint', 'play.yaml']);
    assert.equal(code, 0, `${path}:${line}\n${out}${err}`);
  } finally {
    rmSync(dir, { recursive: true });
  }
}
