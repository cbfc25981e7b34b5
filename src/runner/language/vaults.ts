import { createHmac } from 'node:crypto';
import type { Diagnostic } from '../contract/diagnostic.ts';
import { type SecretSink, type Source, source } from './source.ts';
import { type Derive, rememberedKeys, unseal } from './vault.ts';
import { fault, isVault, readEnvelope, type VaultFault } from './vault-format.ts';

/** One password that the operator gave, or named the place of. */
export interface VaultPassword {
  /** The vault id; null where none was named. */
  readonly label: string | null;
  /** Where it comes from, for messages: `the file ~/.vault`. */
  readonly from: string;
  /** Read at most once. `later`: a person must be asked first. */
  read(): Uint8Array | VaultFault | 'later';
  /** Present where a person can be asked; afterwards `read` is no longer `later`. */
  ask?(): Promise<void>;
}

export interface Opened {
  readonly bytes: Uint8Array;
  /** The password that fitted. */
  readonly with: VaultPassword;
  readonly label: string | null;
}

/** What the readers of YAML need of the run's vaults. */
export interface VaultReader {
  /** The bytes of a vault, or why they can't be had. */
  open(text: string): Uint8Array | VaultFault;
  /** Told each value that comes from a vault, and each text that is made of one. */
  readonly secrets: SecretSink;
}

const HOW = 'give it with --vault-password-file FILE, --ask-vault-pass or $MAMA_PLAY_VAULT_PASSWORD_FILE';

/**
 * The passwords of a run. None is read before something encrypted is met: those with the vault's own label first, then
 * the others in the order given, and last those that a person must be asked for.
 */
export class Vaults implements VaultReader {
  /** Those that stand in the way of opening something: a person must be asked, and then all is to be read again. */
  readonly pending = new Set<VaultPassword>();
  readonly secrets: SecretSink;
  private readonly passwords: readonly VaultPassword[];
  private readonly derive: Derive = rememberedKeys();
  private readonly used = new Map<VaultPassword, Uint8Array>();

  constructor(passwords: readonly VaultPassword[], secrets: SecretSink) {
    this.passwords = passwords;
    this.secrets = secrets;
  }

  open(text: string): Uint8Array | VaultFault {
    const opened = this.openWith(text);
    return 'bytes' in opened ? opened.bytes : opened;
  }

  /** As `open`, and which password it was that fitted. */
  openWith(text: string): Opened | VaultFault {
    const envelope = readEnvelope(text);
    if (envelope.kind === 'fault') return envelope;
    const { label } = envelope;
    if (this.passwords.length === 0) return noPassword(label);
    for (const password of this.ranked(label)) {
      const bytes = password.read();
      if (bytes === 'later') {
        this.pending.add(password);
        return fault('vault-password', `${password.from} has not been asked for yet`);
      }
      if (!(bytes instanceof Uint8Array)) return bytes;
      const plain = unseal(envelope, bytes, this.derive);
      if (!plain) continue;
      this.used.set(password, bytes);
      return { bytes: plain, with: password, label };
    }
    return this.noneFits(label);
  }

  /**
   * A key for fingerprints that is the same in every run with the same password, and null where no vault was opened.
   * It is as dear to guess from as the vault itself.
   */
  fingerprintKey(): Uint8Array | null {
    const first = this.passwords.find((password) => this.used.has(password));
    if (!first) return null;
    const keys = this.derive(this.used.get(first)!, Buffer.from('mama-play: fingerprints of secrets'));
    return createHmac('sha256', keys.mac).update('fingerprints').digest();
  }

  private ranked(label: string | null): VaultPassword[] {
    const own = (password: VaultPassword) => label !== null && password.label === label;
    const rank = (password: VaultPassword) => (own(password) ? 0 : password.ask ? 2 : 1);
    return [...this.passwords].sort((a, b) => rank(a) - rank(b));
  }

  private noneFits(label: string | null): VaultFault {
    const tried = this.passwords.map(({ from }) => from).join(', ');
    const id = label === null ? '' : ` (its vault id is "${label}")`;
    const hint = `tried ${tried}; ${label === null ? HOW : `give the right one with --vault-id ${label}@FILE`}`;
    return fault('vault-password', `no password that was given opens it, or it was changed${id}`, hint);
  }
}

/** For whoever reads without any password at hand. */
export const NO_VAULTS: VaultReader = new Vaults([], { add: () => {}, addInside: () => {} });

/** The text of a file; of one that is a vault, what is inside, or why it can't be told. */
export function openSource(file: string, text: string, vaults: VaultReader = NO_VAULTS): Source | Diagnostic {
  if (!isVault(text)) return source(file, text);
  const opened = vaults.open(text);
  if (opened instanceof Uint8Array) return source(file, Buffer.from(opened).toString('utf8'), vaults.secrets);
  const { code, message, hint } = opened;
  return { code, at: { file, line: 1, column: 1 }, message, ...(hint === undefined ? {} : { hint }) };
}

function noPassword(label: string | null): VaultFault {
  const hint =
    label === null ? HOW : `give it with --vault-id ${label}@FILE, or ${HOW.slice('give it with '.length)}`;
  return fault('vault-password', 'it is encrypted and there is no password to open it with', hint);
}
