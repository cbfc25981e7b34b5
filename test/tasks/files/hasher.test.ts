import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sh } from '../../../src/runner/contract/script.ts';
import { chooseHasher } from '../../../src/runner/tasks/lib/files/hasher.ts';
import { runScript, shells } from '../harness/shells.ts';

const LARGE = 5 * 1024 * 1024;

describe('what hashes files', () => {
  const dir = mkdtempSync(join(tmpdir(), 'hasher-'));
  const contents = { "it's a": Buffer.alloc(LARGE, 'large'), '-b c': Buffer.from('small') };
  for (const [name, content] of Object.entries(contents)) writeFileSync(join(dir, name), content);
  const tools = join(dir, 'tools');
  const due = Object.entries(contents).map(
    ([name, bytes]) => `${createHash('sha256').update(bytes).digest('hex')} ./${name}`,
  );
  after(() => rmSync(dir, { recursive: true }));

  function hashed(shell: ReturnType<typeof shells>[number], size: number, fakes: readonly string[] = []) {
    const names = Object.keys(contents).map((name) => `./${name}`);
    const script = sh`${chooseHasher(size)}; echo "$H"; printf '%s\0' ${names} ./missing | xargs -0 $H 2>/dev/null; :`;
    const [hasher, ...lines] = runScript(shell, script, { cwd: dir, tools: fakes })
      .out.toString()
      .split('\n');
    return { hasher, lines: lines.filter(Boolean).map((line) => line.replace(/ [ *]\.\//, ' ./')) };
  }

  for (const shell of shells()) {
    it(`is sha256sum for what is small (${shell.name})`, () => {
      assert.deepEqual(hashed(shell, 1000), { hasher: 'sha256sum', lines: due });
    });

    it(`gives the same hashes for what is large (${shell.name})`, () => {
      assert.deepEqual(hashed(shell, LARGE).lines, due);
    });

    it(`is sha256sum where openssl does not know -r (${shell.name})`, () => {
      runScript(shell, sh`mkdir -p ${tools}`);
      writeFileSync(join(tools, 'openssl'), '#!/bin/sh\nexit 1\n');
      chmodSync(join(tools, 'openssl'), 0o755);
      assert.deepEqual(hashed(shell, LARGE, [tools]), { hasher: 'sha256sum', lines: due });
    });
  }
});
