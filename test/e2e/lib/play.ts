import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type Ran, run } from '../../../scripts/lib/run.ts';
import type { HostRecap, RecapEvent, TaskEvent } from '../../../src/runner/contract/event.ts';

export const ROOT = join(import.meta.dirname, '../../..');
export const SITE = ['playbooks/site.yaml', '-i', 'inventory/local.yaml'];

/** A run with `--output json`, read. */
export interface Played extends Ran {
  readonly tasks: readonly TaskEvent[];
  readonly recap: RecapEvent;
  /** The host's line of the recap; fails the test if there is none. */
  of(host: string): HostRecap;
}

/** Runs the built mama-play as a user would. */
export function mamaPlay(args: readonly string[]): Promise<Ran> {
  return run(process.execPath, [join(ROOT, 'dist/main.js'), ...args], { cwd: ROOT });
}

export async function play(args: readonly string[]): Promise<Played> {
  const ran = await mamaPlay([...args, '--output', 'json']);
  const events = ran.stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  const recap: RecapEvent = events.at(-1);
  assert.equal(recap?.event, 'recap', `no recap; exit ${ran.code}\n${ran.stdout}\n${ran.stderr}`);
  return {
    ...ran,
    tasks: events.filter((event) => event.event === 'task'),
    recap,
    of(host) {
      const found = recap.hosts[host];
      assert.ok(found, `${host} is not in the recap`);
      return found;
    },
  };
}

/** What failed in it, for the message of an assertion. */
export function failures(played: Played): string {
  const wrong = played.tasks.filter(({ status }) => status === 'failed' || status === 'unreachable');
  return (
    wrong.map(({ host, task, msg, hint }) => `${host}: ${task}: ${msg} (${hint})`).join('\n') || played.stderr
  );
}

/** host → names of the tasks that ended so. */
export function withStatus(played: Played, ...statuses: TaskEvent['status'][]): string[] {
  return played.tasks
    .filter(({ status, item }) => statuses.includes(status) && item === undefined)
    .map(({ host, task }) => `${host}: ${task}`);
}
