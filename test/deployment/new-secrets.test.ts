import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SCRIPT = join(import.meta.dirname, '../../scripts/new-secrets.mjs');

/** In place of mama-play: the vault that is there is an example, and what is to be encrypted is told. */
const TOOL = `
import { readFileSync, statSync, writeFileSync } from 'node:fs';
const [, , , verb, from, ...rest] = process.argv;
if (verb === 'view') console.log('mama_example_vault: true');
else writeFileSync(process.env.TOLD, JSON.stringify({
  from, rest, mode: statSync(from).mode & 0o777, text: readFileSync(from, 'utf8'), typed: readFileSync(0, 'utf8'),
}));
`;

describe('node scripts/new-secrets.mjs', () => {
  it('leaves stdin to whoever types the password, and no secret behind', () => {
    const dir = mkdtempSync(join(tmpdir(), 'mama-new-secrets-'));
    try {
      const [tool, told] = [join(dir, 'tool.mjs'), join(dir, 'told')];
      writeFileSync(tool, TOOL);
      const { status, stderr } = spawnSync(process.execPath, [SCRIPT, 'qa', '--ask-vault-pass'], {
        input: 'typed',
        encoding: 'utf8',
        env: { ...process.env, MAMA_PLAY: tool, TOLD: told },
      });
      assert.equal(status, 0, stderr);
      const { from, rest, mode, text, typed } = JSON.parse(readFileSync(told, 'utf8'));
      assert.equal(rest[0], '--output');
      assert.match(rest[1], /inventory\/group_vars\/qa\/secrets\.yaml$/);
      assert.equal(rest[2], '--ask-vault-pass');
      assert.match(text, /^amqp_password: \w{20,}$/m);
      assert.deepEqual([mode, typed, existsSync(from)], [0o600, 'typed', false]);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});
