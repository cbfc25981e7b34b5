import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { relative } from 'node:path';
import type { Delta } from '../../../src/runner/contract/delta.ts';
import type { JsonObject } from '../../../src/runner/contract/json.ts';
import {
  isRefusal,
  isUnknown,
  type StateType,
  type TaskType,
} from '../../../src/runner/contract/task-type.ts';
import { dryLaws } from './dry.ts';
import { changedPaths, type Ground, makeGround, treeState } from './ground.ts';
import type { Sources } from './local.ts';
import { examplesOf, faultsOf, readPage } from './page.ts';
import { type Running, type Shell, shells, shellsFor } from './shells.ts';
import { type Converged, checkedParams, converge, desire, look, REAL, type Refused, say } from './trial.ts';

/** One trial of a state type: a ground, parameters, and what must come of it. */
export interface Case extends Sources {
  readonly name: string;
  readonly params: JsonObject | ((ground: Ground) => JsonObject);
  readonly running?: Running;
  /** Prepares the host. */
  before?(ground: Ground): void;
  /** The fields that the delta must name, sorted; null: nothing to do. Not checked if absent. */
  readonly delta?: readonly string[] | null;
  /** Looks at the host afterwards. */
  after?(ground: Ground, done: Converged): void;
  /** The trial must be refused, with a message that matches. */
  readonly refused?: RegExp;
}

export interface LawOptions {
  /** A parameter set that carries a nasty text, tried with each of `NASTY`. */
  readonly nasty?: { readonly texts: readonly string[]; case(text: string): Omit<Case, 'name'> };
  /** More of the world that probing must not change (containers …), as text. */
  fingerprint?(ground: Ground): string;
  /** Added to the title: `@host` where it needs more than the fast run may. */
  readonly mark?: '@host';
}

/**
 * Registers the laws that every state type keeps, for each case in each shell (in the fast run in one of them), and
 * the laws of its declaration and page.
 */
export function laws(type: StateType, cases: readonly Case[], options: LawOptions = {}): void {
  declarationLaws(type);
  const nasty = options.nasty;
  const all = [
    ...cases,
    ...(nasty?.texts ?? []).map(
      (text): Case => ({ name: `data: ${JSON.stringify(text)}`, ...nasty!.case(text) }),
    ),
  ];
  for (const shell of shells()) {
    const own = all.filter(({ name }) => shellsFor(name).includes(shell));
    describe(`${type.name} in ${shell.name} ${options.mark ?? ''}`.trimEnd(), () => {
      for (const one of own) it(one.name, () => trial(type, one, shell, options));
    });
  }
}

async function trial(type: StateType, one: Case, shell: Shell, options: LawOptions): Promise<void> {
  const ground = makeGround(shell, one, one.running);
  try {
    one.before?.(ground);
    const params = typeof one.params === 'function' ? one.params(ground) : one.params;
    if (one.refused) return await mustRefuse(type, params, ground, one.refused);
    lookingChangesNothing(type, params, ground, options);
    const before = treeState(ground.dir);
    const done = mustConverge(await converge(type, params, ground));
    staysWithin(type, done, ground, before);
    dryLaws(type, done, ground, before);
    if (one.delta !== undefined) assert.deepEqual(fieldsOf(done.delta), one.delta);
    one.after?.(ground, done);
    mustBeSettled(type, params, ground);
    assert.deepEqual(readdirSync(ground.cwd), [], 'something appeared in the working directory');
  } finally {
    ground.remove();
  }
}

async function mustRefuse(
  type: StateType,
  params: JsonObject,
  ground: Ground,
  pattern: RegExp,
): Promise<void> {
  const before = treeState(ground.dir);
  const done = await converge(type, params, ground);
  assert.equal(done.kind, 'refused', `not refused: ${JSON.stringify('delta' in done ? done.delta : null)}`);
  assert.match((done as Refused).refusal, pattern);
  const after = treeState(ground.dir);
  // An apply that fails has made and removed a temporary file: the directory's times tell.
  const isDirectory = (path: string) =>
    before.get(path)?.startsWith('directory') && after.get(path)?.startsWith('directory');
  const changed = changedPaths(before, after).filter(
    (p) => done.kind !== 'refused' || done.by !== 'apply' || !isDirectory(p),
  );
  assert.deepEqual(changed, [], 'a refused task changed something');
}

