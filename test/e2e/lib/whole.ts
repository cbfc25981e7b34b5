import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { up } from '../../hosts/up.ts';
import { BOTH, onHost } from './hosts.ts';
import { failures, type Played, play, ROOT, SITE, withStatus } from './play.ts';

export const APP = 'mama-app';
export const INFR = 'mama-infr';
export const DOMAIN = 'local.example.com';

const read = (name: string) =>
  parse(readFileSync(join(ROOT, `inventory/group_vars/local/${name}.yaml`), 'utf8'));

export const SECRETS: Readonly<Record<string, string>> = read('secrets');
interface Settings {
  readonly vumi_conversation_key: string;
  readonly voice_lines: readonly unknown[];
  readonly static_replies: readonly Readonly<Record<string, unknown>>[];
}

export const SETTINGS: Settings = read('main');

/** Both hosts, up and as the inventory says. Long only where nothing was deployed before. */
export async function deployed(): Promise<void> {
  await up(BOTH, { yes: true });
  const played = await play(SITE);
  assert.equal(played.code, 0, failures(played));
}

/** Tasks that changed something, handlers and all, in order; loop items as `task (item)`. */
export function changes(played: Played): string[] {
  assert.equal(played.code, 0, failures(played));
  const changed = played.tasks.filter(({ status }) => status === 'changed');
  const looped = new Set(changed.filter(({ item }) => item !== undefined).map(({ task }) => task));
  return changed
    .filter(({ item, task }) => item !== undefined || !looped.has(task))
    .map(({ task, item }) => (item === undefined ? task : `${task} (${item})`));
}

/** Runs site.yaml with other values than the inventory's. */
export function siteWith(values: Readonly<Record<string, unknown>>): Promise<Played> {
  return play([...SITE, '-e', JSON.stringify(values)]);
}

/** Runs it as the inventory says, and once more: the second time has nothing to do. */
export async function backToInventory(): Promise<Played> {
  const back = await play(SITE);
  assert.equal(back.code, 0, failures(back));
  await settled();
  return back;
}

export async function settled(): Promise<void> {
  const again = await play(SITE);
  assert.equal(again.code, 0, failures(again));
  assert.deepEqual(withStatus(again, 'changed', 'failed'), []);
}

/** Asks the proxy of a host for a path of a host name; the answer's status. */
export async function status(host: string, name: string, path: string, more = ''): Promise<number> {
  const said = await onHost(
    host,
    `curl -s -o /dev/null -w '%{http_code}' -H 'Host: ${name}' ${more} 'http://127.0.0.1${path}'`,
  );
  return Number(said);
}

/** Name → id of the host's running containers. */
export async function containers(host: string): Promise<ReadonlyMap<string, string>> {
  const lines = await onHost(host, "docker ps --no-trunc --format '{{.Names}} {{.ID}}'");
  return new Map(
    lines
      .trim()
      .split('\n')
      .map((line) => line.split(' ') as [string, string]),
  );
}

/** Containers that are others than before, gone or new, by name. */
export function replaced(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter((name) => before.get(name) !== after.get(name)).sort();
}
