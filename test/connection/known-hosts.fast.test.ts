import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import {
  fingerprint,
  judge,
  keyType,
  knownHostName,
  knownTypes,
  namesMatch,
  parseKnownHosts,
} from '../../src/runner/connection/ssh/known-hosts.ts';

/** A key in wire form: its type, and some bytes. */
function key(type: string, bytes: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(type.length);
  return Buffer.concat([length, Buffer.from(type), Buffer.from(bytes)]);
}

const ED = key('ssh-ed25519', 'one');
const ED2 = key('ssh-ed25519', 'two');
const RSA = key('ssh-rsa', 'three');
const line = (names: string, k: Buffer): string => `${names} ${keyType(k)} ${k.toString('base64')}`;
const read = (...lines: string[]) => parseKnownHosts(lines.join('\n'), 'kh');

describe('known_hosts', () => {
  it('passes over comments, empty and broken lines, and counts them', () => {
    const entries = read(
      '# comment',
      '',
      'only-a-name',
      '@strange h ssh-rsa AAAA',
      line('h', ED),
      `@revoked ${line('h', RSA)} a comment`,
    );
    assert.deepEqual(
      entries.map((e) => [e.line, e.marker, e.names, e.type]),
      [
        [5, null, 'h', 'ssh-ed25519'],
        [6, 'revoked', 'h', 'ssh-rsa'],
      ],
    );
  });

  it('names a host with its port, unless that is 22', () => {
    assert.equal(knownHostName('Web.Example', 22), 'web.example');
    assert.equal(knownHostName('10.0.0.1', 2222), '[10.0.0.1]:2222');
    assert.equal(knownHostName('::1', 2222), '[::1]:2222');
  });

  it('matches names, wildcards and negations', () => {
    const cases: [string, string, boolean][] = [
      ['web', 'web', true],
      ['web,10.0.0.1', '10.0.0.1', true],
      ['WEB', 'web', true],
      ['*.example.org', 'a.example.org', true],
      ['*.example.org', 'example.org', false],
      ['web?', 'web1', true],
      ['web?', 'web12', false],
      ['*,!db', 'db', false],
      ['*,!db', 'web', true],
      ['!db', 'web', false],
      ['[*]:2222', '[web]:2222', true],
      ['a.c', 'abc', false],
    ];
    for (const [names, name, expected] of cases)
      assert.equal(namesMatch(names, name), expected, `${names} ${name}`);
  });

  it('matches hashed names', () => {
    const salt = Buffer.from('salt of twenty bytes');
    const hash = (name: string): string =>
      `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
    assert.ok(namesMatch(hash('[web]:2222'), '[web]:2222'));
    assert.ok(!namesMatch(hash('web'), 'db'));
    assert.ok(!namesMatch('|2|a|b', 'web'));
  });

  it('judges a key', () => {
    const kind = (entries: ReturnType<typeof read>, port = 22, k = ED) => judge(entries, 'web', port, k).kind;
    assert.equal(kind(read(line('web', ED))), 'known');
    assert.equal(kind(read(line('web', ED2), line('web', ED))), 'known');
    assert.equal(kind(read(line('db', ED))), 'unknown');
    assert.equal(kind(read(line('web', ED2))), 'changed');
    assert.equal(kind(read(line('web', RSA))), 'unknown');
    assert.equal(kind(read(line('web', ED), `@revoked ${line('*', ED)}`)), 'revoked');
    assert.equal(kind(read(`@cert-authority ${line('*', ED)}`)), 'unknown');
  });

  it('takes the key of the bare host for another port, but no other one', () => {
    assert.equal(judge(read(line('web', ED)), 'web', 2222, ED).kind, 'known');
    assert.equal(judge(read(line('web', ED2)), 'web', 2222, ED).kind, 'unknown');
    assert.equal(judge(read(line('[web]:2222', ED)), 'web', 22, ED).kind, 'unknown');
    assert.equal(judge(read(line('[web]:2222', ED2), line('web', ED)), 'web', 2222, ED).kind, 'changed');
  });

  it('names the certificate authority, and the line that has changed', () => {
    const unknown = judge(read('#', `@cert-authority ${line('*.org,web', ED2)}`), 'web', 22, ED);
    assert.equal(unknown.kind === 'unknown' && unknown.authority?.line, 2);
    const changed = judge(read('#', line('web', ED2)), 'web', 22, ED);
    assert.equal(changed.kind === 'changed' && changed.entry.line, 2);
  });

  it('knows which types to ask for', () => {
    assert.deepEqual(knownTypes(read(line('web', RSA), line('web', ED), line('db', ED)), 'web', 22), [
      'ssh-rsa',
      'ssh-ed25519',
    ]);
    assert.deepEqual(knownTypes(read(line('web', RSA)), 'web', 2222), ['ssh-rsa']);
    assert.deepEqual(knownTypes(read(`@revoked ${line('web', ED)}`), 'web', 22), []);
  });

  it('prints fingerprints as ssh-keygen does', () => {
    assert.match(fingerprint(ED), /^SHA256:[A-Za-z0-9+/]{43}$/);
  });
});
