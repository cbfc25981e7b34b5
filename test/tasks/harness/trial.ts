// biome-ignore-all lint/suspicious/noExplicitAny: the harness handles task types whose parameter types it cannot know

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Ajv } from 'ajv';
import type { Delta } from '../../../src/runner/contract/delta.ts';
import { type Reply, text } from '../../../src/runner/contract/exchange.ts';
import type { Json, JsonObject } from '../../../src/runner/contract/json.ts';
import type { Script } from '../../../src/runner/contract/script.ts';
import {
  type ActionType,
  type ActionVerdict,
  type Apply,
  isRefusal,
  isUnknown,
  type QueryType,
  type QueryVerdict,
  type Refusal,
  type StateType,
  type TaskType,
  type World,
} from '../../../src/runner/contract/task-type.ts';
import type { Ground } from './ground.ts';
import { validateParams } from './params.ts';

/** A world in which nothing is predicted: that of a real run. */
export const REAL: World = { predicted: () => undefined };

/** A dry run's world with these predictions. */
export function worldOf(predictions: JsonObject): World {
  return { predicted: (key) => predictions[key] };
}

export interface Refused {
  readonly kind: 'refused';
  readonly by: 'desire' | 'read' | 'decide' | 'apply' | 'needless';
  readonly refusal: string;
  readonly hint?: string;
  readonly reply?: Reply;
}

export interface Converged {
  readonly kind: 'converged';
  readonly desired: any;
  readonly current: any;
  /** null: there was nothing to do. */
  readonly delta: Delta | null;
  /** That of the apply. */
  readonly reply: Reply | null;
  readonly result: JsonObject;
}

/** Parameters as a user wrote them → desired. Throws on parameters that the schema refuses: a fault of the test. */
export function desire(type: TaskType, given: Json, ground: Ground): any | Refusal {
  if (type.kind === 'local') throw new Error('a local type desires nothing');
  return type.desire(checkedParams(type, given), ground.local);
}

export function checkedParams(type: TaskType, given: Json): JsonObject {
  const { params, faults } = validateParams(type, given);
  if (faults.length > 0) throw new Error(`${type.name}: bad parameters in a test: ${faults.join('; ')}`);
  return params;
}

/** Asks the host for the current state. */
export function look(type: StateType, desired: any, ground: Ground): any | Refusal {
  return type.read(ground.run(type.probe(desired)), desired);
}

/** Validate → desire → probe → read → decide → apply, once, as the engine does. */
export async function converge(
  type: StateType,
  given: Json,
  ground: Ground,
  world = REAL,
): Promise<Converged | Refused> {
  const desired = desire(type, given, ground);
  if (isRefusal(desired)) return refused('desire', desired);
  const current = look(type, desired, ground);
  if (isRefusal(current)) return refused('read', current);
  const delta = type.decide(current, desired, world);
  if (isRefusal(delta)) return refused('decide', delta);
  if (isUnknown(delta)) throw new Error(`decide said unknown: ${delta.unknown}`);
  const reply = delta === null ? null : await say(type.apply(delta, desired, current), ground);
  if (reply && reply.code !== 0) return refused('apply', explained(type, reply, desired), reply);
  if (reply && type.keep) {
    const bytes = type.keep.bytes(reply, desired, current) ?? assert.fail('what came was not asked for');
    const path = type.keep.path(desired);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  }
  const result = type.result?.(desired, current, delta, reply, world) ?? {};
  registersWhatItDeclares(type, result);
  return { kind: 'converged', desired, current, delta, reply, result };
}

/** Says a change to the host; a stream is its stdin. */
export async function say(change: Script | Apply, ground: Ground): Promise<Reply> {
  if ('kind' in change) return ground.run(change);
  if (!change.stream) return ground.run(change.script);
  const chunks: Uint8Array[] = [];
  for await (const chunk of change.stream()) chunks.push(chunk as Uint8Array);
  return ground.run(change.script, { stdin: Buffer.concat(chunks) });
}

/** One look of a query. Throws if it says "not yet": ask with `wait` then. */
export function query(type: QueryType, given: Json, ground: Ground): QueryVerdict | Refused {
  const desired = desire(type, given, ground);
  if (isRefusal(desired)) return refused('desire', desired);
  const verdict = type.read(ground.run(type.probe(desired)), desired);
  if (!('again' in verdict)) return declared(type, verdict);
  if (!type.wait) throw new Error(`${type.name} said "again" and has no wait`);
  const waited = type.read(ground.run(type.wait(desired)), desired);
  return 'again' in waited ? { result: {}, failed: 'again' } : declared(type, waited);
}

export interface Performed {
  readonly kind: 'performed';
  readonly verdict: ActionVerdict;
}

export interface Needless {
  readonly kind: 'needless';
  readonly because: string;
}

/** Guard → needless → perform → read, once, as the engine does. */
export async function perform(
  type: ActionType,
  given: Json,
  ground: Ground,
  world = REAL,
): Promise<Performed | Needless | Refused> {
  const desired = desire(type, given, ground);
  if (isRefusal(desired)) return refused('desire', desired);
  const guard = type.guard?.(desired);
  if (guard && type.needless) {
    const verdict = type.needless(ground.run(guard.script), desired, world);
    if (isRefusal(verdict)) return refused('needless', verdict);
    if (verdict) return { kind: 'needless', because: verdict.because };
  }
  const verdict = type.read(await say(type.perform(desired), ground), desired);
  return { kind: 'performed', verdict: declared(type, verdict) };
}

/** What is registered must be what is declared: its fields are what playbooks are checked against. */
export function registersWhatItDeclares(type: TaskType, result: JsonObject): void {
  const fields = type.fields ?? {};
  for (const [field, value] of Object.entries(result)) {
    assert.ok(field in fields, `${type.name} registers ${field}, which it does not declare`);
    assert.ok(
      ajv.validate(fields[field]!, value),
      `${type.name} registers ${field}: ${JSON.stringify(value)}, which is not what it declares`,
    );
  }
}

const ajv = new Ajv({ strict: false });

function declared<V extends { readonly result: JsonObject }>(type: TaskType, verdict: V): V {
  registersWhatItDeclares(type, verdict.result);
  return verdict;
}

function explained(type: StateType, reply: Reply, desired: any): Refusal {
  const said = text(reply.err).trim();
  return type.explain?.(reply, desired) ?? { refusal: said || `exited ${reply.code}` };
}

function refused(by: Refused['by'], refusal: Refusal, reply?: Reply): Refused {
  return { kind: 'refused', by, ...refusal, ...(reply ? { reply } : {}) };
}
