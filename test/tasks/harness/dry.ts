import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import type { Delta } from '../../../src/runner/contract/delta.ts';
import { EVERYTHING, isUnknown, type StateType } from '../../../src/runner/contract/task-type.ts';
import { Overlay } from '../../../src/runner/engine/world.ts';
import { formatDelta } from '../../../src/runner/report/diff.ts';
import { paintFor } from '../../../src/runner/report/paint.ts';
import { changedPaths, type Ground, treeState } from './ground.ts';
import { type Converged, REAL } from './trial.ts';

/** What a dry run is told of a change: it can be read, it is all that happens, and it would not be made twice. */
export function dryLaws(
  type: StateType,
  done: Converged,
  ground: Ground,
  before: ReadonlyMap<string, string>,
): void {
  altersWhatItNames(type, done, ground, before);
  if (!done.delta) return;
  canBeRead(done.delta);
  wouldNotDoItTwice(type, done, done.delta);
}

function canBeRead(delta: Delta): void {
  const shown = formatDelta(delta, paintFor(false));
  assert.ok(shown.length >= Object.keys(delta).length, 'a field of the delta is not shown');
  for (const line of shown)
    assert.doesNotMatch(line, /\[object |undefined|\{"/, 'a difference nobody can read');
}

/** After its own prediction the task finds nothing to do, or knows that it cannot know. */
function wouldNotDoItTwice(type: StateType, { desired, current }: Converged, delta: Delta): void {
  const predictions = type.predict?.(delta, desired, current, REAL);
  if (!predictions) return;
  const overlay = new Overlay();
  overlay.predict(predictions, 'it');
  const look = overlay.look();
  const again = type.decide(current, desired, look);
  if (again === null || isUnknown(again)) return;
  const doubt = look.doubt(type.looksAt?.(desired, current));
  assert.ok(doubt, `a dry run would make the change twice: ${JSON.stringify(again)}`);
}

/** What a ground holds in a place of its own (services/crontabs.ts). */
const ELSEWHERE: Readonly<Record<string, string>> = { '/var/spool/cron': 'tables' };

/** What was altered on the ground is within `mayAlter`; the directory around a path shows it by its times. */
function altersWhatItNames(
  type: StateType,
  { desired, current }: Converged,
  ground: Ground,
  before: ReadonlyMap<string, string>,
): void {
  const areas = type.mayAlter?.(desired, current) ?? EVERYTHING;
  if (areas.includes('*') || areas.includes('path:')) return;
  const named = areas
    .filter((area) => area.startsWith('path:'))
    .map((area) => area.slice('path:'.length))
    .map((path) => (ELSEWHERE[path] ? join(ground.dir, ELSEWHERE[path]) : path));
  const strays = changedPaths(before, treeState(ground.dir))
    // A clone of a repository of the same machine shares its objects with it.
    .filter((path) => !path.includes('.mama-play-') && !path.includes('.git/'))
    .map((path) => join(ground.dir, path))
    .filter((path) => !named.some((at) => path === at || path.startsWith(`${at}/`) || path === dirname(at)));
  assert.deepEqual(strays, [], 'altered what it does not name in mayAlter');
}
