import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';

/** What a server keeps of a password (PostgreSQL, pg_authid). */
const SCRAM = /^SCRAM-SHA-256\$(\d+):([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+):([A-Za-z0-9+/=]+)$/;
const MD5 = /^md5[0-9a-f]{32}$/;

/** More rounds than this are not computed for a server's sake. */
const MOST_ROUNDS = 1_000_000;

/** A password that was given in the form in which the server keeps it. */
export function isVerifier(password: string): boolean {
  return SCRAM.test(password) || MD5.test(password);
}

/** Was this made of the password? Null: it cannot be told. */
export function matches(kept: string, password: string, role: string): boolean | null {
  if (isVerifier(password)) return kept === password;
  if (MD5.test(kept)) return kept === md5Verifier(password, role);
  const [, rounds, salt = '', storedKey] = SCRAM.exec(kept) ?? [];
  if (rounds === undefined || Number(rounds) > MOST_ROUNDS) return null;
  return keys(password, Buffer.from(salt, 'base64'), Number(rounds)).stored === storedKey;
}

/** RFC 5803, as PostgreSQL writes it: the password itself need never reach the server. */
export function scramVerifier(password: string, salt: Uint8Array): string {
  const rounds = 4096;
  const { stored, server } = keys(password, salt, rounds);
  return `SCRAM-SHA-256$${rounds}:${Buffer.from(salt).toString('base64')}$${stored}:${server}`;
}

export function md5Verifier(password: string, role: string): string {
  return `md5${createHash('md5')
    .update(password + role)
    .digest('hex')}`;
}

function keys(password: string, salt: Uint8Array, rounds: number): { stored: string; server: string } {
  const salted = pbkdf2Sync(prepared(password), salt, rounds, 32, 'sha256');
  const hmac = (word: string) => createHmac('sha256', salted).update(word).digest();
  const stored = createHash('sha256').update(hmac('Client Key')).digest('base64');
  return { stored, server: hmac('Server Key').toString('base64') };
}

/** SASLprep (RFC 4013) as far as it changes anything of a text that it allows. */
function prepared(password: string): string {
  if (/^[\x20-\x7e]*$/.test(password)) return password;
  const mapped = password
    .replace(/[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/g, ' ')
    .replace(/\u034f|[\u00ad\u1806]|[\u180b-\u180d]|\u200c|\u200d|\u2060|[\ufe00-\ufe0f]|\ufeff/g, '')
    .normalize('NFKC');
  // What it forbids, PostgreSQL takes as it is.
  return mapped === '' || /[\p{Cc}\p{Co}\p{Cs}\p{Cn}\u200e\u200f\u202a-\u202e]/u.test(mapped)
    ? password
    : mapped;
}
