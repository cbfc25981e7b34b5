import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decryptVault, deriveKeys, encryptVault, rememberedKeys } from '../../src/runner/language/vault.ts';
import { readEnvelope } from '../../src/runner/language/vault-format.ts';
import { type VaultPassword, Vaults } from '../../src/runner/language/vaults.ts';

const PASSWORD = Buffer.from('correct horse');

/** Made once by Debian's ansible-vault 2.14 with the password "correct horse". */
const BY_ANSIBLE = `$ANSIBLE_VAULT;1.2;AES256;dev
61623032646230323236633135363934653639343330626261663135313762383436333138653461
3935376365336464623565376136303964656230646137620a346134333533373431376635373936
38313463313832323730366563356637303933373066306633386335333536393836656433633436
3430663361366237370a663066303430393065393237363464316134656366656531313662353238
65346535643666393733323734393834383566333065363133383737306161613333
`;

function opened(text: string, password: Uint8Array = PASSWORD): string {
  const plain = decryptVault(text, password);
  return plain instanceof Uint8Array ? Buffer.from(plain).toString() : `${plain.code}: ${plain.message}`;
}

const DAMAGED = 'vault-format: the vault is cut off or damaged';
const CHANGED = 'vault-password: the password does not open it, or it was changed since it was encrypted';

describe('the vault format', () => {
  it('reads what ansible-vault wrote', () => {
    assert.equal(opened(BY_ANSIBLE), 'a secret of Ansible\n');
  });

  it('is a header and hex digits in 80 columns', () => {
    const lines = encryptVault('x'.repeat(100), PASSWORD).split('\n');
    assert.equal(lines[0], '$ANSIBLE_VAULT;1.1;AES256');
    assert.equal(lines.at(-1), '');
    for (const line of lines.slice(1, -2)) assert.match(line, /^[0-9a-f]{80}$/);
    assert.match(lines.at(-2)!, /^[0-9a-f]{1,80}$/);
  });

  it('names a vault id in version 1.2, and none in 1.1', () => {
    assert.match(encryptVault('x', PASSWORD, 'prod'), /^\$ANSIBLE_VAULT;1\.2;AES256;prod\n/);
    for (const label of [null, 'default']) {
      assert.match(encryptVault('x', PASSWORD, label), /^\$ANSIBLE_VAULT;1\.1;AES256\n/);
    }
    const envelope = readEnvelope(encryptVault('x', PASSWORD, 'prod'));
    assert.equal(envelope.kind === 'envelope' && envelope.label, 'prod');
  });

  it('gives back any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const plain = decryptVault(encryptVault(bytes, PASSWORD), PASSWORD);
        assert.deepEqual(Buffer.from(plain as Uint8Array), Buffer.from(bytes));
      }),
      { numRuns: 15 },
    );
  });

  it('never writes the same text twice', () => {
    assert.notEqual(encryptVault('x', PASSWORD), encryptVault('x', PASSWORD));
  });

  it('forgives CR LF, blanks around lines and upper case', () => {
    const text = encryptVault('fine', PASSWORD);
    const [head, ...body] = text.split('\n');
    const loose = `${head} \r\n${body.map((line) => `  ${line.toUpperCase()} `).join('\r\n')}`;
    assert.equal(opened(loose), 'fine');
  });

  it('refuses another password', () => {
    assert.equal(opened(encryptVault('x', PASSWORD), Buffer.from('other')), CHANGED);
  });

  it('notices each changed digit', () => {
    const text = encryptVault('a', PASSWORD);
    const start = text.indexOf('\n') + 1;
    const derive = rememberedKeys();
    for (let at = start; at < text.length - 1; at += 13) {
      if (text[at] === '\n') continue;
      const digit = text[at] === '3' ? '4' : '3';
      const plain = decryptVault(text.slice(0, at) + digit + text.slice(at + 1), PASSWORD, derive);
      assert.ok(!(plain instanceof Uint8Array), `the digit at ${at}`);
    }
  });

  it('notices each missing line', () => {
    const lines = encryptVault('x'.repeat(300), PASSWORD).trimEnd().split('\n');
    for (let gone = 1; gone < lines.length; gone++) {
      assert.match(opened(lines.filter((_, i) => i !== gone).join('\n')), /^vault-(format|password)/);
    }
    assert.equal(opened(lines.slice(0, 2).join('\n')), DAMAGED);
    assert.equal(opened(lines[0]!), DAMAGED);
  });

  const wrong: readonly (readonly [string, string, string])[] = [
    ['another text', 'a: 1\n', 'not-a-vault: this is no vault'],
    ['nothing', '', 'not-a-vault: this is no vault'],
    [
      'an old version',
      '$ANSIBLE_VAULT;1.0;AES\nabcd',
      'vault-format: version "1.0" of the vault format is not known',
    ],
    ['no version', '$ANSIBLE_VAULT;\nabcd', 'vault-format: version "" of the vault format is not known'],
    ['another cipher', '$ANSIBLE_VAULT;1.1;ROT13\nabcd', 'vault-format: the cipher "ROT13" is not known'],
    ['no digits', '$ANSIBLE_VAULT;1.1;AES256\nxyz', DAMAGED],
    ['too few parts', `$ANSIBLE_VAULT;1.1;AES256\n${Buffer.from('aa\nbb').toString('hex')}`, DAMAGED],
  ];
  for (const [what, text, message] of wrong) it(`refuses ${what}`, () => assert.equal(opened(text), message));

  it('derives a key once per password and salt', () => {
    let count = 0;
    const derive = rememberedKeys((password, salt) => {
      count += 1;
      return deriveKeys(password, salt);
    });
    const one = encryptVault('x', PASSWORD);
    for (let i = 0; i < 3; i++) decryptVault(one, PASSWORD, derive);
    assert.equal(count, 1);
    decryptVault(one, Buffer.from('other'), derive);
    decryptVault(encryptVault('x', PASSWORD), PASSWORD, derive);
    assert.equal(count, 3);
  });
});

