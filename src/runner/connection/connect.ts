import { type Connect, isTrouble, type Target, type Trouble } from '../contract/exchange.ts';
import {
  type ConversationSettings,
  type InterruptibleConversation,
  LineConversation,
} from './conversation.ts';
import type { Line } from './line.ts';
import { localLine } from './local.ts';
import { Slots } from './slots.ts';
import { Unsettled } from './unsettled.ts';

export type { InterruptibleConversation } from './conversation.ts';

export interface ConnectOptions {
  /** The environment of this process: HOME, USER, SSH_AUTH_SOCK are read; local commands run in it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Asks the operator for the passphrase of a key file; null: none is given. Asked at most once per file. */
  askPassphrase?(keyFile: string): Promise<string | null>;
  /** Something worth knowing that is no error. */
  warn(message: string): void;
  /** Unauthenticated handshakes at once per address and port, and per jump host; 8 unless told. */
  readonly maxPerAddress?: number;
  /** Hosts that are being connected to, and shells that are being started, at once; 50 unless told. */
  readonly atOnce?: number;
  /**
   * How a silent line is found out, where the target does not say: a question every `interval` ms, `count` of them
   * unanswered; 5000 and 3 unless told.
   */
  readonly keepalive?: { readonly interval: number; readonly count: number };
}

/** Seconds that a login's startup files may take beyond what the line may: many at once on one machine are slow. */
const STARTUP_FILES = 20;

/** In milliseconds. */
export function keepaliveOf(target: Target, options: ConnectOptions): { interval: number; count: number } {
  const { keepalive } = target;
  if (keepalive) return { interval: keepalive.interval * 1000, count: keepalive.count };
  return options.keepalive ?? { interval: 5000, count: 3 };
}

/** Opens conversations. Never rejects. */
export interface Connector extends Connect {
  (target: Target, stop?: AbortSignal): Promise<InterruptibleConversation | Trouble>;
}

/**
 * A connector for one run. Its hosts share what is worth sharing: keys, configuration, jump hosts. The libraries of a
 * kind of connection are loaded when it is first used.
 */
export function connector(options: ConnectOptions): Connector {
  let ssh: Promise<{ connect(target: Target, stop?: AbortSignal): Promise<Line | Trouble> }> | undefined;
  // Of hundreds at a time each would take so long that all run out of time.
  const starts = new Slots(options.atOnce ?? 50);
  const sshLine = async (target: Target, stop?: AbortSignal): Promise<Line | Trouble> => {
    ssh ??= import('./ssh/connector.ts').then(({ SshConnector }) => new SshConnector(options));
    const begun = await starts.take();
    const line = await (await ssh).connect(target, stop);
    begun();
    return line;
  };
  const unsettled = new Unsettled();
  const open = async (target: Target, stop?: AbortSignal): Promise<LineConversation | Trouble> => {
    const settings: ConversationSettings = {
      becomePassword:
        target.becomePassword === undefined ? undefined : { text: target.becomePassword, refused: false },
      timeout: (target.connectTimeout + STARTUP_FILES) * 1000,
      cutOff: (cut) => unsettled.add(target, cut),
      warn: options.warn,
      starts,
    };
    if (target.via === 'openssh') {
      return (await import('./openssh/connect.ts')).opensshConversation(target, options, settings, stop);
    }
    const line = target.via === 'local' ? localLine(target, options.env) : await sshLine(target, stop);
    return isTrouble(line) ? line : new LineConversation(line, settings);
  };
  return async (target, stop) => {
    const talk = await open(target, stop);
    if (isTrouble(talk)) return talk;
    const unfinished = await unsettled.settle(target, talk, stop);
    if (unfinished === null) return talk;
    await talk.close();
    return unfinished;
  };
}
