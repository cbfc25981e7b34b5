import { createHash, createHmac } from 'node:crypto';
import { isRefusal, type Refusal, refuse } from '../../../contract/task-type.ts';

/** A public key of a host. */
export interface HostKey {
  /** `ssh-ed25519`, `ecdsa-sha2-nistp256` … */
  readonly type: string;
  /** Base64. */
  readonly blob: string;
}

/** One line of a known_hosts file that names a key (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"). */
export interface Entry extends HostKey {
  /** As written, without the marker: names and patterns, or one hashed name. */
  readonly names: readonly string[];
  /** `@cert-authority`, `@revoked`. */
  readonly marker: string | null;
  /** What stands from the key's type on. */
  readonly rest: string;
}

/** Null: a comment, an empty line, or something that ssh passes over as well. */
export function readEntry(line: string): Entry | null {
  const found = /^\s*(?:(@\S+)\s+)?([^\s#@]\S*)\s+((\S+)\s+(\S+).*?)\s*$/.exec(line);
  if (!found) return null;
  const [, marker = null, names = '', rest = '', type = '', blob = ''] = found;
  return { marker, names: names.split(','), type, blob, rest };
}

/** A name as ssh looks it up: lower case, and without the port where that is 22. */
export function canonical(name: string): string {
  return name.toLowerCase().replace(/^\[([^\]]*)\]:22$/, '$1');
}

/** Does this name of an entry stand for the host, and for it alone? Patterns are for others too. */
export function isName(written: string, host: string): boolean {
  const [, salt, hash] = /^\|1\|([^|]+)\|(.+)$/.exec(written) ?? [];
  if (salt !== undefined) return hashOf(host, Buffer.from(salt, 'base64')) === hash;
  return canonical(written) === host;
}

/** The salt is made of what is hashed, so that the same declaration always writes the same line. */
export function hashed(host: string, key: HostKey): string {
  const salt = createHash('sha1')
    .update(JSON.stringify([host, key.type, key.blob]))
    .digest();
  return `|1|${salt.toString('base64')}|${hashOf(host, salt)}`;
}

function hashOf(host: string, salt: Uint8Array): string {
  return createHmac('sha1', salt).update(host).digest('base64');
}

/**
 * Keys as `ssh-keyscan` prints them (with names in front, which must be those of the host) or as a `.pub` file holds
 * them; one per line.
 */
export function readKeys(text: string, host: string): readonly HostKey[] | Refusal {
  const keys: HostKey[] = [];
  for (const line of text.split('\n').map((one) => one.trim())) {
    if (line === '' || line.startsWith('#')) continue;
    const key = readKey(line, host);
    if (isRefusal(key)) return key;
    if (keys.some(({ type, blob }) => type === key.type && blob !== key.blob)) {
      return refuse(`key holds two keys of type ${key.type}`, 'a host has one key of each type');
    }
    keys.push(key);
  }
  return keys.length > 0 ? keys : refuse('key holds no key', 'give what `ssh-keyscan` prints');
}

function readKey(line: string, host: string): HostKey | Refusal {
  if (line.startsWith('@')) {
    return refuse(`key begins with ${line.split(/\s/)[0]}`, 'such a line is the work of `lineinfile`');
  }
  const [first = '', second = '', third = ''] = line.split(/\s+/);
  if (isKey(first, second)) return { type: first, blob: second };
  if (!isKey(second, third)) {
    return refuse(
      'key is no public key of a host',
      'it reads `[names] type base64`, as `ssh-keyscan` prints it and as a .pub file holds it',
    );
  }
  if (!first.split(',').some((name) => isName(name, host))) {
    return refuse(`key is that of ${first}, and name is ${host}`, 'let both name the same host');
  }
  return { type: second, blob: third };
}

/** The bytes of a key begin with its type. */
function isKey(type: string, blob: string): boolean {
  if (!/^[A-Za-z0-9+/]+=*$/.test(blob)) return false;
  const bytes = Buffer.from(blob, 'base64');
  return bytes.length > 4 + type.length && bytes.toString('latin1', 4, 4 + bytes.readUInt32BE(0)) === type;
}
