import assert from 'node:assert/strict';
import type { JsonObject } from '../../../src/runner/contract/json.ts';
import { isRefusal, type StateType } from '../../../src/runner/contract/task-type.ts';
import {
  type Converged,
  changedPaths,
  converge,
  deepFreeze,
  desire,
  type Ground,
  look,
  mustConverge,
  REAL,
  type Refused,
  registersWhatItDeclares,
} from '../harness.ts';
import type { LittleRoot } from './little-root.ts';

/** Says it once, keeping the laws that `laws` checks, and a second time, which must find nothing to do. */
export async function settles(type: StateType, params: JsonObject, root: LittleRoot): Promise<Converged> {
  const { ground } = root;
  const desired = desire(type, params, ground);
  if (isRefusal(desired)) assert.fail(desired.refusal);
  deepFreeze(desired);
  const before = root.state();
  const current = look(type, desired, ground);
  assert.deepEqual(changedPaths(before, root.state()), [], 'probing changed something');
  deepFreeze(current);
  assert.deepEqual(type.decide(current, desired, REAL), type.decide(current, desired, REAL));
  const done = mustConverge(await converge(type, params, ground));
  registersWhatItDeclares(type, done.result);
  assert.equal(mustConverge(await converge(type, params, ground)).delta, null, 'not converged');
  return done;
}

/** It must be refused before anything is changed. */
export async function refusedOf(type: StateType, params: JsonObject, root: LittleRoot): Promise<Refused> {
  const before = root.state();
  const done = await converge(type, params, root.ground);
  assert.ok(done.kind === 'refused', `not refused: ${JSON.stringify('delta' in done ? done.delta : null)}`);
  assert.notEqual(done.by, 'apply');
  assert.deepEqual(changedPaths(before, root.state()), [], 'a refused task changed something');
  return done;
}

export function asNobody(ground: Ground): Ground {
  return { ...ground, run: (script, running) => ground.run(script, { ...running, uid: 65534 }) };
}
