import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Secrets } from '../../src/runner/contract/secret.ts';

const KEY = Buffer.from('a key for tests');
const STAND_IN = /<secret [0-9a-f]{8}>/g;

function secrets(...values: (string | number)[]): Secrets {
  const all = new Secrets(() => KEY);
  all.add(values);
  return all;
}

/** What is left of a text without its secrets; `*` for each of them. */
function masked(text: string, ...values: (string | number)[]): string {
  return secrets(...values)
    .mask(text)
    .replace(STAND_IN, '*');
}

describe('secrets in texts', () => {
  const PASSWORD = `p$w "o'r<d>/ä%`;

  const forms: readonly (readonly [string, string])[] = [
    ['itself', PASSWORD],
    ['JSON', JSON.stringify(PASSWORD).slice(1, -1)],
    ['JSON in JSON', JSON.stringify(JSON.stringify(PASSWORD)).slice(3, -3)],
    ['JSON as Go writes it', `p$w \\"o'r\\u003cd\\u003e/ä%`],
    ['JSON in ASCII', `p$w \\"o'r<d>/\\u00e4%`],
    ['JSON with escaped slashes', `p$w \\"o'r<d>\\/ä%`],
    ['a URL', encodeURIComponent(PASSWORD)],
    ['a URL in lower case', encodeURIComponent(PASSWORD).replace(/%[0-9A-F]{2}/g, (o) => o.toLowerCase())],
    ['a form', new URLSearchParams({ p: PASSWORD }).toString().slice(2)],
    ['a path of a URL', 'p%24w%20%22o%27r%3Cd%3E/%C3%A4%25'],
    ['single quotes of a shell', `p$w "o'\\''r<d>/ä%`],
    ['double quotes of a shell', `p\\$w \\"o'r<d>/ä%`],
    ['backslashes of a shell', `p\\$w\\ \\"o\\'r\\<d\\>/\\ä%`],
    ['SQL and single quotes of YAML', `p$w "o''r<d>/ä%`],
    ['supervisord', `p$w "o'r<d>/ä%%`],
    ['a compose file', `p$$w "o'r<d>/ä%`],
    ['XML text', `p$w "o'r&lt;d&gt;/ä%`],
    ['an XML attribute', `p$w &quot;o'r&lt;d&gt;/ä%`],
    ['HTML', `p$w &quot;o&#39;r&lt;d&gt;/ä%`],
    ['base64', Buffer.from(PASSWORD).toString('base64')],
    ['base64 without padding', Buffer.from(PASSWORD).toString('base64').replace(/=+$/, '')],
    ['base64 of URLs', Buffer.from(PASSWORD).toString('base64url')],
  ];
  for (const [what, form] of forms) {
    it(`finds it as ${what}`, () => assert.equal(masked(`a ${form} b`, PASSWORD), 'a * b'));
  }

  it('finds it inside of larger base64 texts', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ minLength: 8 }), fc.string(), (before, secret, behind) => {
        fc.pre(secret.trim().length >= 8);
        const text = Buffer.from(`${before}${secret}${behind}`).toString('base64');
        assert.notEqual(secrets(secret).mask(text), text);
      }),
    );
  });

  it('never leaves it in JSON or YAML text', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 4, unit: 'grapheme' }), fc.string(), (secret, other) => {
        fc.pre(secret.trim().length >= 4 && !other.includes(secret));
        const text = JSON.stringify({ [other]: [secret, `${other}${secret}`] });
        const after = secrets(secret).mask(text);
        assert.ok(!after.includes(JSON.stringify(secret).slice(1, -1)), after);
      }),
    );
  });

  it('finds it where a text was folded or wrapped', () => {
    const secret = 'a long secret of several words';
    assert.equal(masked('x: >\n  a long secret\n  of several\n  words\ny', secret), 'x: >\n  *\ny');
    const long = Buffer.from(secret.repeat(4))
      .toString('base64')
      .replace(/.{1,76}/g, '$&\n');
    assert.equal(masked(long, secret.repeat(4)).trim(), '*');
    assert.equal(masked('has ecret', 'hasecret'), 'has ecret', 'short ones are not looked for across blanks');
  });

  it('finds the lines of a text of several lines, also alone', () => {
    const pem = '-----BEGIN KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQ\n-----END KEY-----\n';
    assert.equal(masked(pem, pem), '*');
    assert.equal(masked('>> kqhkiG9w0BAQ <<', pem), '>> * <<');
    assert.equal(masked('a\n{\n---', 'x: 1\n{\n---\n'), 'a\n{\n---', 'a line without letters says nothing');
    assert.equal(masked('line', 'with break at the end\n'), 'line');
    assert.equal(masked('it: with break at the end', 'with break at the end\n'), 'it: *');
  });

  it('masks overlapping secrets as one, and a longer one as a whole', () => {
    assert.equal(masked('abcdefghi', 'abcdef', 'defghi'), '*');
    assert.equal(masked('password password2', 'password', 'password2'), '* *');
  });

  it('does not mask what stands in for a secret', () => {
    const all = secrets('secret', 'word');
    const once = all.mask('a secret word');
    assert.equal(once.replace(STAND_IN, '*'), 'a * *');
    assert.equal(all.mask(once), once);
  });

  it('masks numbers, in texts and as themselves', () => {
    const all = secrets(987654);
    const { n, text, other } = all.maskJson({ n: 987654, text: 'is 987654', other: 98765 });
    assert.match(String(n), /^<secret/);
    assert.match(text, /^is <secret/);
    assert.equal(other, 98765);
  });

  it('takes lists and maps apart, and lets true, false, null and empty texts be', () => {
    const all = new Secrets();
    all.add({ a: ['deep-one', { b: 'deep-two' }], c: true, d: null, e: '', f: '    ' });
    assert.equal(all.mask('deep-one deep-two true null     .').replace(STAND_IN, '*'), '* * true null     .');
  });
});