/** A password that counts how often it is read. */
function given(word: string, label: string | null = null): VaultPassword & { reads: number } {
  return {
    label,
    from: `the password ${label}`,
    reads: 0,
    read() {
      this.reads += 1;
      return Buffer.from(word);
    },
  };
}

const DEAF = { add: () => {}, addInside: () => {} };

describe('the vaults of a run', () => {
  const text = encryptVault('inside', Buffer.from('two'), 'prod');
  const shown = (vaults: Vaults) => {
    const plain = vaults.open(text);
    return plain instanceof Uint8Array ? Buffer.from(plain).toString() : `${plain.message} | ${plain.hint}`;
  };

  it('reads no password before something is opened', () => {
    const password = given('two');
    assert.equal(new Vaults([password], DEAF).fingerprintKey(), null);
    assert.equal(password.reads, 0);
  });

  it("tries the vault's own label first, then the others in order", () => {
    const passwords = [given('one'), given('two'), given('two', 'prod')];
    assert.equal(shown(new Vaults(passwords, DEAF)), 'inside');
    assert.deepEqual(
      passwords.map(({ reads }) => reads),
      [0, 0, 1],
    );
    const others = [given('one'), given('two', 'qa'), given('never'), given('wrong', 'prod')];
    assert.equal(shown(new Vaults(others, DEAF)), 'inside');
    assert.deepEqual(
      others.map(({ reads }) => reads),
      [1, 1, 0, 1],
    );
  });

  it('says how to give a password', () => {
    assert.equal(
      shown(new Vaults([], DEAF)),
      'it is encrypted and there is no password to open it with | give it with --vault-id prod@FILE, or --vault-password-file FILE, --ask-vault-pass or $MAMA_PLAY_VAULT_PASSWORD_FILE',
    );
    assert.equal(
      shown(new Vaults([given('one', 'qa')], DEAF)),
      'no password that was given opens it, or it was changed (its vault id is "prod") | tried the password qa; give the right one with --vault-id prod@FILE',
    );
  });

  it('asks a person only when nothing before fits', () => {
    const person: VaultPassword = { label: null, from: 'x', read: () => 'later', ask: async () => {} };
    const early = new Vaults([given('two'), person], DEAF);
    assert.equal(shown(early), 'inside');
    assert.equal(early.pending.size, 0);
    const late = new Vaults([given('one'), person], DEAF);
    assert.match(shown(late), /not been asked for yet/);
    assert.deepEqual([...late.pending], [person]);
  });

  it('has one key for fingerprints per password', () => {
    const key = (...words: string[]) => {
      const vaults = new Vaults(
        words.map((word) => given(word)),
        DEAF,
      );
      vaults.open(text);
      vaults.open(encryptVault('else', Buffer.from('one')));
      return Buffer.from(vaults.fingerprintKey()!).toString('hex');
    };
    assert.equal(key('two'), key('two'));
    assert.equal(key('two'), key('unused', 'two'));
    assert.notEqual(key('one', 'two'), key('two', 'one'));
    assert.match(key('two'), /^[0-9a-f]{64}$/);
  });
});
