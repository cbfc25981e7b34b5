import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  pbkdf2Sync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import { type Envelope, fault, readEnvelope, type VaultFault, writeEnvelope } from './vault-format.ts';

/** Turns a password and a salt into key material. */
export type Derive = (password: Uint8Array, salt: Uint8Array) => Keys;

export interface Keys {
  readonly cipher: Uint8Array;
  readonly mac: Uint8Array;
  readonly iv: Uint8Array;
}

const ROUNDS = 10_000;
const SALT_BYTES = 32;
const BLOCK = 16;

/** PBKDF2-HMAC-SHA256 with 10,000 rounds, as ansible-vault does it: about 8 ms. */
export const deriveKeys: Derive = (password, salt) => {
  const bytes = pbkdf2Sync(password, salt, ROUNDS, 32 + 32 + BLOCK, 'sha256');
  return { cipher: bytes.subarray(0, 32), mac: bytes.subarray(32, 64), iv: bytes.subarray(64) };
};

/** `derive` that remembers what it made: many values of one file share a password, and a file is often read twice. */
export function rememberedKeys(derive: Derive = deriveKeys): Derive {
  const known = new Map<string, Keys>();
  return (password, salt) => {
    const key = createHash('sha256').update(salt).update(password).digest('hex');
    const keys = known.get(key) ?? derive(password, salt);
    known.set(key, keys);
    return keys;
  };
}

/** The text of a vault that holds `plain`. `label`: its vault id, null or `default` for none. */
export function encryptVault(
  plain: Uint8Array | string,
  password: Uint8Array,
  label: string | null = null,
): string {
  const salt = randomBytes(SALT_BYTES);
  const keys = deriveKeys(password, salt);
  const cipher = createCipheriv('aes-256-ctr', keys.cipher, keys.iv);
  const sealed = Buffer.concat([cipher.update(padded(Buffer.from(plain))), cipher.final()]);
  return writeEnvelope({ label, salt, mac: macOf(keys, sealed), sealed });
}

/** What a vault holds, or why it can't be told. */
export function decryptVault(
  text: string,
  password: Uint8Array,
  derive: Derive = deriveKeys,
): Uint8Array | VaultFault {
  const envelope = readEnvelope(text);
  if (envelope.kind === 'fault') return envelope;
  const plain = unseal(envelope, password, derive);
  return (
    plain ??
    fault('vault-password', 'the password does not open it, or it was changed since it was encrypted')
  );
}

/** Null: another password, or somebody changed the text; nobody can tell which. */
export function unseal(
  { salt, mac, sealed }: Envelope,
  password: Uint8Array,
  derive: Derive,
): Uint8Array | null {
  const keys = derive(password, salt);
  if (!timingSafeEqual(macOf(keys, sealed), mac)) return null;
  const decipher = createDecipheriv('aes-256-ctr', keys.cipher, keys.iv);
  return unpadded(Buffer.concat([decipher.update(sealed), decipher.final()]));
}

function macOf(keys: Keys, sealed: Uint8Array): Uint8Array {
  return createHmac('sha256', keys.mac).update(sealed).digest();
}

/** PKCS #7 (RFC 5652, 6.3): counter mode needs none, the format has it all the same. */
function padded(plain: Uint8Array): Uint8Array {
  const count = BLOCK - (plain.length % BLOCK);
  return Buffer.concat([plain, Buffer.alloc(count, count)]);
}

function unpadded(bytes: Uint8Array): Uint8Array | null {
  const count = bytes.at(-1) ?? 0;
  const sound = count >= 1 && count <= BLOCK && bytes.length % BLOCK === 0;
  return sound && bytes.subarray(-count).every((byte) => byte === count) ? bytes.subarray(0, -count) : null;
}
