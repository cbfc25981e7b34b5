import type { Diagnostic } from './diagnostic.ts';
import type { RunEvent, TaskEvent } from './event.ts';
import { maskDelta } from './mask-delta.ts';
import type { Secrets } from './secret.ts';

type Masks = {
  readonly [K in RunEvent['event']]: (event: Extract<RunEvent, { event: K }>, secrets: Secrets) => RunEvent;
};

/** How much of a line of a failure's account is told, in UTF-16 units. */
const LONG = 2000;

/**
 * An event without secrets, whose failure is told in lines of bearable length. What only names things of ours or hosts of
 * the inventory stays, so that it can be read.
 */
export function maskEvent(event: RunEvent, secrets: Secrets): RunEvent {
  const masked =
    secrets.size === 0
      ? event
      : (MASKS[event.event] as (event: RunEvent, secrets: Secrets) => RunEvent)(event, secrets);
  return masked.event === 'task' ? cutFailure(masked) : masked;
}

/** Behind the masking: half a secret would not be found. */
function cutFailure(event: TaskEvent): TaskEvent {
  const { status, msg, result } = event;
  if (msg === undefined || !(status === 'failed' || status === 'ignored')) return event;
  const cut = cutLines(msg);
  if (cut === msg) return event;
  return { ...event, msg: cut, ...(result?.['msg'] === msg ? { result: { ...result, msg: cut } } : {}) };
}

function cutLines(text: string): string {
  if (text.length <= LONG) return text;
  const cut = (line: string) => (line.length > LONG ? `${line.slice(0, LONG)} …` : line);
  return text.split('\n').map(cut).join('\n');
}

/** What is wrong with a text, without secrets. */
export function maskDiagnostic(diagnostic: Diagnostic, secrets: Secrets): Diagnostic {
  const { message, hint, line } = diagnostic;
  return {
    ...diagnostic,
    message: secrets.mask(message),
    ...(hint === undefined ? {} : { hint: secrets.mask(hint) }),
    ...(line === undefined ? {} : { line: secrets.mask(line) }),
  };
}

const MASKS: Masks = {
  play: (event, secrets) => ({ ...event, play: secrets.mask(event.play) }),
  connected: (event) => event,
  started: (event, secrets) => ({ ...event, task: secrets.mask(event.task) }),
  output: (event, secrets) => ({ ...event, task: secrets.mask(event.task), line: secrets.mask(event.line) }),
  task(event, secrets) {
    const { delta, msg, hint, item, result } = event;
    return {
      ...event,
      play: secrets.mask(event.play),
      task: secrets.mask(event.task),
      ...(delta === undefined ? {} : { delta: maskDelta(delta, secrets) }),
      ...(msg === undefined ? {} : { msg: secrets.mask(msg) }),
      ...(hint === undefined ? {} : { hint: secrets.mask(hint) }),
      ...(item === undefined ? {} : { item: secrets.maskJson(item) }),
      ...(result === undefined ? {} : { result: secrets.maskJson(result) }),
    };
  },
  note: (event, secrets) => ({ ...event, msg: secrets.mask(event.msg) }),
  error: (event, secrets) => ({ ...event, diagnostic: maskDiagnostic(event.diagnostic, secrets) }),
  recap: (event) => event,
};
