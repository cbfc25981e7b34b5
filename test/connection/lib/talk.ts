import assert from 'node:assert/strict';
import type {
  Answer,
  Answers,
  Conversation,
  Fragment,
  Reply,
  Target,
  Trouble,
} from '../../../src/runner/contract/exchange.ts';
import { isTrouble, text } from '../../../src/runner/contract/exchange.ts';
import { usersCode, withInput } from '../../../src/runner/contract/script.ts';

export const LOGIN = { kind: 'login' } as const;

export const ROOT = { kind: 'become', method: 'sudo', user: 'root' } as const;

/** A probe of ours. */
export function ours(code: string, input?: Uint8Array | string): Fragment {
  return { script: scriptOf(code, input), runs: 'ours', role: 'probe' };
}

/** A command of the user's, as an apply. */
export function users(code: string, input?: Uint8Array | string): Fragment {
  return { script: scriptOf(code, input), runs: 'users', role: 'apply' };
}

export function answersOf(said: Answers | Trouble): readonly Answer[] {
  assert.equal(said.kind, 'answers', JSON.stringify(said));
  return (said as Answers).answers;
}

export function repliesOf(said: Answers | Trouble): readonly Reply[] {
  return answersOf(said).map((answer) => {
    assert.equal(answer.kind, 'reply');
    return answer as Reply;
  });
}

/** `[code, out, err]` of each answer, or 'not-run'. */
export function plain(said: Answers | Trouble): unknown[] {
  return answersOf(said).map((answer) =>
    answer.kind === 'reply' ? [answer.code, text(answer.out), text(answer.err)] : answer.kind,
  );
}

export function troubleOf(said: { readonly kind?: string } | Conversation): Trouble {
  assert.ok(isTrouble(said as Conversation | Trouble), JSON.stringify(said));
  return said as Trouble;
}

export function conversationOf<T extends Conversation>(opened: T | Trouble): T {
  assert.ok(!isTrouble(opened), JSON.stringify(opened));
  return opened as T;
}

export function localTarget(more: Partial<Target> = {}): Target {
  return { name: 'here', via: 'local', address: 'localhost', connectTimeout: 10, ...more };
}

/** Waits until `holds`, at most `ms`. */
export async function until(holds: () => boolean, ms = 5000): Promise<void> {
  const end = Date.now() + ms;
  while (!holds() && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 25));
}

function scriptOf(code: string, input: Uint8Array | string | undefined) {
  return input === undefined ? usersCode(code) : withInput(usersCode(code), input);
}
