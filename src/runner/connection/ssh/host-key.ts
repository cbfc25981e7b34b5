import { createHmac, randomBytes } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Trouble } from '../../contract/exchange.ts';
import { trouble } from '../trouble.ts';
import {
  fingerprint,
  judge,
  type KnownHost,
  keyType,
  knownHostName,
  knownTypes,
  parseKnownHosts,
} from './known-hosts.ts';
import type { Settings } from './settings.ts';

/** The host keys that the user trusts; each file is read once. */
export class HostKeys {
  readonly #files = new Map<string, KnownHost[]>();
  readonly #warn: (message: string) => void;

  constructor(warn: (message: string) => void) {
    this.#warn = warn;
  }

  /** Key types known for the host, best first; empty: none is. */
  typesOf(settings: Settings): string[] {
    return knownTypes(this.#entries(settings), nameOf(settings), settings.port);
  }

  /** Null: go on. `name` is the inventory's name of the host. */
  check(name: string, settings: Settings, key: Buffer): Trouble | null {
    const verdict = judge(this.#entries(settings), nameOf(settings), settings.port, key);
    if (verdict.kind === 'known') return null;
    if (verdict.kind === 'changed') return changed(name, settings, key, verdict.entry);
    if (verdict.kind === 'revoked') {
      const where = `${verdict.entry.file}:${verdict.entry.line}`;
      return trouble(
        'unreachable',
        `${name} shows a host key that ${where} has revoked (${described(key)})`,
        'give the host a new key',
      );
    }
    if (verdict.authority) return certified(name, verdict.authority);
    if (settings.strict === 'refuse') return unknown(name, settings, key);
    return this.#learn(name, settings, key);
  }

  #learn(name: string, settings: Settings, key: Buffer): Trouble | null {
    const file = settings.userKnownHosts[0];
    if (!file) return unknown(name, settings, key);
    const plain = knownHostName(nameOf(settings), settings.port);
    const names = settings.hashKnownHosts ? hashed(plain) : plain;
    const entry = { marker: null, names, type: keyType(key), key: key.toString('base64'), file };
    const entries = this.#read(file);
    try {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      appendFileSync(file, `${entry.names} ${entry.type} ${entry.key}\n`, { mode: 0o600 });
    } catch (error) {
      return trouble(
        'unreachable',
        `the new host key of ${name} can't be written down: ${(error as Error).message}`,
      );
    }
    entries.push({ ...entry, line: entries.length + 1 });
    const why = settings.strict === 'no' ? ' (StrictHostKeyChecking no is treated as accept-new)' : '';
    this.#warn(
      `${name}: a host key that was not known is trusted from now on: ${described(key)}, written to ${file}${why}`,
    );
    return null;
  }

  #entries(settings: Settings): KnownHost[] {
    return [...settings.userKnownHosts, ...settings.globalKnownHosts].flatMap((file) => this.#read(file));
  }

  #read(file: string): KnownHost[] {
    let entries = this.#files.get(file);
    if (!entries) {
      entries = parseKnownHosts(readText(file), file);
      this.#files.set(file, entries);
    }
    return entries;
  }
}

function nameOf(settings: Settings): string {
  return settings.hostKeyAlias ?? settings.hostName;
}

function unknown(name: string, settings: Settings, key: Buffer): Trouble {
  const file = settings.userKnownHosts[0] ?? '~/.ssh/known_hosts';
  const port = settings.port === 22 ? '' : `-p ${settings.port} `;
  const folder = existsSync(dirname(file)) ? '' : `mkdir -p -m 700 ${dirname(file)} && `;
  return trouble(
    'unreachable',
    `the host key of ${name} (${knownHostName(nameOf(settings), settings.port)}) is not known: ${described(key)}`,
    `compare it with what "ssh-keygen -lf /etc/ssh/ssh_host_${shortType(key)}_key.pub" says on the host; if they agree: ` +
      `${folder}ssh-keyscan ${port}-t ${shortType(key)} ${settings.hostName} >> ${file}   ` +
      '(or set StrictHostKeyChecking accept-new in ~/.ssh/config)',
  );
}

function changed(name: string, settings: Settings, key: Buffer, entry: KnownHost): Trouble {
  return trouble(
    'unreachable',
    `the host key of ${name} is not the one in ${entry.file}:${entry.line}: it now shows ${described(key)}. ` +
      'Somebody may be listening in, or the host was installed anew',
    `only if you know why it changed: ssh-keygen -R '${knownHostName(nameOf(settings), settings.port)}' -f ${entry.file}`,
  );
}

function certified(name: string, authority: KnownHost): Trouble {
  return trouble(
    'unreachable',
    `${name} is trusted through a certificate authority (${authority.file}:${authority.line}), which this connection can't check`,
    'set ansible_connection: openssh for it',
  );
}

function described(key: Buffer): string {
  return `${keyType(key)} ${fingerprint(key)}`;
}

/** The type as ssh-keygen and ssh-keyscan call it. */
function shortType(key: Buffer): string {
  const type = keyType(key);
  if (type.startsWith('ecdsa')) return 'ecdsa';
  return type.replace(/^ssh-/, '');
}

/** A name as HashKnownHosts writes it. */
function hashed(name: string): string {
  const salt = randomBytes(20);
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
