import { setTimeout as sleep } from 'node:timers/promises';
import type { Target, Trouble } from '../../contract/exchange.ts';
import type { ConnectOptions } from '../connect.ts';
import { type ConversationSettings, LineConversation } from '../conversation.ts';
import { trouble } from '../trouble.ts';
import { opensshLine } from './line.ts';

const TRIES = 6;

/**
 * A conversation over the system client, which says whether it could connect only by running something: the login
 * user's shell. What sshd dropped unheard is tried again, with growing pauses.
 */
export async function opensshConversation(
  target: Target,
  options: ConnectOptions,
  settings: ConversationSettings,
  stop?: AbortSignal,
): Promise<LineConversation | Trouble> {
  if (target.password !== undefined) {
    const message = `a password for ${target.name} can't be given to the system's ssh client`;
    return trouble('unreachable', message, 'use a key or an agent, or ansible_connection: ssh');
  }
  // The client's first word comes when it has connected, or has given up connecting.
  const timeout = settings.timeout + target.connectTimeout * 1000;
  for (let attempt = 1; ; attempt += 1) {
    const line = await opensshLine(target, options);
    const conversation = new LineConversation(line, { ...settings, timeout });
    const hangUp = () => void line.abandon();
    stop?.addEventListener('abort', hangUp, { once: true });
    const started = await conversation.start();
    stop?.removeEventListener('abort', hangUp);
    if ('info' in started) return conversation;
    await conversation.close();
    if (!line.droppedUnheard() || attempt === TRIES || stop?.aborted) return started;
    await sleep(100 * 2 ** attempt * (0.5 + Math.random()));
  }
}
