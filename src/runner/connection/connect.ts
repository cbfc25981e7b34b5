import type { Target, Trouble } from '../contract/exchange.ts';
import { type InterruptibleConversation, LineConversation } from './conversation.ts';
import { localLine } from './local.ts';

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
  /** How a silent line is found out: a question every `interval` ms, `count` of them unanswered; 5000 and 3 unless told. */
  readonly keepalive?: { readonly interval: number; readonly count: number };
}

/** Opens conversations. What is worth sharing between hosts (keys, configuration, jump hosts) is shared among them. */
export type Connector = (target: Target) => Promise<InterruptibleConversation | Trouble>;

export function connector(options: ConnectOptions): Connector {
  return async (target) => {
    const settings = {
      becomePassword: target.becomePassword,
      timeout: Math.max(10, target.connectTimeout) * 1000,
    };
    return new LineConversation(localLine(target, options.env), settings);
  };
}
