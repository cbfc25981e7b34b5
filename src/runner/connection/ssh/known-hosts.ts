import { createHash, createHmac } from 'node:crypto';

/** One line of a known_hosts file, as sshd(8) describes the format. */
export interface KnownHost {
  readonly marker: 'revoked' | 'cert-authority' | null;
  /** The first field: comma separated patterns, or one hashed name. */
  readonly names: string;
  readonly type: string;
  /** Base64 of the key's wire form. */
  readonly key: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** What the known_hosts files say about a key that a host has shown. */
export type Verdict =
  | { readonly kind: 'known' }
  | { readonly kind: 'unknown'; readonly authority: KnownHost | null }
  /** The host is known with another key of this type. */
  | { readonly kind: 'changed'; readonly entry: KnownHost }
  | { readonly kind: 'revoked'; readonly entry: KnownHost };

/** The valid lines of a file; others are passed over, as OpenSSH does. */
export function parseKnownHosts(text: string, file: string): KnownHost[] {
  return text.split('\n').flatMap((raw, i) => {
    const fields = raw.trim().split(/\s+/);
    if (fields[0] === '' || fields[0]?.startsWith('#')) return [];
    const marker = fields[0]?.startsWith('@') ? fields.shift()!.slice(1) : null;
    if (marker !== null && marker !== 'revoked' && marker !== 'cert-authority') return [];
    const [names, type, key] = fields;
    if (!names || !type || !key) return [];
    return [{ marker, names, type, key, file, line: i + 1 }];
  });
}

/** The name under which a host is looked up: `[host]:port` unless the port is 22 (OpenSSH's put_host_port). */
export function knownHostName(host: string, port: number): string {
  const lower = host.toLowerCase();
  return port === 22 ? lower : `[${lower}]:${port}`;
}

/** True if the first field of a line stands for `name`: one match, and no match of a negated pattern. */
export function namesMatch(names: string, name: string): boolean {
  if (names.startsWith('|')) return hashMatches(names, name);
  const patterns = names.toLowerCase().split(',');
  if (patterns.some((p) => p.startsWith('!') && patternMatches(p.slice(1), name))) return false;
  return patterns.some((p) => !p.startsWith('!') && patternMatches(p, name));
}

/** The key types that are known for a host, for asking for one of them first. */
export function knownTypes(entries: readonly KnownHost[], host: string, port: number): string[] {
  const own = entries.filter((e) => e.marker === null && namesMatch(e.names, knownHostName(host, port)));
  const known =
    own.length > 0
      ? own
      : entries.filter((e) => e.marker === null && namesMatch(e.names, knownHostName(host, 22)));
  return [...new Set(known.map((e) => e.type))];
}

/**
 * Judges a key (its wire form) as OpenSSH does: a revoked key is never good; a key that is not known under
 * `[host]:port` is good if it is known for the bare host.
 */
export function judge(entries: readonly KnownHost[], host: string, port: number, key: Buffer): Verdict {
  const base64 = key.toString('base64');
  const type = keyType(key);
  const name = knownHostName(host, port);
  const own = entries.filter((e) => namesMatch(e.names, name));
  const bare = port === 22 ? [] : entries.filter((e) => namesMatch(e.names, knownHostName(host, 22)));

  const revoked = [...own, ...bare].find((e) => e.marker === 'revoked' && e.key === base64);
  if (revoked) return { kind: 'revoked', entry: revoked };
  const plain = own.filter((e) => e.marker === null);
  if (plain.some((e) => e.key === base64)) return { kind: 'known' };
  const other = plain.find((e) => e.type === type);
  if (other) return { kind: 'changed', entry: other };
  if (bare.some((e) => e.marker === null && e.key === base64)) return { kind: 'known' };
  return { kind: 'unknown', authority: own.find((e) => e.marker === 'cert-authority') ?? null };
}

/** The type that a key's wire form begins with. */
export function keyType(key: Buffer): string {
  const length = key.length >= 4 ? key.readUInt32BE(0) : 0;
  return key.toString('latin1', 4, 4 + length);
}

/** `SHA256:…`, as ssh-keygen -l prints it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

function hashMatches(field: string, name: string): boolean {
  const [, version, salt, hash] = field.split('|');
  if (version !== '1' || !salt || !hash) return false;
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
}

/** `*` and `?` as in match_pattern of OpenSSH. */
function patternMatches(pattern: string, name: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`).test(name);
}
