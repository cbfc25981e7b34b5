import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decryptVault, encryptVault } from '../../src/runner/language/vault.ts';
import { readEnvelope } from '../../src/runner/language/vault-format.ts';
import { Vaults } from '../../src/runner/language/vaults.ts';
import { parseYaml, toJson } from '../../src/runner/language/yaml.ts';

const PASSWORD = 'pässwort with spaces';
const PLAIN = 'a: "ünï"\n\tbinary: \u0001\r\nno end';

describe('vaults of Debian’s ansible-vault, both ways @host', () => {
  let dir: string;
  before(() => {
    const found = spawnSync('ansible-vault', ['--version']).status === 0;
    assert.ok(found, 'there is no ansible-vault: apt-get install ansible-core');
    dir = mkdtempSync(join(tmpdir(), 'mama-vault-'));
    writeFileSync(join(dir, 'password'), `${PASSWORD}\n`);
    writeFileSync(join(dir, 'plain'), PLAIN);
  });
  after(() => rmSync(dir, { recursive: true }));

  const ansible = (...words: string[]) =>
    execFileSync('ansible-vault', words, { cwd: dir, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

  for (const [id, label] of [
    ['password', null],
    ['prod@password', 'prod'],
  ] as const) {
    it(`a whole file, ${label ? 'with' : 'without'} a vault id`, () => {
      ansible('encrypt', '--vault-id', id, '--output', 'theirs', 'plain');
      const theirs = readFileSync(join(dir, 'theirs'), 'utf8');
      const envelope = readEnvelope(theirs);
      assert.equal(envelope.kind === 'envelope' && envelope.label, label);
      assert.equal(Buffer.from(decryptVault(theirs, Buffer.from(PASSWORD)) as Uint8Array).toString(), PLAIN);

      writeFileSync(join(dir, 'ours'), encryptVault(PLAIN, Buffer.from(PASSWORD), label));
      ansible('decrypt', '--vault-id', id, '--output', 'again', 'ours');
      assert.equal(readFileSync(join(dir, 'again'), 'utf8'), PLAIN);
    }).timeout(30_000);
  }

  it('values of encrypt_string', () => {
    const text = ansible('encrypt_string', '--vault-id', 'qa@password', '--name', 'key', '{{ no template }}');
    const read = () => Buffer.from(PASSWORD);
    const vaults = new Vaults([{ label: null, from: '', read }], { add: () => {}, addInside: () => {} });
    const { value, diagnostics } = parseYaml('x.yaml', text, vaults);
    assert.deepEqual(diagnostics, []);
    assert.deepEqual(toJson(value!), { key: '{{ no template }}' });
  }).timeout(30_000);
});
