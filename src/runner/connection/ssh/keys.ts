import { existsSync, readFileSync } from 'node:fs';
import type { BaseAgent, ParsedKey } from 'ssh2';
import { inspectKey } from './key-file.ts';

/** A key file, read; or why it is of no use. */
export type LoadedKey =
  | { readonly kind: 'key'; readonly file: string; readonly key: ParsedKey }
  | { readonly kind: 'locked'; readonly file: string; readonly publicKey: Buffer | null }
  | { readonly kind: 'missing'; readonly file: string }
  | { readonly kind: 'useless'; readonly file: string; readonly why: string; readonly openssh: boolean };

export type AgentKeys = { readonly agent: BaseAgent; readonly keys: readonly ParsedKey[] };

/** The keys that the operator has; every file is read and parsed once, and a passphrase is asked for once. */
export class Keys {
  readonly #ask: ((file: string) => Promise<string | null>) | undefined;
  readonly #warn: (message: string) => void;
  readonly #files = new Map<string, Promise<LoadedKey>>();
  readonly #unlocked = new Map<string, Promise<LoadedKey>>();
  readonly #agents = new Map<string, Promise<AgentKeys | null>>();

  constructor(ask: ((file: string) => Promise<string | null>) | undefined, warn: (message: string) => void) {
    this.#ask = ask;
    this.#warn = warn;
  }

  load(file: string): Promise<LoadedKey> {
    return once(this.#files, file, () => loadKey(file, undefined));
  }

  /** A locked key with the passphrase that was given for it, or that the operator is asked for. */
  unlock(file: string, passphrase: string | undefined): Promise<LoadedKey> {
    return once(this.#unlocked, `${file}\0${passphrase ?? ''}`, async () => {
      const answer = passphrase ?? (await this.#ask?.(file)) ?? null;
      if (answer === null)
        return { kind: 'useless', file, openssh: false, why: 'it is encrypted and no passphrase was given' };
      return loadKey(file, answer);
    });
  }

  /** The agent's keys; null: it can't be talked to. */
  agent(socket: string): Promise<AgentKeys | null> {
    return once(this.#agents, socket, async () => {
      const { default: ssh2 } = await import('ssh2');
      const agent = ssh2.createAgent(socket);
      const keys = await new Promise<readonly ParsedKey[] | Error>((resolve) => {
        agent.getIdentities((error, found) =>
          resolve(error ? error : parsed(found ?? [], ssh2.utils.parseKey)),
        );
      });
      if (!(keys instanceof Error)) return { agent, keys };
      this.#warn(`the ssh agent at ${socket} does not answer (${keys.message}); going on without it`);
      return null;
    });
  }
}

/** Keys of a kind that ssh2 does not know (FIDO) stay unread and are left out. */
function parsed(found: readonly unknown[], parse: (key: never) => ParsedKey | Error): ParsedKey[] {
  return found
    .map((key) =>
      typeof (key as { pubKey?: unknown }).pubKey === 'object' ? (key as { pubKey: unknown }).pubKey : key,
    )
    .map((key) => parse(key as never))
    .filter((key): key is ParsedKey => !(key instanceof Error));
}

async function loadKey(file: string, passphrase: string | undefined): Promise<LoadedKey> {
  if (!existsSync(file)) return { kind: 'missing', file };
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return {
      kind: 'useless',
      file,
      openssh: false,
      why: `it can't be read (${(error as NodeJS.ErrnoException).code})`,
    };
  }
  const seen = inspectKey(text);
  if (!seen) return { kind: 'useless', file, openssh: false, why: 'it is not a private key' };
  if (seen.encrypted && passphrase === undefined)
    return { kind: 'locked', file, publicKey: seen.publicKey ?? publicHalf(file) };

  const { default: ssh2 } = await import('ssh2');
  const key = ssh2.utils.parseKey(text, passphrase) as ParsedKey | ParsedKey[] | Error;
  if (key instanceof Error) {
    if (seen.encrypted) return { kind: 'useless', file, openssh: false, why: 'the passphrase is wrong' };
    return {
      kind: 'useless',
      file,
      openssh: true,
      why: `it is of a kind that this connection can't use (${key.message})`,
    };
  }
  return { kind: 'key', file, key: Array.isArray(key) ? key[0]! : key };
}

function publicHalf(file: string): Buffer | null {
  try {
    return Buffer.from(readFileSync(`${file}.pub`, 'utf8').split(' ')[1] ?? '', 'base64');
  } catch {
    return null;
  }
}

function once<T>(cache: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  let value = cache.get(key);
  if (!value) {
    value = make();
    cache.set(key, value);
  }
  return value;
}