describe('secrets of less than four characters', () => {
  it('are masked where they are the whole of a value, or stand in quotes', () => {
    const all = secrets('123', 7);
    assert.deepEqual(
      JSON.parse(
        JSON.stringify(all.maskJson({ a: '123', b: 123, c: 7, d: '1234', e: ['x 123'] })).replace(
          STAND_IN,
          '*',
        ),
      ),
      { a: '*', b: '*', c: '*', d: '1234', e: ['x 123'] },
    );
    assert.equal(all.mask('pin = "123", not 123').replace(STAND_IN, '*'), 'pin = *, not 123');
  });

  it('are masked with the lines that were made of them', () => {
    const all = secrets('123');
    all.addInside('host=a\nPIN=123\n', '123');
    assert.equal(all.mask('x\nPIN=123\nhost=a 123').replace(STAND_IN, '*'), 'x\n*\nhost=a 123');
    all.addInside('long-enough is here', 'long-enough');
    assert.equal(all.mask('long-enough is here'), 'long-enough is here');
  });
});

describe('fingerprints', () => {
  it('tell whether two secrets are the same one', () => {
    const [one, again, other] = ['first-one', 'first-one', 'second-one'].map((text) =>
      secrets(text).mask(text),
    );
    assert.equal(one, again);
    assert.notEqual(one, other);
    assert.match(one!, /^<secret [0-9a-f]{8}>$/);
  });

  it('are those of the key, and of nobody else without one', () => {
    const of = (key: Uint8Array | null) => {
      const all = new Secrets(() => key);
      all.add('a value');
      return all.mask('a value');
    };
    assert.equal(of(KEY), of(KEY));
    assert.notEqual(of(KEY), of(Buffer.from('another key')));
    assert.notEqual(of(null), of(null));
  });

  it('are of one key for all of a run', () => {
    let key: Uint8Array | null = null;
    const all = new Secrets(() => key);
    all.add('a value');
    const before = all.mask('a value');
    key = KEY;
    assert.equal(all.mask('a value'), before);
  });
});
