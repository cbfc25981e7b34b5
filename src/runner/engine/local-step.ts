import type { Pause } from '../contract/task-type.ts';
import type { LocalWork } from '../plan/prepare.ts';
import type { Ended } from './pauses.ts';
import { failed, type Raw } from './raw.ts';

/** A step that needs no host. `wait` null: an earlier run has waited. */
export async function runLocal(
  work: LocalWork,
  dry: boolean,
  wait: ((pause: Pause) => Promise<Ended>) | null,
): Promise<Raw> {
  const pause = work.type.pause?.(work.params) ?? null;
  if (pause === null || (wait === null && !dry)) return evaluated(work, null);
  if (wait === null || dry)
    return { ...evaluated(work, null), msg: `${inWords(pause)}; a dry run does not wait` };
  const started = performance.now();
  const { why, typed } = await wait(pause);
  const seconds = Math.round(performance.now() - started) / 1000;
  if (why === 'stop') return { ...failed('interrupted'), cut: true };
  if (why === 'nobody')
    return failed('there is nobody to ask: stdin is no terminal, or the output is JSON', NOBODY);
  if (why === 'late') return failed('its timeout was over before the pause was', 'raise its timeout');
  return evaluated(work, { seconds, typed });
}

const NOBODY = 'with `seconds` or `minutes` it goes on by itself; --yes is an Enter beforehand';

function evaluated({ type, params }: LocalWork, paused: Parameters<LocalWork['type']['evaluate']>[1]): Raw {
  const verdict = type.evaluate(params, paused);
  const { result, msg, facts } = verdict;
  if (verdict.failed !== undefined) return failed(verdict.failed, verdict.hint, result);
  return { status: 'ok', result, ...(msg === undefined ? {} : { msg }), ...(facts ? { facts } : {}) };
}

function inWords({ seconds, prompt }: Pause): string {
  const time = seconds === null ? '' : `${seconds} s`;
  if (prompt === null) return `it would wait ${time}`;
  return seconds === null ? 'it would wait for Enter' : `it would wait ${time}, or for Enter`;
}
