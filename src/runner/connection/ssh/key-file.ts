/** What a private key file shows without its passphrase. */
export interface KeyFile {
  readonly encrypted: boolean;
  /** The public key's wire form, where the format shows it (OpenSSH's own does). */
  readonly publicKey: Buffer | null;
}

/** Reads the outside of a private key file; null: it is none. Format: PROTOCOL.key of OpenSSH, and PEM (RFC 1421). */
export function inspectKey(text: string): KeyFile | null {
  const begin = /-----BEGIN ([A-Z ]*)PRIVATE KEY-----/.exec(text);
  if (!begin) return null;
  if (begin[1]!.trim() === 'ENCRYPTED' || /^Proc-Type: 4,ENCRYPTED/m.test(text))
    return { encrypted: true, publicKey: null };
  if (begin[1]!.trim() !== 'OPENSSH') return { encrypted: false, publicKey: null };
  const body = /PRIVATE KEY-----([\s\S]*?)-----END/.exec(text)?.[1] ?? '';
  return inspectOpenssh(Buffer.from(body, 'base64'));
}

/** "openssh-key-v1\0", cipher, kdf, kdf options, count, and the public keys. */
function inspectOpenssh(bytes: Buffer): KeyFile | null {
  const magic = 'openssh-key-v1\0';
  if (bytes.toString('latin1', 0, magic.length) !== magic) return null;
  let at = magic.length;
  const field = (): Buffer => {
    if (at + 4 > bytes.length) return Buffer.alloc(0);
    const length = bytes.readUInt32BE(at);
    at += 4 + length;
    return bytes.subarray(at - length, at);
  };
  const cipher = field().toString('latin1');
  field();
  field();
  at += 4;
  return { encrypted: cipher !== 'none', publicKey: field() };
}
