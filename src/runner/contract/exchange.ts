import type { Readable } from 'node:stream';
import type { Script } from './script.ts';

/** Who runs a fragment on the host: the login user, or another one through `become`. */
export type Identity =
  | { readonly kind: 'login' }
  | { readonly kind: 'become'; readonly method: 'sudo'; readonly user: string };

export function sameIdentity(a: Identity, b: Identity): boolean {
  return a.kind === 'login'
    ? b.kind === 'login'
    : b.kind === 'become' && a.user === b.user && a.method === b.method;
}

/** One piece of work for a host's shell, run in a subshell of its own. */
export interface Fragment {
  readonly script: Script;
  /** Variables exported for this fragment (the task's `environment`). */
  readonly environment?: Readonly<Record<string, string>>;
  /** Commands without which it is not begun, and answered with `lacks`; asked of `ours` only. */
  readonly needs?: readonly string[];
  /** It may print without end: of more than `LARGEST_OUTPUT` the end is kept, and the host holds little more. */
  readonly endless?: true;
  /** Where memory has little room, what it prints goes to disk. */
  readonly toDisk?: true;
  /**
   * `ours`: LC_ALL=C and a PATH that has the sbin directories. `users`: the login's own environment. Both run with
   * the login's umask, and `become` sets HOME. `standing`: in the standing shell itself and not in a subshell, so
   * that descriptor 9, which is closed for all others, stays open when it ends; it must not fail or exit.
   */
  readonly runs: 'ours' | 'users' | 'standing';
  /**
   * `probe` runs whatever happened before it. `apply` runs only if every apply before it in the same exchange
   * exited 0, and is otherwise answered `{kind: 'not-run'}`.
   */
  readonly role: 'probe' | 'apply';
}

/** Bytes of an action's stdout, or of its stderr, that are kept: 16 MiB, as much as any value may have. */
export const LARGEST_OUTPUT = 16 * 1024 * 1024;

/** What a fragment said. `code` is the shell's exit status, 128 + n for signal n. */
export interface Reply {
  readonly kind: 'reply';
  readonly code: number;
  readonly out: Uint8Array;
  readonly err: Uint8Array;
  /** What came to more than `LARGEST_OUTPUT`, and of which this is the end. */
  readonly endless?: readonly ('out' | 'err')[];
  /** It was not begun: the host has no such command. */
  readonly lacks?: string;
}

export type Answer = Reply | { readonly kind: 'not-run' };

/** Why no answer came. A host's trouble is a value and never an exception. */
export interface Trouble {
  readonly kind: 'trouble';
  /**
   * `unreachable`: no session could be had (down, refused key, unknown host key …). `lost`: the line or the shell
   * died with an exchange in flight, whose outcome is not known. `become`: sudo refused. `unfit`: the host lacks
   * something that every task needs. `locked`: another run holds a lease on a machine of this run. `source`: what was
   * to be sent could not be read on the controller; the line is as it was.
   */
  readonly trouble: 'unreachable' | 'lost' | 'become' | 'unfit' | 'locked' | 'source';
  readonly message: string;
  readonly hint?: string;
  /** With `lost`: there is a new line; whether what was in flight was done is not known. */
  readonly recovered?: true;
}

export interface Answers {
  readonly kind: 'answers';
  /** One per fragment, in their order. */
  readonly answers: readonly Answer[];
}

/** Bytes that the machine's line carried, payload of the channels only. */
export interface Traffic {
  sent: number;
  received: number;
}

/**
 * One machine that can be talked to. Exchanges of one identity are answered in the order in which they were said;
 * different identities talk side by side. Never rejects: trouble is a value.
 */
export interface Conversation {
  /** One text out and one text back: all fragments in one round trip. */
  exchange(identity: Identity, fragments: readonly Fragment[]): Promise<Answers | Trouble>;
  /**
   * One fragment on a channel of its own, with a stream as its stdin (null: empty) and its output lines, as they
   * come, given to `onLine`. For bulk data and long builds.
   */
  stream(
    identity: Identity,
    fragment: Fragment,
    source: (() => Readable) | null,
    onLine?: (line: string) => void,
  ): Promise<Reply | Trouble>;
  /**
   * Ends the standing shells of all but root, the login user and these: what a user may, and whether there is one, is what
   * it was when his shell began. Resolves when they have ended; the next exchange begins a new one.
   */
  renew?(except: readonly Identity[]): Promise<void>;
  readonly traffic: Traffic;
  /** Ends the shells and the line. What still runs on the host is ended with them. */
  close(): Promise<void>;
}

/** Everything needed to reach one machine, already resolved from the inventory and the command line. */
export interface Target {
  /** The inventory's name of the host, for messages. */
  readonly name: string;
  readonly via: 'ssh' | 'openssh' | 'local';
  readonly address: string;
  /** undefined: as ~/.ssh/config says, else 22. */
  readonly port?: number;
  /** undefined: as ~/.ssh/config says, else the local user. */
  readonly user?: string;
  readonly privateKeyFile?: string;
  /** Passphrase of the key file, if the operator gave one. */
  readonly passphrase?: string;
  /** SSH password (`-k`). */
  readonly password?: string;
  readonly becomePassword?: string;
  /** As `ssh -J` takes it: `[user@]host[:port]`, comma separated. */
  readonly proxyJump?: string;
  /** A known_hosts file used instead of the user's own. */
  readonly knownHostsFile?: string;
  /** An ssh_config file used instead of `~/.ssh/config`; `none`: no configuration is read. */
  readonly sshConfigFile?: string;
  /** Words for the `openssh` connection's command line (`ansible_ssh_common_args` split shell-like). */
  readonly sshArgs?: readonly string[];
  /** A silent line is asked every `interval` seconds (0: never), and lost after `count` questions without an answer. */
  readonly keepalive?: { readonly interval: number; readonly count: number };
  /** Seconds until an attempt to connect is given up. */
  readonly connectTimeout: number;
}

/**
 * Opens the line to a machine. Given to the engine by the command, so that tests can give another. `stop`: nobody waits
 * for it any more; it may come to an end at once.
 */
export type Connect = (target: Target, stop?: AbortSignal) => Promise<Conversation | Trouble>;

export function isTrouble(value: object): value is Trouble {
  return 'kind' in value && value.kind === 'trouble';
}

/** A reply's stdout or stderr as text; what is not UTF-8 shows as U+FFFD. */
export function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
