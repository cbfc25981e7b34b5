/** What is wrong with a text that should be a vault, or with the way it was to be opened. */
export interface VaultFault {
  readonly kind: 'fault';
  readonly code: 'not-a-vault' | 'vault-format' | 'vault-password';
  readonly message: string;
  readonly hint?: string;
}

/** A vault taken apart. Nothing in it has been decrypted or checked yet. */
export interface Envelope {
  readonly kind: 'envelope';
  /** The vault id; null in version 1.1, which has none. */
  readonly label: string | null;
  readonly salt: Uint8Array;
  /** HMAC-SHA256 of `sealed`. */
  readonly mac: Uint8Array;
  readonly sealed: Uint8Array;
}

const HEADER = '$ANSIBLE_VAULT';
const CIPHER = 'AES256';
const COLUMNS = 80;
const MAC_BYTES = 32;
const TRUNCATED = 'the vault is cut off or damaged';
const RESTORE = 'bring the file back as it was written, from version control or a backup';

/** Does a file with this text, or a `!vault` value, begin as a vault does? */
export function isVault(text: string): boolean {
  return text.startsWith(`${HEADER};`);
}

/**
 * Take a vault apart. The format (1.1, and 1.2 which adds a vault id) is ansible-vault's: a header line, then hex digits
 * in 80 columns that hold three lines of hex digits: salt, HMAC, encrypted data.
 */
export function readEnvelope(text: string): Envelope | VaultFault {
  const [header = '', ...rest] = text.split(/\r\n|\r|\n/);
  const [name, version, cipher, label] = header.split(';').map((word) => word.trim());
  if (name !== HEADER) {
    return fault('not-a-vault', 'this is no vault', `a vault begins with ${HEADER};1.1;${CIPHER}`);
  }
  if (version !== '1.1' && version !== '1.2') {
    return fault(
      'vault-format',
      `version "${version ?? ''}" of the vault format is not known`,
      'versions 1.1 and 1.2 are; ansible-vault rekey makes one of an older version',
    );
  }
  if (cipher !== CIPHER) {
    return fault('vault-format', `the cipher "${cipher ?? ''}" is not known`, `vaults use ${CIPHER}`);
  }
  const inner = unhex(rest.map((line) => line.trim()).join(''));
  const parts = inner && Buffer.from(inner).toString('latin1').split('\n');
  const [salt, mac, sealed] = parts?.length === 3 ? parts.map(unhex) : [];
  if (!salt?.length || mac?.length !== MAC_BYTES || !sealed?.length) {
    return fault('vault-format', TRUNCATED, RESTORE);
  }
  return { kind: 'envelope', label: label || null, salt, mac, sealed };
}

/** The text of a vault, with a line break at its end. A label makes it version 1.2, as `default` does not. */
export function writeEnvelope({ label, salt, mac, sealed }: Omit<Envelope, 'kind'>): string {
  const named = label !== null && label !== 'default';
  const header = [HEADER, named ? '1.2' : '1.1', CIPHER, ...(named ? [label] : [])].join(';');
  const inner = [salt, mac, sealed].map(hex).join('\n');
  const digits = hex(Buffer.from(inner, 'latin1'));
  return `${[header, ...(digits.match(new RegExp(`.{1,${COLUMNS}}`, 'g')) ?? [])].join('\n')}\n`;
}

export function fault(code: VaultFault['code'], message: string, hint?: string): VaultFault {
  return { kind: 'fault', code, message, ...(hint === undefined ? {} : { hint }) };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** Null where it is no even number of hex digits. */
function unhex(digits: string): Uint8Array | null {
  if (digits.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(digits)) return null;
  return Buffer.from(digits, 'hex');
}