/** Probing and deciding leave the host as it is; deciding is pure. */
function lookingChangesNothing(
  type: StateType,
  params: JsonObject,
  ground: Ground,
  options: LawOptions,
): void {
  const desired = desire(type, params, ground);
  if (isRefusal(desired)) assert.fail(`refused: ${desired.refusal}`);
  deepFreeze(desired);
  const before = treeState(ground.dir);
  const print = options.fingerprint?.(ground);
  const current = look(type, desired, ground);
  assert.deepEqual(changedPaths(before, treeState(ground.dir)), [], 'probing changed something');
  assert.equal(options.fingerprint?.(ground), print, 'probing changed something');
  if (isRefusal(current)) assert.fail(`refused: ${current.refusal}`);
  deepFreeze(current);
  const once = type.decide(current, desired, REAL);
  assert.deepEqual(type.decide(current, desired, REAL), once, 'decide is not pure');
  assert.ok(!isUnknown(once), 'a real run cannot be unknown');
  assert.equal(plain(desire(type, params, ground)), plain(desired), 'desire is not pure');
}

/** Asked again, there is nothing left to do. */
function mustBeSettled(type: StateType, params: JsonObject, ground: Ground): void {
  const desired = desire(type, params, ground);
  const current = look(type, desired, ground);
  const left = isRefusal(current) ? current : type.decide(current, desired, REAL);
  assert.equal(left, null, `not converged: ${JSON.stringify(left)}`);
}

/** What a type swears to in `touches` is true of what it wrote. */
function staysWithin(
  type: StateType,
  done: Converged,
  ground: Ground,
  before: ReadonlyMap<string, string>,
): void {
  const sworn = type.touches?.(done.desired, done.current);
  if (!sworn) return;
  const allowed = new Set(sworn.writes.map((path) => relative(ground.dir, path) || '.'));
  const parents = new Set(
    sworn.writes.map((path) => relative(ground.dir, path.slice(0, path.lastIndexOf('/'))) || '.'),
  );
  const strays = changedPaths(before, treeState(ground.dir)).filter(
    (p) => !allowed.has(p) && !parents.has(p) && !p.includes('.mama-play-'),
  );
  assert.deepEqual(strays, [], 'wrote where it swore not to');
}

/** The laws of any task type's declaration and page. */
export function declarationLaws(type: TaskType): void {
  describe(`${type.name} as declared`, () => {
    it('describes itself, every parameter and every field', () => {
      assert.ok(type.fields, 'says nothing of what it registers');
      assert.ok(type.schema.description, 'no description');
      const all = { ...type.schema.properties, ...type.fields };
      for (const [name, schema] of Object.entries(all)) assert.match(schema.description ?? '', /\.$/, name);
    });
    it('requires only what it declares', () => {
      const names = [
        ...(type.schema.required ?? []),
        ...(type.schema.exactlyOne ?? []).flat(),
        type.short ?? [],
      ].flat();
      for (const name of names) assert.ok(name in type.schema.properties, name);
    });
    it('has a page that names every parameter and field', () => {
      const page = readPage(type.name) ?? assert.fail(`src/runner/tasks/${type.name}.md is missing`);
      for (const name of [...Object.keys(type.schema.properties), ...Object.keys(type.fields ?? {})]) {
        assert.match(page, new RegExp(`\\b${name}\\b`), `the page does not name ${name}`);
      }
    });
    it('has examples that validate', async () => {
      const examples = examplesOf(readPage(type.name) ?? '');
      assert.ok(
        examples.some((task) => type.name in task),
        'the page has no example of its type',
      );
      for (const task of examples) assert.deepEqual(await faultsOf(task), [], JSON.stringify(task));
    });
  });
}

/** A change made in between, then the change that was decided before it: for tests of `MOVED`. */
export async function applyAfter(type: StateType, params: JsonObject, ground: Ground, between: () => void) {
  const desired = type.desire(checkedParams(type, params), ground.local);
  const current = look(type, desired, ground);
  const delta = type.decide(current, desired, REAL);
  if (delta === null || isRefusal(delta) || isUnknown(delta)) return assert.fail('nothing to apply');
  between();
  return say(type.apply(delta, desired, current), ground);
}

export function mustConverge(done: Converged | Refused): Converged {
  if (done.kind === 'refused') assert.fail(`refused by ${done.by}: ${done.refusal} (${done.hint ?? ''})`);
  return done;
}

function fieldsOf(delta: Delta | null): string[] | null {
  return delta && Object.keys(delta).sort();
}

/** Compares all but functions: each call of `desire` may make its own. */
function plain(value: unknown): string {
  return JSON.stringify(value);
}

/** Freezes plain data and functions' holders all the way down; bytes are left (they cannot be frozen). */
export function deepFreeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || Object.isFrozen(value))
    return;
  Object.freeze(value);
  for (const inner of Object.values(value)) deepFreeze(inner);
}
